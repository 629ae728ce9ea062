"""The console as one application, mounted at /staff."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from channels.staff import (
    account_pages,
    entry_actions,
    entry_pages,
    inbox_pages,
    log_pages,
    look_up_pages,
    notice_pages,
    office_pages,
    one_time,
    publish_pages,
    sentence_pages,
    sign_in_pages,
)
from channels.staff.console import Console
from channels.staff.error_pages import ErrorPages
from channels.staff.gate import Gate
from channels.staff.one_time import OneTimeCode
from channels.staff.pages import StaffPages

MOUNTED_AT: Final = "/staff"
MAX_BODY: Final = 1024 * 1024
"""Largest body in bytes: an entry with all its translations, each character in an escape."""

_STATIC: Final = Path(__file__).parent / "static"


def build_console(console: Console, code: OneTimeCode | None) -> FastAPI:
    """Return the application of the console, to be mounted at MOUNTED_AT."""
    app = FastAPI(title="toiawase staff", docs_url=None, redoc_url=None, openapi_url=None)
    pages = StaffPages(console.audit, lambda: console.live.desk.book.city.name)
    gate = Gate(console.accounts, console.clock, console.public_url)
    for router in _routers(console, gate, pages, code):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="staff-static")
    ErrorPages(gate, pages).install(app)
    return app


def _routers(
    console: Console, gate: Gate, pages: StaffPages, code: OneTimeCode | None
) -> list[APIRouter]:
    return [
        sign_in_pages.build_router(console, gate, pages),
        one_time.build_router(console, gate, pages, code),
        inbox_pages.build_router(console, gate, pages),
        inbox_pages.build_actions(console, gate),
        entry_pages.build_router(console, gate, pages),
        entry_actions.build_router(console, gate, pages),
        sentence_pages.build_router(console, gate, pages),
        notice_pages.build_router(console, gate, pages),
        notice_pages.build_closing(console, gate),
        office_pages.build_router(console, gate, pages),
        publish_pages.build_router(console, gate, pages),
        publish_pages.build_checking(console, gate, pages),
        look_up_pages.build_router(console, gate, pages),
        log_pages.build_router(console, gate, pages),
        account_pages.build_router(console, gate, pages),
    ]
