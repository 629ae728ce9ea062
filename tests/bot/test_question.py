"""Questions are masked and normalised from birth."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QuestionRejected
from bot.question import CHANNEL_LABELS, Question
from tests.conftest import NOON


def test_a_question_is_masked_and_normalised(asking: Callable[..., Question]) -> None:
    question = asking("ｺﾞﾐの件、０９０－１２３４－５６７８ まで", ward="北区")
    assert question.text == "ゴミの件、〔電話番号〕 まで"
    assert (question.channel, question.asked_at, question.ward) == ("web", NOON, "北区")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("\u200b\ufeff \x00", "empty"),
        ("\ud83d", "empty"),
        ("あ" * 501, "too_long"),
        ("\ufdfa" * 400, "too_long"),  # NFKC makes 18 characters of each
        ("\u200b" * 501 + "ごみ", "too_long"),
    ],
)
def test_what_is_no_question_is_rejected(text: str, reason: str) -> None:
    with pytest.raises(QuestionRejected) as raised:
        Question.from_text(text, "web", NOON)
    assert raised.value.reason == reason


def test_five_hundred_characters_are_accepted() -> None:
    assert len(Question.from_text("あ" * 500, "web", NOON).text) == 500


@given(st.text(st.characters(codec=None), max_size=600))
def test_any_text_is_a_question_or_rejected(text: str) -> None:
    try:
        question = Question.from_text(text, "web", NOON)
    except QuestionRejected:
        return
    question.text.encode("utf-8")
    assert question.text.strip()


def test_only_the_staff_console_sees_staff_entries() -> None:
    seen = {
        channel: Question.from_text("ごみ", channel, NOON).sees_staff_entries
        for channel in CHANNEL_LABELS
    }
    assert seen == {"web": False, "line": False, "staff": True, "cli": False}
