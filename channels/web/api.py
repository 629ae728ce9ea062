"""The HTTP API of asking: questions, choices, feedback."""

from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.inquiry import Feedback
from channels.public import Asked, Chosen, PublicDesk
from channels.web.languages import known_language
from channels.web.render import render
from channels.web.rendered_replies import RenderedReplies
from channels.web.schemas import (
    Ask,
    Choose,
    ErrorOut,
    FeedbackOut,
    GiveFeedback,
    ReplyOut,
)
from nlp.normalise import normalise
from nlp.personal_data import mask

_QUESTIONS: Final = "/api/v1/questions"


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how the documentation of a route tells of its errors."""
    return {status: {"model": ErrorOut} for status in statuses}


def asking(router: APIRouter) -> APIRoute:
    """Return the route of the API by which citizens ask."""
    return next(
        route for route in router.routes if isinstance(route, APIRoute) and route.path == _QUESTIONS
    )


def build_router(public: PublicDesk) -> APIRouter:
    """Return the routes of the API over one desk."""
    router = APIRouter()
    rendered = RenderedReplies()

    @router.post(_QUESTIONS, response_model=ReplyOut, responses=errors(400, 413, 422, 429, 503))
    async def ask(asked: Ask) -> Response:
        """Answer a citizen's question; the record is durable before the reply leaves."""
        considered, book = await public.ask(
            Asked(
                asked.text,
                asked.session,
                language=known_language(asked.lang),
                ward=asked.context.ward,
                entry_id=asked.context.entry_id,
            )
        )
        content = rendered.json(considered, book, public.notices())
        return Response(content, media_type="application/json")

    @router.post("/api/v1/choices", responses=errors(400, 404, 413, 422, 429, 503))
    async def choose(chosen: Choose) -> ReplyOut:
        """Answer with an entry that was offered and chosen; nothing is recorded."""
        found = await public.choose(
            Chosen(
                chosen.entry_id,
                chosen.session,
                language=known_language(chosen.lang),
                inquiry_id=chosen.inquiry_id or "",
            )
        )
        if found is None:
            raise HTTPException(404)
        considered, book = found
        return render(considered, book, public.notices())

    @router.post("/api/v1/feedback", responses=errors(400, 404, 413, 422, 429, 503))
    async def give_feedback(given: GiveFeedback) -> FeedbackOut:
        """Keep whether a reply helped; the last word counts."""
        reason = mask(normalise(given.reason or ""))
        feedback = Feedback(given.inquiry_id, given.helpful, reason, public.clock())
        await public.give_feedback(feedback)
        return FeedbackOut(inquiry_id=given.inquiry_id, helpful=given.helpful)

    return router
