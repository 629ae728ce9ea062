"""The JSON of a reply that is given again is the one that would be made anew."""

import asyncio
import gc
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from bot.desk import Considered, InquiryDesk
from bot.inquiry import Inquiry
from bot.question import Question
from channels.web.render import render
from channels.web.rendered_replies import RenderedReplies
from faq.book import FaqBook
from faq.notice import Notice
from tests.bot.test_given_replies import KNOWN, MOMENTS, TEXTS
from tests.conftest import NOON

NOTICE = Notice("storm", "warning", "大雨です。", NOON - timedelta(days=1))


class Forgetful:
    """A recorder that keeps nothing."""

    async def record(self, inquiry: Inquiry) -> None:
        del inquiry


def answered(desk: InquiryDesk, question: Question) -> Considered:
    return asyncio.run(desk.answer(question, Forgetful()))


@pytest.fixture
def desk(small_book: FaqBook, desk_of: Callable[..., InquiryDesk]) -> InquiryDesk:
    return desk_of(small_book)


def test_it_is_what_would_be_made_anew(desk: InquiryDesk) -> None:
    rendered = RenderedReplies()
    for text, known, at in product(TEXTS, KNOWN, MOMENTS):
        for notices in ([], [NOTICE]):
            considered = answered(desk, Question.from_text(text, "web", at, **known))
            anew = render(considered, desk.book, notices).model_dump_json().encode()
            assert rendered.json(considered, desk.book, notices) == anew, (text, at)


def test_a_reply_that_is_given_again_is_made_once(desk: InquiryDesk) -> None:
    rendered = RenderedReplies()
    considered, again = (
        answered(desk, Question.from_text(TEXTS[0], "web", NOON)) for _ in range(2)
    )
    first, second = (rendered.json(one, desk.book, []) for one in (considered, again))
    assert first != second
    assert first.replace(considered.inquiry.id.encode(), again.inquiry.id.encode()) == second
    assert len(rendered._kept) == 1


def test_replies_go_with_their_desk(
    small_book: FaqBook, desk_of: Callable[..., InquiryDesk]
) -> None:
    rendered, desk = RenderedReplies(), desk_of(small_book)
    rendered.json(answered(desk, Question.from_text(TEXTS[0], "web", NOON)), desk.book, [])
    assert len(rendered._kept) == 1
    del desk
    gc.collect()
    assert rendered._kept == {}
