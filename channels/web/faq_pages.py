"""Reading without asking: the list of questions, a search in it, and a page for each entry."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from channels.public import PublicDesk
from channels.web.by_ward import ward_answers, ward_offices
from channels.web.faq_head import faq_head, shortened
from channels.web.languages import LANGUAGE_NAMES
from channels.web.render import render_answer, render_contact
from channels.web.site import Site
from faq.entry import EASY, FaqEntry
from nlp.normalise import MAX_CHARACTERS, printable

_RELATED: Final = 6
_FOUND: Final = 20
_EXCERPT: Final = 70


def build_router(public: PublicDesk, site: Site) -> APIRouter:
    """Return the routes of the FAQ pages."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/faq/")
    async def faq_index() -> Response:
        """List every question citizens may read, by topic."""
        return site.page("faq_index.html", here="faq", topics=public.topics())

    # Before the entries: their route would take "search" for an id.
    @router.get("/faq/search")
    async def faq_search(q: str = "") -> Response:
        """Show the questions nearest to some words; nothing is recorded."""
        typed = printable(q)
        shown: dict[str, Any] = {"here": "faq", "topics": public.topics(), "most": _FOUND}
        if len(typed) > MAX_CHARACTERS:
            problem = site.sentence("rejected-too-long")
            value = typed[:MAX_CHARACTERS]
            return site.page(
                "faq_search.html", 422, value=value, problem=problem, found=[], **shown
            )
        found = public.desk.search.suggest(typed, public.clock(), limit=_FOUND)
        return site.page(
            "faq_search.html",
            value=typed,
            problem="",
            # Looked at again: where few entries fit, the search may name others after them.
            found=[
                (entry, shortened(entry.answer, _EXCERPT))
                for entry in found
                if public.is_public(entry)
            ],
            **shown,
        )

    @router.get("/faq/{entry_id}")
    async def faq_entry(entry_id: str, lang: str = "ja") -> Response:
        """Show one entry with its contact; 404 for entries that are not public or not valid."""
        entry = public.desk.book.entry(entry_id)
        if entry is None or not public.is_public(entry):
            raise HTTPException(404)
        values = _entry_values(public, entry, lang, site.public_url)
        return site.page("faq_entry.html", here="faq", **values)

    return router


def _entry_values(
    public: PublicDesk, entry: FaqEntry, language: str, public_url: str
) -> Mapping[str, Any]:
    desk, at = public.desk, public.clock()
    answer = desk.writer.answer_of(entry, language, None, at)
    rendered = render_answer(answer, desk.book, at)
    # A variant that the city withholds is not offered: the link would lead to the Japanese.
    variants = [code for code in (EASY, *entry.translations) if desk.book.variant(entry, code)]
    codes = ["ja", *variants]
    siblings = public.topics().get(entry.topic, [])
    return {
        "entry": entry,
        "answer": rendered,
        "head": faq_head(rendered, answer.text, codes, public_url),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in codes],
        "by_ward": ward_answers(desk.book, entry),
        "contact": render_contact(answer.contact, at, answer.language),
        "ward_contacts": ward_offices(desk.book, entry.contact),
        "has_topic_page": bool(entry.topic and siblings),
        "related": [other for other in siblings if other.id != entry.id][:_RELATED],
    }
