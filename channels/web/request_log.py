"""One line for each request that was answered: what kind of page, how it went, how long it took."""

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.logs import EVENT, REQUESTS

_LOG = logging.getLogger(REQUESTS)

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER: Final = "other"


class RequestLog:
    """Logs each request by its route, not by its path: neither who asked nor what.

    `responded` is told every status.
    """

    def __init__(self, app: ASGIApp, responded: Callable[[int], None]) -> None:
        self._app = app
        self._responded = responded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, then tell how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._responded(status)
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            if _LOG.isEnabledFor(logging.INFO):
                _LOG.info("request", extra={EVENT: _event(scope, status, began)})


def _event(scope: Scope, status: int, began: float) -> dict[str, Any]:
    return {
        "method": scope["method"] if scope["method"] in _METHODS else _OTHER,
        "route": _route(scope),
        "status": status,
        "milliseconds": round((time.perf_counter() - began) * 1_000, 1),
    }


def _route(scope: Scope) -> str:
    """Return the template of the route, of a mounted application where it begins, else nothing."""
    template = getattr(scope.get("route"), "path", "")
    return f"{scope.get('root_path', '')}{template}"
