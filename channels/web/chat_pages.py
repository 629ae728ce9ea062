"""Asking on a plain page: the first page and /chat, both without JavaScript."""

import secrets
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.errors import QuestionRejected, rejection_sentence
from bot.inquiry import Feedback
from channels.public import Asked, PublicDesk
from channels.web.languages import known_language, offered_languages
from channels.web.render import render
from channels.web.site import Site
from nlp.normalise import normalise, printable
from nlp.personal_data import mask

_KEPT: Final = 500
"""How much of a rejected text is given back in the form, in characters."""


_LONGEST_ID: Final = 36
_LONGEST_REASON: Final = 500
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
            lang="ja",
        )

    def page(lang: str, status: int = 200, **values: object) -> Response:
        """Return the page of asking; what the city asks not to write is in the language, too."""
        desk = public.desk
        return site.page(
            "chat.html",
            status,
            here="chat",
            lang=lang,
            languages=offered_languages(desk.book),
            privacy=desk.writer.sentence("privacy", lang),
            **values,
        )

    def form(session: str, lang: str, status: int = 200, **around: object) -> Response:
        shown = {"thanks": False, "problem": "", "value": "", "unhelpful": ""} | around
        return page(lang, status, reply=None, session=session, **shown)

    @router.get("/chat")
    async def chat(
        thanks: bool = False,
        lang: str = "ja",
        unhelpful: str = Query(default="", max_length=_LONGEST_ID),
    ) -> Response:
        """Show the form that works without JavaScript; ask why, where a reply did not help."""
        return form(new_session(), known_language(lang), thanks=thanks, unhelpful=unhelpful)

    @router.post("/chat")
    async def asked(
        text: str = Form(default=""),
        session: str = Form(default="", max_length=_LONGEST_SESSION),
        lang: str = Form(default="ja", max_length=10),
    ) -> Response:
        """Answer a question that came by the plain form."""
        session, language = session or new_session(), known_language(lang)
        try:
            considered, book = await public.ask(Asked(text, session, language=language))
        except QuestionRejected as rejected:
            problem = site.sentence(rejection_sentence(rejected.reason))
            value = printable(text)[:_KEPT]
            return form(session, language, 422, problem=problem, value=value)
        return page(
            language,
            reply=render(considered, book),
            asked=mask(normalise(text)),
            session=session,
        )

    @router.post("/chat/feedback")
    async def feedback(
        inquiry_id: str = Form(max_length=_LONGEST_ID),
        helpful: bool = Form(),
        reason: str = Form(default="", max_length=_LONGEST_REASON),
    ) -> Response:
        """Keep whether a reply helped, and why not if the citizen tells."""
        told = mask(normalise(reason))
        await public.give_feedback(Feedback(inquiry_id, helpful, told, public.clock()))
        asks_why = "" if helpful or told else f"&unhelpful={quote(inquiry_id)}"
        return RedirectResponse(f"/chat?thanks=true{asks_why}", 303)

    return router
