"""The audit log: who did what, to read and to write out."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, Response, StreamingResponse

from bot.accounts import SignedIn
from bot.audit import ACTION_LABELS, AuditEvent, first_broken
from channels.staff.console import Console
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages
from faq.office import JAPAN

_SHOWN: Final = 50
_BOM: Final = "\ufeff"
_HEADINGS: Final = ("番号", "日時", "だれが", "何を", "対象", "内容", "目印")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of the audit log."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/log")
    def log(
        who: SignedIn = Depends(gate.viewer),
        before: int | None = None,
        by: str = Query(default="", max_length=100),
        done: int | None = None,
    ) -> Response:
        """Show what was done, the latest first."""
        events = console.audit.latest(_SHOWN, before=before, by=by)
        people = [account.name for account in console.accounts.listed()]
        older = events[-1].number if len(events) == _SHOWN else None
        return pages.page(
            "log.html",
            who,
            here="log",
            done=done,
            events=events,
            older=older,
            by=by,
            people=people,
        )

    @router.get("/log/export")
    def export(who: SignedIn = Depends(gate.admin)) -> Response:
        """Write out the whole log as CSV for a spreadsheet, and note that it was."""
        console.note(who.account.name, "exported", "log")
        return StreamingResponse(
            _rows(console.audit.each()),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="toiawase-log.csv"',
                "Cache-Control": "no-store",
            },
        )

    @router.get("/log/check")
    def check(who: SignedIn = Depends(gate.admin)) -> Response:
        """Tell whether every event is as it was kept."""
        broken = first_broken(console.audit.each())
        return pages.page("log_check.html", who, here="log", broken=broken)

    return router


def _rows(events: Iterable[AuditEvent]) -> Iterator[str]:
    yield _BOM + _row(_HEADINGS)
    for one in events:
        when = one.at.astimezone(JAPAN).isoformat(timespec="seconds")
        action = ACTION_LABELS.get(one.action, one.action)
        told = one.detail.get("told") or json.dumps(_plain(one.detail), ensure_ascii=False)
        yield _row((one.number, when, one.by, action, one.subject, told, one.hash))


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name != "undo"}


def _row(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_safe(str(cell)) for cell in cells])
    return line.getvalue()


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
