"""Reading golden questions: a question and the entries it must reach, one JSON object a line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from faq.files.yaml_file import Problems, read_text
from faq.item import Item

ITEM: Final = "item:"
"""What stands before the name of an item where an id could stand."""

_FIELDS: Final = frozenset({"query", "relevant", "sentence", "set", "lang", "note"})


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question with its relevant entries (id -> grade 1 or 2); none = must not be answered.

    Items are named there too, as `item:ハンガー` in the file.
    `sentence` is the fixed sentence that has to come before any entry, where one has to.
    """

    query: str
    relevant: Mapping[str, int] = field(default_factory=dict)
    set: str = ""
    sentence: str = ""

    def with_ids(self, named: Mapping[str, str]) -> "GoldenQuestion":
        """Return the question with the names of items in place of their ids."""
        relevant = {named.get(one, one): grade for one, grade in self.relevant.items()}
        return replace(self, relevant=relevant)


def item_ids(items: Iterable[Item]) -> dict[str, str]:
    """Return the ids of items by how golden questions name them."""
    return {f"{ITEM}{item.name}": item.id for item in items}


def read_golden(path: Path, problems: Problems) -> list[tuple[GoldenQuestion, int]]:
    """Return the questions of a JSON-lines file with their line numbers, from 0."""
    text = read_text(path, problems)
    found: list[tuple[GoldenQuestion, int]] = []
    for line, raw in enumerate(text.splitlines() if text else ()):
        if not raw.strip():
            continue
        question = _question(raw, line, problems)
        if question:
            found.append((question, line))
    return found


def _question(raw: str, line: int, problems: Problems) -> GoldenQuestion | None:
    try:
        value = json.loads(raw)
    except json.JSONDecodeError as error:
        problems.add(f"この行は JSON として読めません（{error.msg}）", line, error.colno - 1)
        return None
    if not isinstance(value, dict) or not isinstance(value.get("query"), str):
        problems.add(
            'この行には {"query": "質問", "relevant": {"id": 2}} の形で書いてください', line
        )
        return None
    for name in value.keys() - _FIELDS:
        problems.add(f"「{name}」という項目はありません", line)
    relevant = value.get("relevant", {})
    if not _is_graded(relevant):
        problems.add('「relevant」は {"id": 1 か 2} の形で書いてください', line)
        return None
    return GoldenQuestion(
        value["query"], relevant, str(value.get("set", "")), str(value.get("sentence", ""))
    )


def _is_graded(relevant: Any) -> bool:
    return isinstance(relevant, dict) and all(
        type(grade) is int and grade in (1, 2) for grade in relevant.values()
    )
