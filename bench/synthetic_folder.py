"""A FAQ folder of any size made of the sample city, to publish, to serve and to edit."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from report import ROOT
from ruamel.yaml import YAML
from synthetic import enlarged

from faq.entry import FaqEntry
from faq.files.folder import read_folder
from nlp.normalise import normalise

SAMPLE_CITY: Final = ROOT / "faq" / "entries" / "shiomi"
_COPIES: Final = Path("entries") / "copies.yaml"


def make_folder(target: Path, size: int, seed: int) -> None:
    """Copy the sample city and add varied copies of its entries until there are `size`."""
    shutil.copytree(SAMPLE_CITY, target)
    book = read_folder(target, normalise).book
    _write(target / _COPIES, [_fields(entry) for entry in enlarged(book, size, seed)])


def edit_folder(target: Path, number: int) -> None:
    """Change the answer of one entry, as staff would."""
    reader = YAML(typ="safe")
    entries = reader.load((target / _COPIES).read_text(encoding="utf-8"))
    entries[number]["answer"] += f"\nこの文は、測るために書き足したものです（{number}回目）。\n"
    _write(target / _COPIES, entries)


def sample_questions() -> list[str]:
    """Return the sample city's golden questions."""
    lines = (SAMPLE_CITY / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["query"] for line in lines if line.strip()]


def _fields(entry: FaqEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "answer": entry.answer,
        "topic": entry.topic,
        "owner": entry.owner,
        "contact": entry.contact,
        "keywords": list(entry.keywords),
        "audience": entry.audience,
    }


def _write(path: Path, entries: list[dict[str, Any]]) -> None:
    writer = YAML(typ="safe")
    writer.allow_unicode = True
    writer.default_flow_style = False
    writer.width = 10_000
    with path.open("w", encoding="utf-8") as file:
        writer.dump(entries, file)
