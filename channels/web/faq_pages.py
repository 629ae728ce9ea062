"""Reading without asking: the list of questions and a page for each entry."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from channels.markdown import to_html
from channels.public import PublicDesk
from channels.web.render import render_answer, render_contact
from channels.web.site import Site
from faq.book import FaqBook
from faq.entry import EASY, FaqEntry
from faq.office import Office

_RELATED: Final = 6
LANGUAGE_NAMES: Final = {
    "ja": "日本語",
    EASY: "やさしい日本語",
    "en": "English",
    "zh": "中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
    "pt": "Português",
    "tl": "Tagalog",
    "ne": "नेपाली",
    "es": "Español",
}


def build_router(public: PublicDesk, site: Site) -> APIRouter:
    """Return the routes of the FAQ pages."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/faq/")
    async def faq_index() -> Response:
        """List every question citizens may read, by topic."""
        return site.page("faq_index.html", here="faq", topics=public.topics())

    @router.get("/faq/{entry_id}")
    async def faq_entry(entry_id: str, lang: str = "ja") -> Response:
        """Show one entry with its contact; 404 for entries that are not public or not valid."""
        entry = public.desk.book.entry(entry_id)
        if entry is None or not public.is_public(entry):
            raise HTTPException(404)
        return site.page("faq_entry.html", here="faq", **_entry_values(public, entry, lang))

    return router


def _entry_values(public: PublicDesk, entry: FaqEntry, language: str) -> Mapping[str, Any]:
    desk, at = public.desk, public.clock()
    answer = desk.writer.answer_of(entry, language, None, at)
    codes = ["ja", *([EASY] if entry.easy else []), *entry.translations]
    siblings = public.topics().get(entry.topic, [])
    return {
        "entry": entry,
        "answer": render_answer(answer, desk.book, at),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in codes],
        "by_ward": [
            (ward.name, to_html(entry.by_ward[ward.id]))
            for ward in desk.book.wards
            if ward.id in entry.by_ward
        ],
        "contact": render_contact(answer.contact, at, answer.language),
        "ward_contacts": _ward_contacts(desk.book, entry),
        "related": [other for other in siblings if other.id != entry.id][:_RELATED],
    }


def _ward_contacts(book: FaqBook, entry: FaqEntry) -> list[Office]:
    group = book.group(entry.contact)
    if group is None:
        return []
    offices = (
        book.office(group.offices[ward.id]) for ward in book.wards if ward.id in group.offices
    )
    return [office for office in offices if office]
