from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clarifying import best_split
from bot.desk import InquiryDesk
from bot.question import Question
from bot.ranking import Ranked
from bot.reply import Unsure
from faq.book import FaqBook
from faq.city import City
from faq.entry import FaqEntry
from faq.sentence import FixedSentence


def book_of(topics: list[str]) -> FaqBook:
    entries = tuple(
        FaqEntry(id=f"e{at}", question="？", answer="。", topic=topic)
        for at, topic in enumerate(topics)
    )
    return FaqBook(city=City(name="市", contact_centre=""), entries=entries)


def evenly(count: int) -> list[Ranked]:
    return [Ranked(f"e{at}", 5.0) for at in range(count)]


def test_two_topics_with_half_of_the_chance_each_are_worth_a_question() -> None:
    split = best_split(evenly(10), book_of(["税", "税", "税", "年金", "年金"] * 2))
    assert [(one.label, one.entry_ids) for one in split] == [
        ("税", ("e0", "e1", "e2", "e5", "e6")),
        ("年金", ("e3", "e4", "e8", "e9")),
    ]


@pytest.mark.parametrize(
    "topics",
    [
        ["税"] * 10,  # nothing to tell apart
        [f"話題{at}" for at in range(10)],  # choosing a topic is as hard as choosing an entry
        ["税"] * 9 + ["年金"],  # nearly everything is about one
        ["税", ""] * 5,  # an entry without a topic could not be chosen
    ],
)
def test_an_attribute_that_does_not_split_is_not_asked(topics: list[str]) -> None:
    assert best_split(evenly(10), book_of(topics)) == ()


def test_a_short_list_or_a_clear_one_needs_no_question() -> None:
    book = book_of(["税", "年金"] * 5)
    assert best_split(evenly(5), book) == ()
    assert best_split([Ranked("e0", 9.0), *evenly(10)[1:]], book) == ()


@given(
    st.lists(st.sampled_from(["税", "年金", "ごみ", "学校"]), min_size=6, max_size=25),
    st.lists(st.floats(0, 3), min_size=25, max_size=25),
)
def test_no_entry_of_a_plain_list_gets_out_of_reach(topics: list[str], scores: list[float]) -> None:
    ranked = sorted(
        (Ranked(f"e{at}", scores[at]) for at in range(len(topics))), key=lambda one: -one.score
    )
    split = best_split(ranked, book_of(topics))
    reached = [one for choice in split for one in choice.entry_ids]
    assert len(reached) == len(set(reached))
    if split:
        assert {one.entry_id for one in ranked[:5]} <= set(reached)
        assert 2 <= len(split) <= 5


def test_a_broad_word_is_answered_by_one_question_back(
    desk_of: Callable[..., InquiryDesk], asking: Callable[..., Question]
) -> None:
    topics = ["介護", "子育て"] * 5
    entries = [
        FaqEntry(id=f"e{at}", question=f"{topic}の手当の{at}番", answer="窓口へ。", topic=topic)
        for at, topic in enumerate(topics)
    ]
    ask = FixedSentence("clarify", "選ぶ", "answering", ("どちらですか。",))
    desk = desk_of(FaqBook.of(entries, sentences=(ask,)))
    reply = desk.consider(asking("手当"))
    assert isinstance(reply, Unsure)
    assert reply.clarification is not None
    assert reply.clarification.prompt == "どちらですか。"
    assert {one.label for one in reply.clarification.choices} == {"介護", "子育て"}

    quiet = desk_of(FaqBook.of(entries)).consider(asking("手当"))
    assert isinstance(quiet, Unsure)
    assert quiet.clarification is None
