"""Replies given before: never another one than the desk would give anew."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from bot.desk import Considered, InquiryDesk
from bot.given_replies import GivenReplies
from bot.inquiry import Inquiry, inquiry_of
from bot.question import Channel, Question
from faq.book import FaqBook
from faq.office import JAPAN
from faq.sentence import FixedSentence
from tests.conftest import NOON

Asking = Callable[..., Question]

MIDNIGHT = datetime(2027, 3, 31, tzinfo=JAPAN)
"""Of the day after which an entry of the small city expires."""
TEXTS = (
    "ごみの収集日はいつですか。",
    "引っ越してきたけど何をすればいい？",
    "引っ越してきた ごみ",
    "北区",
    "北区のごみの収集日",
    "いくら？",
    "代理でもいい？",
    "いまやってる？",
    "土日は？",
    "コールセンターは何時まで",
    "ありがとう",
    "こんにちは",
    "乾電池の特別回収はいつまでですか。",
    "税金",
    "明日の天気は？",
    "火事です",
    "Garbage",
)
MOMENTS = [
    MIDNIGHT + timedelta(hours=hours, seconds=seconds)
    for hours in (7, 8, 9, 17, 21, 24, 32)
    for seconds in (-0.5, 0, 30, 60)
]
KNOWN: list[dict[str, Any]] = [
    {},
    {"ward": "kita"},
    {"ward": "minami", "entry_id": "gomi-day"},
    {"ward": "minami", "entry_id": "tennyu"},
    {"language": "en"},
]


class Kept:
    """A recorder that keeps what it is given."""

    def __init__(self) -> None:
        self.inquiries: list[Inquiry] = []

    async def record(self, inquiry: Inquiry) -> None:
        self.inquiries.append(inquiry)


def answered(desk: InquiryDesk, question: Question) -> Considered:
    return asyncio.run(desk.answer(question, Kept()))


HOURS = tuple(
    FixedSentence(f"hours-{what}", "", "answering", (what,)) for what in ("open", "closed", "days")
)
IN_TURNS = FixedSentence("turns", "", "small_talk", ("一", "二", "三"), words=("ありがとう",))


@pytest.fixture(scope="module")
def book(small_book: FaqBook) -> FaqBook:
    return replace(small_book, sentences=(*small_book.sentences, *HOURS, IN_TURNS))


@pytest.fixture(scope="module")
def seeing(book: FaqBook, desk_of: Callable[..., InquiryDesk]) -> InquiryDesk:
    return desk_of(book)


@pytest.mark.parametrize("text", TEXTS)
def test_a_reply_that_was_given_before_is_the_one_given_anew(
    seeing: InquiryDesk, text: str
) -> None:
    channels: tuple[Channel, ...] = ("web", "staff")
    for at, known, channel in product(MOMENTS, KNOWN, channels):
        question = Question.from_text(text, channel, at, **known)
        found = answered(seeing, question)
        anew = seeing.consider(question)
        assert found.reply == anew
        record = inquiry_of(seeing.placed(question), anew, seeing.release, found.inquiry.id)
        assert found.inquiry == record


def test_what_was_given_is_given_again_while_it_holds(
    small_desk: InquiryDesk, asking: Asking
) -> None:
    given_before = GivenReplies()
    question = asking("ごみの収集日はいつですか。")
    reply = small_desk.consider(question)
    given_before.keep(question, question, reply)
    later = replace(question, asked_at=NOON + timedelta(minutes=1))
    assert given_before.recall(later) == (later, reply)
    for other in (
        replace(later, ward="kita"),
        replace(later, language="en"),
        replace(later, channel="staff"),
        replace(later, entry_id="tennyu"),
        replace(later, asked_at=NOON - timedelta(minutes=1)),
        replace(later, asked_at=NOON + timedelta(days=1)),
    ):
        assert given_before.recall(other) is None


def test_only_so_many_are_remembered_and_none_of_another_day(
    small_desk: InquiryDesk, asking: Asking
) -> None:
    def keep(text: str, at: datetime = NOON) -> Question:
        question = asking(text, at=at)
        given_before.keep(question, question, small_desk.consider(question))
        return question

    given_before = GivenReplies(2)
    first, second = keep("ごみの日"), keep("引っ越し")
    assert given_before.recall(first)
    third = keep("税金")
    remembered = [bool(given_before.recall(one)) for one in (first, second, third)]
    assert remembered == [True, False, True]
    keep("ごみの日", NOON + timedelta(days=1))
    assert given_before.recall(third) is None


def test_what_is_not_to_be_recorded_is_not_remembered(
    small_book: FaqBook, small_desk: InquiryDesk, asking: Asking
) -> None:
    sentence = replace(small_book.sentences[0], private=True)
    question = asking("だれにも言えないことです")
    given_before = GivenReplies()
    given_before.keep(question, question, small_desk.writer.fixed(question, sentence))
    assert given_before.recall(question) is None


def test_words_for_closed_offices_alone_are_told_when_they_close(
    book: FaqBook, desk_of: Callable[..., InquiryDesk], asking: Asking
) -> None:
    some = tuple(one for one in book.sentences if one.id != "hours-open")
    desk = desk_of(replace(book, sentences=some))
    told = []
    for hour in (7, 12, 22):
        question = asking("コールセンターは今やってる？", at=MIDNIGHT + timedelta(hours=hour))
        told.append(answered(desk, question).reply.kind)
        assert told[-1] == desk.consider(question).kind
    assert told[0] == told[2] == "fixed" != told[1]
