"""No request may send more than a question can be long."""

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.web.errors import error_response

MAX_BODY: Final = 64 * 1024
"""Largest body in bytes: 500 characters in any escape, with room for what stands around them."""


class BodyLimit:
    """Answers 413 to bodies over the limit, announced or not, without reading them whole.

    `larger` are the paths that may receive more, with how many bytes; those that end with a slash
    mean all below them.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int]) -> None:
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope["path"])
        if _announced(scope) > most:
            await error_response(Request(scope), 413, "too_large")(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_counted, send)

    def _most(self, path: str) -> int:
        below = (
            most
            for start, most in self._larger.items()
            if start.endswith("/") and path.startswith(start)
        )
        return self._larger.get(path) or next(below, MAX_BODY)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            announced = value.decode("latin-1")
            return int(announced) if announced.isdecimal() else 0
    return 0
