"""Rendering of the plain pages, with what every one of them shows."""

from html import escape
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.errors import NoRelease
from channels.opening import japan_date
from channels.public import PublicDesk
from channels.web.addresses import topic_path
from channels.web.render import render_contact, render_notice

_TEMPLATES: Final = Path(__file__).parent / "templates"
_ERROR_HEADINGS: Final = {
    404: ("ページが見つかりません", "アドレスが変わったか、掲載が終わった可能性があります。"),
    429: (
        "少し待ってからお試しください",
        "短い時間に多くの質問が届きました。1分ほど待ってから、前の画面に戻って、もう一度送ってください。",
    ),
    503: ("ただいま準備中です", "少し待ってから、もう一度お試しください。"),
}
_CLOSED: Final = "ただいまお休みしています"
_ERROR_OTHER: Final = ("表示できませんでした", "時間をおいて、もう一度お試しください。")
_BARE_PAGE: Final = """<!doctype html>
<html lang="ja"><meta charset="utf-8"><title>{heading}</title>
{notices}<h1>{heading}</h1><p>{sentence}</p></html>
"""


class Site:
    """Renders the templates with what every page shows: the city and its contact centre."""

    def __init__(self, public: PublicDesk, public_url: str) -> None:
        self._public = public
        self.public_url = public_url.rstrip("/")
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["japan_date"] = japan_date
        self._environment.filters["topic_path"] = topic_path
        parts: Any = self._environment.get_template("parts.html").module
        self._environment.globals["contact_card"] = parts.contact_card

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page; raises NoRelease before there is a city to speak of."""
        desk, at = self._public.desk, self._public.clock()
        around = {
            "city": desk.book.city,
            "centre": render_contact(desk.writer.contact_centre(at), at),
            "here": "",
            "notices": [render_notice(one) for one in self._public.notices()],
            "public_url": self.public_url,
            "privacy": self.sentence("privacy"),
            "answered_note": self.sentence("answered-note"),
        }
        text = self._environment.get_template(template).render(around | values)
        return HTMLResponse(text, status)

    def part(self, template: str, **values: Any) -> str:
        """Return a piece of a page."""
        return self._environment.get_template(template).render(values)

    def sentence(self, sentence_id: str) -> str:
        """Return a fixed sentence of the city in Japanese, empty when it has none."""
        found = self._public.desk.book.sentence(sentence_id)
        return found.in_language("ja") if found else ""

    def error(self, request: Request, status: int) -> Response:
        """Return the page of an error."""
        heading, sentence = _ERROR_HEADINGS.get(status, _ERROR_OTHER)
        return self._plain(status, heading, sentence)

    def closed(self, sentence: str) -> Response:
        """Return the page that stands in for all others while the channel is closed."""
        return self._plain(503, _CLOSED, sentence)

    def _plain(self, status: int, heading: str, sentence: str) -> Response:
        try:
            return self.page("error.html", status, heading=heading, sentence=sentence)
        except NoRelease:
            # There is no city to speak of yet, but there may be notices.
            notices = "".join(f"<p>{escape(one.text)}</p>\n" for one in self._public.notices())
            page = _BARE_PAGE.format(notices=notices, heading=heading, sentence=escape(sentence))
            return HTMLResponse(page, status)
