"""Wordings that must, and must not, set off a sentence of danger in the sample city."""

from pathlib import Path

import pytest

from bot.fixed_replies import FixedReplies
from faq.files.folder import read_folder
from nlp.normalise import normalise

WORDINGS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("danger.tsv").read_text(encoding="utf-8").splitlines()
]
SENTENCES = {
    "fire": {"fire"},
    "ambulance": {"ambulance", "suicide"},  # an overdose is both; both name 119
    "suicide": {"suicide"},
    "violence": {"violence", "child-abuse", "crime"},
    "trap": {""},
}


@pytest.fixture(scope="module")
def replies() -> FixedReplies:
    sample = Path(__file__).parents[2] / "faq" / "entries" / "shiomi"
    return FixedReplies(read_folder(sample, normalise).book.sentences)


@pytest.mark.parametrize(("kind", "text"), WORDINGS)
def test_danger_is_recognised_and_nothing_else(replies: FixedReplies, kind: str, text: str) -> None:
    found = replies.find(normalise(text))
    danger = found.id if found and found.group == "danger" else ""
    assert danger in SENTENCES[kind]
