"""Asking on a plain page: the first page and /chat, both without JavaScript."""

from typing import Final

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.errors import QuestionRejected
from bot.inquiry import Feedback
from bot.question import Question
from channels.web.public import PublicDesk
from channels.web.render import render
from channels.web.site import Site
from nlp.normalise import printable
from nlp.personal_data import mask

_KEPT: Final = 500
"""How much of a rejected text is given back in the form, in characters."""


def build_router(public: PublicDesk, site: Site) -> APIRouter:
    """Return the routes of the plain site."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/")
    async def home() -> Response:
        """Show the first page: ask, or look through the topics."""
        return site.page("home.html", topics=public.topics(), greeting=site.sentence("greeting"))

    @router.get("/chat")
    async def chat(thanks: bool = False) -> Response:
        """Show the form that works without JavaScript."""
        return site.page("chat.html", here="chat", reply=None, value="", problem="", thanks=thanks)

    @router.post("/chat")
    async def asked(text: str = Form(default="")) -> Response:
        """Answer a question that came by the plain form."""
        try:
            question = Question.from_text(text, "web", public.clock())
        except QuestionRejected as rejected:
            problem = site.sentence(f"rejected-{rejected.reason.replace('_', '-')}")
            return site.page(
                "chat.html",
                422,
                here="chat",
                reply=None,
                problem=problem,
                thanks=False,
                value=printable(text)[:_KEPT],
            )
        considered, book = await public.ask(question)
        return site.page(
            "chat.html", here="chat", reply=render(considered, book), asked=question.text
        )

    @router.post("/chat/feedback")
    async def feedback(inquiry_id: str = Form(max_length=36), helpful: bool = Form()) -> Response:
        """Keep whether a reply helped."""
        await public.give_feedback(Feedback(inquiry_id, helpful, mask(""), public.clock()))
        return RedirectResponse("/chat?thanks=true", 303)

    return router
