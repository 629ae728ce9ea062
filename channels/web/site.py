"""Rendering of the plain pages, with what every one of them shows."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.errors import NoRelease
from channels.web.public import PublicDesk
from channels.web.render import render_contact
from faq.office import JAPAN

_TEMPLATES: Final = Path(__file__).parent / "templates"
_WEEKDAYS: Final = "月火水木金土日"
_ERROR_HEADINGS: Final = {
    404: ("ページが見つかりません", "アドレスが変わったか、掲載が終わった可能性があります。"),
    503: ("ただいま準備中です", "少し待ってから、もう一度お試しください。"),
}
_ERROR_OTHER: Final = ("表示できませんでした", "時間をおいて、もう一度お試しください。")
_BARE_PAGE: Final = """<!doctype html>
<html lang="ja"><meta charset="utf-8"><title>{heading}</title>
<h1>{heading}</h1><p>{sentence}</p></html>
"""


class Site:
    """Renders the templates with what every page shows: the city and its contact centre."""

    def __init__(self, public: PublicDesk, public_url: str) -> None:
        self._public = public
        self._public_url = public_url.rstrip("/")
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["japan_time"] = _japan_time
        self._environment.filters["japan_date"] = _japan_date
        parts: Any = self._environment.get_template("parts.html").module
        self._environment.globals["contact_card"] = parts.contact_card

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page; raises NoRelease before there is a city to speak of."""
        desk = self._public.desk
        around = {
            "city": desk.book.city,
            "centre": render_contact(desk.writer.contact_centre(self._public.clock())),
            "here": "",
            "public_url": self._public_url,
            "privacy": self.sentence("privacy"),
            "answered_note": self.sentence("answered-note"),
        }
        text = self._environment.get_template(template).render(around | values)
        return HTMLResponse(text, status)

    def sentence(self, sentence_id: str) -> str:
        """Return a fixed sentence of the city in Japanese, empty when it has none."""
        found = self._public.desk.book.sentence(sentence_id)
        return found.in_language("ja") if found else ""

    def error(self, request: Request, status: int) -> Response:
        """Return the page of an error."""
        heading, sentence = _ERROR_HEADINGS.get(status, _ERROR_OTHER)
        try:
            return self.page("error.html", status, heading=heading, sentence=sentence)
        except NoRelease:
            return HTMLResponse(_BARE_PAGE.format(heading=heading, sentence=sentence), status)


def _japan_time(moment: datetime) -> str:
    local = moment.astimezone(JAPAN)
    day = f"{local.month}月{local.day}日（{_WEEKDAYS[local.weekday()]}）"
    return f"{day}{local.hour}:{local.minute:02d}"


def _japan_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
