import pytest

from bot.fixed_replies import FixedReplies
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
    assert REPLIES.find(text) == expected
