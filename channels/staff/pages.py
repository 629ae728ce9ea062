"""Rendering of the console's pages, with what every one of them shows."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

from bot.accounts import IDLE, ROLE_LABELS, SignedIn
from bot.audit import ACTION_LABELS, AuditLog
from bot.inbox import STATE_LABELS
from bot.inquiry import MISS_LABELS
from bot.question import CHANNEL_LABELS
from bot.reply import KIND_LABELS
from channels.opening import japan_date
from channels.staff.trend import trend_picture
from faq.book import FaqBook
from faq.office import JAPAN

_TEMPLATES: Final = Path(__file__).parent / "templates"

SECTIONS: Final = (
    ("inbox", "/staff/", "要対応"),
    ("entries", "/staff/entries", "FAQ"),
    ("texts", "/staff/texts", "決まった文・窓口・お知らせ"),
    ("publish", "/staff/publish", "公開"),
    ("look-up", "/staff/look-up", "電話中の検索"),
    ("log", "/staff/log", "操作の記録"),
)


class StaffPages:
    """Renders the templates of the console."""

    def __init__(self, audit: AuditLog, city_name: Callable[[], str]) -> None:
        self._audit = audit
        self._city_name = city_name
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["japan_date"] = japan_date
        self._environment.filters["moment"] = moment
        self._environment.globals |= {
            "trend_picture": trend_picture,
            "labels": {
                "role": ROLE_LABELS,
                "state": STATE_LABELS,
                "channel": CHANNEL_LABELS,
                "kind": KIND_LABELS,
                "miss": MISS_LABELS,
                "action": ACTION_LABELS,
            },
            "sections": SECTIONS,
            "idle_minutes": int(IDLE.total_seconds() // 60),
        }

    def page(
        self,
        template: str,
        who: SignedIn | None,
        status: int = 200,
        *,
        here: str = "",
        done: int | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Return a page; `done` is the number of the act that it follows, to be told and undone."""
        around = {
            "who": who,
            "here": here,
            "city_name": self._city_name(),
            "done": self._audit.event(done) if who and done else None,
            "problem": "",
        }
        text = self._environment.get_template(template).render(around | values)
        return HTMLResponse(text, status, {"Cache-Control": "no-store"})

    def part(self, template: str, **values: Any) -> HTMLResponse:
        """Return a piece of a page."""
        return HTMLResponse(self.markup(template, **values), headers={"Cache-Control": "no-store"})

    def markup(self, template: str, **values: Any) -> Markup:
        """Return a piece of a page, to be put into one."""
        return Markup(self._environment.get_template(template).render(values))


def moment(at: datetime | None) -> str:
    """Return a time as staff read it (Asia/Tokyo)."""
    if at is None:
        return ""
    local = at.astimezone(JAPAN)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour}:{local.minute:02}"


def section_names(book: FaqBook) -> dict[str, str]:
    """Return the names of the offices that own entries, by their ids."""
    owners = {entry.owner for entry in book.entries}
    return {office.id: office.name for office in book.offices if office.id in owners}


def path_of(request: Request) -> str:
    """Return where a request leads, to come back to after signing in; ours only."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"
