"""A page for each topic, and the same as a booklet in large print for counters."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from channels.public import PublicDesk
from channels.web.by_ward import ward_answers, ward_offices
from channels.web.render import render_answer
from channels.web.schemas import AnswerOut, LinkOut
from channels.web.site import Site
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.office import JAPAN, Office


def build_router(public: PublicDesk, site: Site) -> APIRouter:
    """Return the routes of the topics."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    def entries_of(topic: str) -> list[FaqEntry]:
        # Entries without a topic stand in the list only: their page would have no name.
        entries = public.topics().get(topic, []) if topic else []
        if not entries:
            raise HTTPException(404)
        return entries

    # Before the topics, whose names may hold slashes and would end in "/booklet".
    @router.get("/faq/topics/{topic:path}/booklet")
    async def booklet(topic: str) -> Response:
        """Show every question of a topic with its whole answer, to be printed."""
        values = _booklet_values(public, entries_of(topic), site.public_url)
        return site.page("booklet.html", topic=topic, **values)

    @router.get("/faq/topics/{topic:path}")
    async def faq_topic(topic: str) -> Response:
        """List every question of a topic; 404 where citizens may read none."""
        entries = entries_of(topic)
        return site.page("faq_topic.html", here="faq", topic=topic, entries=entries)

    return router


def _booklet_values(
    public: PublicDesk, entries: Sequence[FaqEntry], public_url: str
) -> Mapping[str, Any]:
    desk, at = public.desk, public.clock()
    answers = [desk.writer.answer_of(entry, "ja", None, at) for entry in entries]
    articles = [
        {
            "answer": _on_paper(render_answer(answer, desk.book, at), public_url),
            "by_ward": [
                (ward, _whole_addresses(html, public_url))
                for ward, html in ward_answers(desk.book, answer.entry)
            ],
            "has_ward_offices": bool(ward_offices(desk.book, answer.entry.contact)),
        }
        for answer in answers
    ]
    return {
        "articles": articles,
        "groups": _groups(desk.book, entries),
        "printed_on": at.astimezone(JAPAN).date(),
    }


def _groups(book: FaqBook, entries: Sequence[FaqEntry]) -> list[tuple[str, list[Office]]]:
    """Return each group of offices that the entries name, once: a list by ward is long."""
    groups = (book.group(contact) for contact in dict.fromkeys(one.contact for one in entries))
    return [(group.name, ward_offices(book, group.id)) for group in groups if group]


def _on_paper(answer: AnswerOut, public_url: str) -> AnswerOut:
    """Return the answer with whole addresses, for paper has no site to start from."""
    links = [
        LinkOut(
            title=link.title,
            url=public_url + link.url if link.url.startswith("/") else link.url,
        )
        for link in answer.links
    ]
    html = _whole_addresses(answer.html, public_url)
    return answer.model_copy(update={"html": html, "links": links})


def _whole_addresses(html: str, public_url: str) -> str:
    # Quotes in a text are written as &quot; in this HTML, so only links are met.
    return html.replace('href="/', f'href="{public_url}/')
