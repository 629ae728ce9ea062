"""Every error of the website in one shape: {"error": {code, message, field, request_id}}."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bot.errors import BotError, NoRelease, QuestionRejected, StoreUnusable, UnknownInquiry
from channels.web.request_id import request_id_of
from channels.web.schemas import ErrorDetail, ErrorOut

_LOG = logging.getLogger(__name__)

MESSAGES: Final = {
    "invalid_json": "JSON として読めません。UTF-8 の JSON を送ってください。",
    "invalid_request": "項目の形が正しくありません。",
    "not_found": "見つかりません。アドレスを確かめてください。",
    "method_not_allowed": "この方法では使えません。",
    "too_large": "送られたものが大きすぎます。",
    "unknown_inquiry": "その問合せ記録はありません。",
    "unavailable": "ただいま準備中です。少し待ってから、もう一度お試しください。",
    "internal": "処理できませんでした。時間をおいて、もう一度お試しください。",
    "error": "受け付けられませんでした。",
    "empty": "質問を入力してください。",
    "too_many": "短い時間に多くの質問が届きました。少し待ってから、もう一度お試しください。",
    "too_long": "質問が長すぎます。500文字までで入力してください。",
}
"""Messages to programs; what citizens read comes from the city's fixed sentences."""

_BY_STATUS: Final = {
    400: "invalid_json",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many",
    503: "unavailable",
}


@dataclass(frozen=True)
class _Fault:
    status: int
    code: str
    field: str | None = None
    headers: dict[str, str] | None = None


def install_error_handlers(app: FastAPI, error_page: Callable[[Request, int], Response]) -> None:
    """Answer every error of `app` in the one shape; pages get a page in Japanese."""

    def answer(request: Request, fault: _Fault) -> Response:
        if wants_page(request):
            response = error_page(request, fault.status)
            response.headers.update(fault.headers or {})
            return response
        return error_response(request, fault.status, fault.code, fault.field, fault.headers)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _BY_STATUS.get(error.status_code, "error")
        headers = dict(error.headers) if error.headers else None
        return answer(request, _Fault(error.status_code, code, headers=headers))

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, _invalid(error.errors()))

    async def on_core(request: Request, error: Exception) -> Response:
        return answer(request, _core(error))

    async def on_anything(request: Request, error: Exception) -> Response:
        _LOG.error("request %s failed: %s", request_id_of(request), type(error).__name__)
        return answer(request, _Fault(500, "internal"))

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(BotError, on_core)
    app.add_exception_handler(Exception, on_anything)


def error_response(
    request: Request,
    status: int,
    code: str,
    field: str | None = None,
    headers: dict[str, str] | None = None,
    message: str = "",
) -> JSONResponse:
    """Return one error in the one shape; `message` in place of the one of its code."""
    detail = ErrorDetail(
        code=code,
        message=message or MESSAGES.get(code, HTTPStatus(status).phrase),
        field=field,
        request_id=request_id_of(request),
    )
    return JSONResponse(ErrorOut(error=detail).model_dump(), status, headers)


def wants_page(request: Request) -> bool:
    """Tell whether a person looks at the answer, not a program."""
    is_api = request.url.path.startswith(("/api/", "/healthz", "/readyz"))
    return not is_api and "text/html" in request.headers.get("accept", "")


def _invalid(errors: Sequence[Any]) -> _Fault:
    # The input is never echoed: it may hold what JSON cannot carry back (NaN, lone surrogates).
    first = errors[0] if errors else {}
    if first.get("type") == "json_invalid":
        return _Fault(400, "invalid_json")
    place = [str(part) for part in first.get("loc", ()) if part not in ("body", "query", "path")]
    return _Fault(422, "invalid_request", ".".join(place) or None)


def _core(error: Exception) -> _Fault:
    match error:
        case QuestionRejected():
            return _Fault(422, error.reason, "text")
        case UnknownInquiry():
            return _Fault(404, "unknown_inquiry", "inquiry_id")
        case NoRelease() | StoreUnusable():
            return _Fault(503, "unavailable", headers={"Retry-After": "5"})
        case _:
            return _Fault(500, "internal")
