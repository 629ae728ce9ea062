"""The one request that everybody sends, answered ahead of the router.

Finding the route, its dependencies and their clean-up costs FastAPI more time than a question that
comes again costs the desk (docs/adr/0026).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

from channels.web.schemas import Ask

_JSON: Final = "application/json"


class DirectQuestions:
    """Calls the endpoint of asking itself, for a body that is what the API documents.

    All else goes on to the router with the same body, which says what is wrong with it: there is
    one place that knows how requests fail. `handlers` are those of the application.
    """

    def __init__(
        self, app: ASGIApp, route: APIRoute, handlers: Mapping[Any, ExceptionHandler]
    ) -> None:
        self._app = app
        self._route = route
        # What no handler expects is for the outermost one, which also tells the log.
        expected = {key: one for key, one in handlers.items() if key not in (500, Exception)}
        self._answering = ExceptionMiddleware(self._answer, expected)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a question, or pass the request on."""
        if scope["type"] == "http" and self._is_asked(scope):
            await self._answering(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_asked(self, scope: Scope) -> bool:
        types = [value for name, value in scope["headers"] if name == b"content-type"]
        is_plain = scope["method"] == "POST" and types == [_JSON.encode()]
        return is_plain and scope["path"] == self._route.path and not scope.get("root_path")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = await _received(receive)
        asked = _read(received)
        if asked is None:
            await self._app(scope, _again(received, receive), send)
            return
        scope["route"] = self._route
        reply: Response = await self._route.endpoint(asked)
        await reply(scope, receive, send)


async def _received(receive: Receive) -> list[Message]:
    """Receive a whole body (BodyLimit holds it short), or what came of it before the end."""
    received = [await receive()]
    while received[-1]["type"] == "http.request" and received[-1].get("more_body"):
        received.append(await receive())
    return received


def _read(received: Sequence[Message]) -> Ask | None:
    if received[-1]["type"] != "http.request":
        return None
    try:
        return Ask.model_validate_json(b"".join(one.get("body", b"") for one in received))
    except ValidationError:
        return None


def _again(received: Sequence[Message], receive: Receive) -> Receive:
    """Return what receives the same once more, and then what follows."""
    messages = iter(received)

    async def receive_again() -> Message:
        return next(messages, None) or await receive()

    return receive_again
