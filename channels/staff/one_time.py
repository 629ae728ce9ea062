"""The one-time address by which a demo's console is opened without a password."""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import HTMLResponse, Response

from bot.accounts import Account
from channels.staff.console import Console
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages
from channels.staff.sign_in_pages import START, come_in

TRIER: Final = "お試し"
"""Who signs in by the one-time address."""

_CODE_BYTES: Final = 18


@dataclass
class OneTimeCode:
    """The code of a demo's address; it opens one session and is then spent."""

    value: str = field(default_factory=lambda: secrets.token_urlsafe(_CODE_BYTES))
    is_spent: bool = False

    def fits(self, code: str) -> bool:
        """Tell whether a code is this one, and not spent."""
        return not self.is_spent and hmac.compare_digest(code.encode(), self.value.encode())


def build_router(
    console: Console, gate: Gate, pages: StaffPages, code: OneTimeCode | None
) -> APIRouter:
    """Return the routes of the one-time address; without a code it opens nothing."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/first")
    def first(code_given: str = Query(default="", alias="code")) -> Response:
        """Show the button of the one-time address; only pressing it spends the code."""
        usable = code is not None and code.fits(code_given)
        return pages.page("first.html", None, usable=usable, code=code_given)

    @router.post("/first", dependencies=[Depends(gate.stranger_form)])
    def come_in_first(code_given: str = Form(default="", alias="code")) -> Response:
        """Open the session of a demo."""
        if code is None or not code.fits(code_given):
            return pages.page("first.html", None, 403, usable=False, code="")
        code.is_spent = True
        at = console.clock()
        # Nobody can sign in by name: no password has this hash.
        console.accounts.put(Account(TRIER, "admin", "", at))
        console.note(TRIER, "sign_in", "")
        return come_in(console.accounts.open_session(TRIER, at), START)

    return router
