"""One spelling for what people type."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import normalise, printable

ANYTHING = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ｺﾞﾐの日", "ゴミの日"),
        ("ＰＣ　を　すてる", "PC を すてる"),
        ("ご\u200bみ", "ごみ"),
        ("葛\U000e0100飾区", "葛飾区"),
        ("\ufeff住民\u00ad票", "住民票"),
        ("9時〜17時", "9時~17時"),
        ("①番", "1番"),
        ("ごみ\x00\n\tの日", "ごみ の日"),
        ("\ud83d", ""),
        ("か\u3099い", "がい"),
        ("  ", ""),
    ],
)
def test_one_spelling(typed: str, expected: str) -> None:
    assert normalise(typed) == expected


def test_decoration_of_many_marks_is_cut_to_two() -> None:
    assert normalise("ご" + "\u0335" * 200 + "み") == "ご\u0335\u0335み"


@given(ANYTHING)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(ANYTHING)
def test_nothing_hidden_is_left(text: str) -> None:
    categories = {unicodedata.category(char) for char in normalise(text)}
    assert not categories & {"Cc", "Cs", "Cf", "Cn"}


@given(ANYTHING)
def test_printable_text_can_be_stored_and_shown(text: str) -> None:
    printable(text).encode("utf-8")
    assert "\x00" not in printable(text)
