"""Who may come in: the cookie of a session, the role for a page, and where a form comes from."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.accounts import LONGEST_SESSION, ROLE_LABELS, Role, SignedIn, StaffAccounts, is_form_token
from channels.clock import Clock

COOKIE: Final = "__Host-toiawase-staff"
"""The prefix makes browsers take it from this very host by HTTPS only (or on the own machine)."""

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class NotSignedIn(HTTPException):
    """Nobody is signed in: the page to sign in is shown instead."""

    def __init__(self) -> None:
        super().__init__(401)


class Forbidden(HTTPException):
    """The role of who is signed in does not allow it; `needed` would."""

    def __init__(self, needed: Role) -> None:
        self.needed = needed
        super().__init__(403, f"この操作には「{ROLE_LABELS[needed]}」の役割が必要です")


class StrangeForm(HTTPException):
    """A form that no page of the session has sent."""

    def __init__(self) -> None:
        super().__init__(403, "この画面からの送信ではないため、受け付けませんでした")


class Gate:
    """Lets requests in by role; each method is a dependency of routes."""

    def __init__(self, accounts: StaffAccounts, clock: Clock, public_url: str) -> None:
        self._accounts = accounts
        self._clock = clock
        self._public_origin = _origin_of(public_url)

    def viewer(self, request: Request) -> SignedIn:
        """Let in who may look; raises NotSignedIn or Forbidden, like all others here."""
        return self._let_in(request, "viewer")

    def admin(self, request: Request) -> SignedIn:
        """Let in who may manage accounts."""
        return self._let_in(request, "admin")

    def viewer_form(self, request: Request, form_token: str = Form(default="")) -> SignedIn:
        """Take a form from who may look; raises StrangeForm, like all other forms."""
        return self._take(request, "viewer", form_token)

    def editor_form(self, request: Request, form_token: str = Form(default="")) -> SignedIn:
        """Take a form from who may edit."""
        return self._take(request, "editor", form_token)

    def approver_form(self, request: Request, form_token: str = Form(default="")) -> SignedIn:
        """Take a form from who may publish."""
        return self._take(request, "approver", form_token)

    def admin_form(self, request: Request, form_token: str = Form(default="")) -> SignedIn:
        """Take a form from who may manage accounts."""
        return self._take(request, "admin", form_token)

    def stranger_form(self, request: Request) -> None:
        """Take a form from somebody who is not signed in yet, if it comes from our own page."""
        self._check_origin(request)

    def signed_in(self, request: Request) -> SignedIn | None:
        """Return who is signed in."""
        return self._accounts.signed_in(request.cookies.get(COOKIE, ""), self._clock())

    def _let_in(self, request: Request, role: Role) -> SignedIn:
        who = self.signed_in(request)
        if who is None:
            raise NotSignedIn
        if not who.account.may(role):
            raise Forbidden(role)
        return who

    def _take(self, request: Request, role: Role, form_token: str) -> SignedIn:
        who = self._let_in(request, role)
        self._check_origin(request)
        if not is_form_token(form_token, who):
            raise StrangeForm
        return who

    def _check_origin(self, request: Request) -> None:
        site = request.headers.get("sec-fetch-site")
        if site is not None and site not in ("same-origin", "none"):
            raise StrangeForm
        origin = request.headers.get("origin")
        own = f"{request.url.scheme}://{request.url.netloc}"
        if origin is not None and origin not in (own, self._public_origin):
            raise StrangeForm


def can_keep_cookie(request: Request) -> bool:
    """Tell whether browsers take the cookie: by HTTPS, or on the machine itself."""
    return request.url.scheme == "https" or request.url.hostname in _LOCAL


def keep_cookie(response: Response, token: str) -> None:
    """Let the browser keep the token of a session."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST_SESSION.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def forget_cookie(response: Response) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
