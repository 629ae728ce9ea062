"""A while between the wish to stop and the end, in which load balancers turn away."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READY: Final = "/readyz"
_CLOSE: Final = {"Connection": "close"}


class Drain:
    """Whether the process is about to stop; until it does, questions are answered as ever."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.has_begun = False

    @contextmanager
    def put_off_sigterm(self) -> Iterator[None]:
        """Let SIGTERM stop the server only after the drain; a second one stops it at once."""
        stop = signal.getsignal(signal.SIGTERM)
        is_main = threading.current_thread() is threading.main_thread()
        if not (self._seconds and is_main and callable(stop)):
            yield
            return
        loop = asyncio.get_running_loop()

        def begin(number: int, frame: FrameType | None) -> None:
            if self.has_begun:
                stop(number, frame)
                return
            self.has_begun = True
            loop.call_soon_threadsafe(loop.call_later, self._seconds, stop, number, None)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, stop)


class Draining:
    """During a drain, says at /readyz that the process stops, and keeps no connection open.

    A proxy that keeps connections might otherwise send a question on one that closes just then.
    """

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; only /readyz is answered otherwise."""
        if scope["type"] != "http" or not self._drain.has_begun:
            await self._app(scope, receive, send)
            return
        if scope["path"] == _READY:
            await JSONResponse({"status": "stopping"}, 503, _CLOSE)(scope, receive, send)
            return

        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_CLOSE)
            await send(message)

        await self._app(scope, receive, send_last)
