"""Asking on a plain page: the first page and /chat, both without JavaScript."""

import secrets
from typing import Final

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.errors import QuestionRejected
from bot.inquiry import Feedback
from channels.public import Asked, PublicDesk
from channels.web.render import render
from channels.web.site import Site
from nlp.normalise import normalise, printable
from nlp.personal_data import mask

_KEPT: Final = 500
"""How much of a rejected text is given back in the form, in characters."""


_LONGEST_SESSION: Final = 100
_SESSION_BYTES: Final = 16


def new_session() -> str:
    """Return the name of a new conversation: nobody can guess it, and it says nothing."""
    return secrets.token_urlsafe(_SESSION_BYTES)


def build_router(public: PublicDesk, site: Site) -> APIRouter:
    """Return the routes of the plain site."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/")
    async def home() -> Response:
        """Show the first page: ask, or look through the topics."""
        return site.page(
            "home.html",
            topics=public.topics(),
            greeting=site.sentence("greeting"),
            session=new_session(),
        )

    def form(session: str, status: int = 200, **around: object) -> Response:
        shown = {"thanks": False, "problem": "", "value": ""} | around
        return site.page("chat.html", status, here="chat", reply=None, session=session, **shown)

    @router.get("/chat")
    async def chat(thanks: bool = False) -> Response:
        """Show the form that works without JavaScript."""
        return form(new_session(), thanks=thanks)

    @router.post("/chat")
    async def asked(
        text: str = Form(default=""),
        session: str = Form(default="", max_length=_LONGEST_SESSION),
    ) -> Response:
        """Answer a question that came by the plain form."""
        session = session or new_session()
        try:
            considered, book = await public.ask(Asked(text, session))
        except QuestionRejected as rejected:
            problem = site.sentence(f"rejected-{rejected.reason.replace('_', '-')}")
            return form(session, 422, problem=problem, value=printable(text)[:_KEPT])
        return site.page(
            "chat.html",
            here="chat",
            reply=render(considered, book),
            asked=mask(normalise(text)),
            session=session,
        )

    @router.post("/chat/feedback")
    async def feedback(inquiry_id: str = Form(max_length=36), helpful: bool = Form()) -> Response:
        """Keep whether a reply helped."""
        await public.give_feedback(Feedback(inquiry_id, helpful, mask(""), public.clock()))
        return RedirectResponse("/chat?thanks=true", 303)

    return router
