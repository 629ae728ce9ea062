"""Beside which field of a form a problem is shown, told as the record that is edited sees it."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from faq.files.record_files import Place
from faq.files.record_yaml import field_at, pieces_of
from faq.files.yaml_edit import CannotEdit
from faq.problem import Problem

_MISSING: Final = re.compile(r"「([a-z_]+)」(?:か「[a-z_]+」)?(?:（.*）)?がありません")
_ID: Final = re.compile(r"^[ \t-]*id[ \t]*:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)
_CHOOSE: Final = "どちらかを消してください"


def in_fields(
    problems: Iterable[Problem], place: Place, item_id: str, text_of: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Return each problem's field ("" where it is of none) and its message.

    `place` is the record as it would be written. A problem of another file or record is told with
    where it is; `text_of` gives the text of a file below the folder.
    """
    first = place.text.count("\n", 0, place.item.start) + 1
    found = []
    for one in problems:
        field = field_at(place.item, one.line - first) if one.file == place.file else ""
        if field:
            # What is not there is told where the record begins.
            missing = _MISSING.match(one.message) if field == "id" else None
            found.append((missing[1] if missing else field, one.message))
        else:
            found.append(_elsewhere(one, item_id, text_of))
    return found


def _elsewhere(problem: Problem, item_id: str, text_of: Callable[[str], str]) -> tuple[str, str]:
    """Return a problem that shows in another record: the later of two is the one that is named."""
    if problem.message.startswith(f"id「{item_id}」"):
        return "id", f"番号「{item_id}」は、もう使われています"
    other = _record_at(text_of(problem.file), problem.line)
    where = f"{problem.file} の「{other}」" if other else problem.file
    for pattern, field, told in _seen_from(item_id, where):
        if re.search(pattern, problem.message):
            return field, told
    return "", f"{problem.message}（{problem.file} の {problem.line} 行目）"


def _seen_from(item_id: str, where: str) -> Iterator[tuple[str, str, str]]:
    me = re.escape(f"の「{item_id}」")
    yield (
        f"^同じ質問が.*{me}にも",
        "question",
        f"同じ質問が {where}にもあります。1つにまとめてください",
    )
    yield (
        f"^別の聞き方が.*{me}の質問と同じ",
        "question",
        f"質問が、{where}の別の聞き方と同じです。{_CHOOSE}",
    )
    yield (
        f"^別の聞き方が.*{me}の別の聞き方",
        "phrasings",
        f"別の聞き方が、{where}の別の聞き方と同じです。{_CHOOSE}",
    )


def _record_at(text: str, line: int) -> str:
    """Return the id of the record that a line (from 1) of a list stands in, "" for none."""
    try:
        pieces = pieces_of(text)
    except CannotEdit:
        return ""
    for start, piece in reversed(pieces):
        if text.count("\n", 0, start) < line:
            found = _ID.search(piece)
            return found[1] if found else ""
    return ""
