from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.fixed_replies import FixedReplies
from bot.inquiry import inquiry_of
from bot.question import Question
from bot.reply import Fixed
from faq.sentence import FixedSentence

FIRE = FixedSentence(
    "fire",
    "火事",
    "danger",
    ("119へ。",),
    words=("火事です",),
    signs=("家|アパート + 燃え|もえ", "house + on fire"),
    unless=("燃えるごみ", "保険"),
)
HELP = FixedSentence(
    "help", "助け", "danger", ("110へ。",), words=("助けて",), signs=("助けて|help",)
)
THANKS = FixedSentence("thanks", "お礼", "small_talk", ("いいえ。",), words=("ありがとう",))
REPLIES = FixedReplies([FIRE, HELP, THANKS])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("火事です！", FIRE),
        ("となりのアパートが燃えてる 助けて", FIRE),  # the first in the file
        ("アパートが モエテル", FIRE),
        ("My HOUSE is on  fire", FIRE),
        ("だれか助けてください", HELP),
        ("ありがとう。", THANKS),
        ("ありがとうございました、ところで家の税金は", None),
        ("家の燃えるごみの日は", None),
        ("家が燃えたときの保険は", None),
        ("家はどこ", None),
        ("", None),
    ],
)
def test_a_message_calls_for_a_sentence_by_the_whole_or_by_its_signs(
    text: str, expected: FixedSentence | None
) -> None:
    called = REPLIES.find(text)
    assert (called.sentence if called else None) == expected


@pytest.mark.parametrize(("private", "kept"), [(True, ("", None)), (False, ("助けて", "kita"))])
def test_what_calls_for_a_private_sentence_is_not_kept(
    private: bool, kept: tuple[str, str | None], asking: Callable[..., Question]
) -> None:
    question = asking("助けて", ward="kita")
    reply = Fixed(replace(HELP, private=private), "110へ。", None)
    inquiry = inquiry_of(question, reply, 1)
    assert (inquiry.text, inquiry.ward) == kept
    assert (inquiry.kind, inquiry.asked_at) == ("fixed", question.asked_at)
