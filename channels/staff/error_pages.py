"""Every error of the console as a page that says what to do, and loses nothing that was written."""

import logging
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.errors import BotError, NoRelease, UnknownCluster, UnknownDraft, UnknownRelease
from channels.staff.gate import Gate, NotSignedIn
from channels.staff.pages import StaffPages, path_of
from channels.staff.sign_in_pages import START, sign_in_page
from faq.files.folder_edit import EditConflict, UnknownItem
from faq.problem import FaqError, FaqFolderError

_LOG = logging.getLogger(__name__)

_HEADINGS: Final = {
    403: "この操作はできません",
    404: "見つかりません",
    409: "ほかの人が先に変えました",
    422: "入力を確かめてください",
    503: "ただいま準備中です",
}
_SENTENCES: Final = {
    404: "アドレスが変わったか、ほかの人が先に処理した可能性があります。",
    422: "項目の形が正しくありません。前の画面に戻って、やり直してください。",
    503: "まだ公開版がありません。少し待ってから、もう一度お試しください。",
}
_OTHER: Final = ("表示できませんでした", "時間をおいて、もう一度お試しください。")
_HIDDEN: Final = frozenset({"form_token", "password", "version", "code", "number", "then"})


class ErrorPages:
    """Answers what goes wrong with a page."""

    def __init__(self, gate: Gate, pages: StaffPages) -> None:
        self._gate = gate
        self._pages = pages

    def install(self, app: FastAPI) -> None:
        """Answer every error of `app`."""
        app.add_exception_handler(NotSignedIn, self._on_stranger)
        app.add_exception_handler(HTTPException, self._on_http)
        app.add_exception_handler(RequestValidationError, self._on_invalid)
        app.add_exception_handler(BotError, self._on_core)
        app.add_exception_handler(FaqError, self._on_faq)
        app.add_exception_handler(Exception, self._on_anything)

    async def _on_stranger(self, request: Request, _error: Exception) -> Response:
        # After signing in, a page that was looked at is shown; a form has to be sent again.
        then = path_of(request) if request.method == "GET" else START
        kept = await _kept(request)
        return sign_in_page(self._pages, request, then=then, expired=True, kept=kept)

    async def _on_http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        told = str(error.detail) if error.status_code == 403 else ""
        return await self._page(request, error.status_code, told)

    async def _on_invalid(self, request: Request, _error: Exception) -> Response:
        return await self._page(request, 422)

    async def _on_core(self, request: Request, error: Exception) -> Response:
        match error:
            case UnknownCluster() | UnknownDraft() | UnknownRelease():
                return await self._page(request, 404)
            case NoRelease():
                return await self._page(request, 503)
            case _:
                return await self._page(request, 422, f"{error}。")

    async def _on_faq(self, request: Request, error: Exception) -> Response:
        match error:
            case EditConflict():
                return await self._page(request, 409, f"{error}。")
            case UnknownItem():
                return await self._page(request, 404)
            case FaqFolderError():
                told = "。".join(one.message for one in error.problems)
                return await self._page(request, 422, f"{told}。")
            case _:
                return await self._page(request, 422, f"{error}。")

    async def _on_anything(self, request: Request, error: Exception) -> Response:
        _LOG.error("a page of the console failed: %s", type(error).__name__)
        return await self._page(request, 500)

    async def _page(self, request: Request, status: int, told: str = "") -> Response:
        return self._pages.page(
            "error.html",
            self._gate.signed_in(request),
            status,
            heading=_HEADINGS.get(status, _OTHER[0]),
            sentence=told or _SENTENCES.get(status, _OTHER[1]),
            kept=await _kept(request),
        )


async def _kept(request: Request) -> list[tuple[str, str]]:
    """Return what a form carried, so that who wrote it can copy it."""
    if request.method != "POST":
        return []
    form = await request.form()
    return [
        (name, str(value)) for name, value in form.multi_items() if value and name not in _HIDDEN
    ]
