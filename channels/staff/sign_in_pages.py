"""Signing in and out."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import SignedIn
from bot.errors import AccountRefused
from channels.staff.console import Console
from channels.staff.gate import COOKIE, Gate, can_keep_cookie, forget_cookie, keep_cookie
from channels.staff.pages import StaffPages

START: Final = "/staff/"
"""The first page of the console."""


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of signing in and out."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/sign-in")
    def sign_in_form(request: Request, then: str = START) -> Response:
        """Show the form to sign in."""
        return sign_in_page(pages, request, then=then)

    @router.post("/sign-in", dependencies=[Depends(gate.stranger_form)])
    def sign_in(
        request: Request,
        name: str = Form(default="", max_length=200),
        password: str = Form(default="", max_length=1_000),
        then: str = Form(default=START, max_length=1_000),
    ) -> Response:
        """Open a session, or say why not."""
        at = console.clock()
        try:
            token = console.accounts.sign_in(name, password, at)
        except AccountRefused as refused:
            known = console.accounts.account(name.strip())
            console.note(known.name if known else "", "sign_in_refused", refused.reason)
            return sign_in_page(pages, request, then=then, name=name, problem=f"{refused}。")
        console.note(name.strip(), "sign_in", "")
        return come_in(token, then)

    @router.post("/sign-out")
    def sign_out(request: Request, who: SignedIn = Depends(gate.viewer_form)) -> Response:
        """End the session."""
        console.accounts.sign_out(request.cookies.get(COOKIE, ""))
        console.note(who.account.name, "sign_out", "")
        response = RedirectResponse("/staff/sign-in", 303)
        forget_cookie(response)
        return response

    @router.get("/still-here", status_code=204)
    def still_here(_who: SignedIn = Depends(gate.viewer)) -> Response:
        """Go on with the session, for who is still reading."""
        return Response(status_code=204)

    return router


def sign_in_page(
    pages: StaffPages,
    request: Request,
    *,
    then: str,
    name: str = "",
    problem: str = "",
    expired: bool = False,
    kept: Sequence[tuple[str, str]] = (),
) -> HTMLResponse:
    """Return the page to sign in, with status 401 where something else was asked for."""
    status = 401 if expired else 422 if problem else 200
    can_keep = can_keep_cookie(request)
    return pages.page(
        "sign_in.html",
        None,
        status,
        can_keep=can_keep,
        expired=expired,
        then=_ours(then),
        name=name,
        problem=problem,
        kept=kept,
    )


def come_in(token: str, then: str) -> Response:
    """Return the way to a page, with the cookie of a new session."""
    response = RedirectResponse(_ours(then), 303)
    keep_cookie(response, token)
    return response


def _ours(path: str) -> str:
    """Return a path of the console; of anything else its first page."""
    is_ours = path.startswith("/staff/") and "\\" not in path and "\n" not in path
    return path if is_ours else START
