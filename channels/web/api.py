"""The HTTP API: questions, feedback, suggestions, topics, notices."""

from typing import Any, Final

from fastapi import APIRouter, Query

from bot.inquiry import Feedback
from channels.public import Asked, PublicDesk
from channels.web.render import render, render_notice
from channels.web.schemas import (
    Ask,
    ErrorOut,
    FeedbackOut,
    GiveFeedback,
    NoticeOut,
    ReplyOut,
    SuggestionOut,
    TopicOut,
)
from faq.entry import EASY, LANGUAGES
from nlp.normalise import normalise, printable
from nlp.personal_data import mask

_LANGUAGES: Final = frozenset({"ja", EASY, *LANGUAGES})


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how the documentation of a route tells of its errors."""
    return {status: {"model": ErrorOut} for status in statuses}


def build_router(public: PublicDesk) -> APIRouter:
    """Return the routes of the API over one desk."""
    router = APIRouter()

    @router.post("/api/v1/questions", responses=errors(400, 413, 422, 503))
    async def ask(asked: Ask) -> ReplyOut:
        """Answer a citizen's question; the record is durable before the reply leaves."""
        considered, book = await public.ask(
            Asked(
                asked.text,
                asked.session,
                language=asked.lang if asked.lang in _LANGUAGES else "ja",
                ward=asked.context.ward,
                entry_id=asked.context.entry_id,
            )
        )
        return render(considered, book, public.notices())

    @router.post("/api/v1/feedback", responses=errors(400, 404, 413, 422, 503))
    async def give_feedback(given: GiveFeedback) -> FeedbackOut:
        """Keep whether a reply helped; the last word counts."""
        reason = mask(normalise(given.reason or ""))
        feedback = Feedback(given.inquiry_id, given.helpful, reason, public.clock())
        await public.give_feedback(feedback)
        return FeedbackOut(inquiry_id=given.inquiry_id, helpful=given.helpful)

    @router.get("/api/v1/suggestions", responses=errors(422, 503))
    async def suggest(q: str = Query(default="", max_length=500)) -> list[SuggestionOut]:
        """Return entries that fit what was typed so far."""
        found = public.desk.search.suggest(printable(q), public.clock())
        return [SuggestionOut(entry_id=entry.id, question=entry.question) for entry in found]

    @router.get("/api/v1/topics", responses=errors(503))
    async def topics() -> list[TopicOut]:
        """Return the topics with their public entries."""
        return [
            TopicOut(
                topic=topic,
                entries=[
                    SuggestionOut(entry_id=entry.id, question=entry.question) for entry in entries
                ],
            )
            for topic, entries in public.topics().items()
        ]

    @router.get("/api/v1/notices")
    async def notices(lang: str = Query(default="ja", max_length=10)) -> list[NoticeOut]:
        """Return the notices to show now, the most urgent first; works without a release."""
        return [render_notice(one, lang) for one in public.notices()]

    return router
