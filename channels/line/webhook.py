"""The webhook: the signature is checked, what must be answered is kept, and 200 leaves."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from bot.delivery import Delivery
from bot.errors import StoreUnusable
from channels.line.events import EventReader, Incoming

_LOG = logging.getLogger(__name__)

PATH: Final = "/line/webhook"
MAX_BODY: Final = 1024 * 1024
"""Largest body in bytes: LINE sends many events, and long texts, in one."""

_PATIENCE: Final = 1.5
"""Seconds to wait for the database; LINE waits for two and delivers again."""


class SignatureCheck(Protocol):
    """Tells whether a body was signed with the channel's secret."""

    def validate(self, body: str, signature: str) -> bool:
        """Tell whether the signature is of the body."""
        ...


class Reception:
    """Takes in the bodies of webhooks."""

    def __init__(
        self,
        check: SignatureCheck,
        reader: EventReader,
        keep: Callable[[Delivery], Awaitable[None]],
        taken: Callable[[Sequence[Incoming]], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._check = check
        self._reader = reader
        self._keep = keep
        self._taken = taken
        self._clock = clock

    async def receive(self, body: bytes, signature: str) -> int:
        """Return the HTTP status of a body: 200 only when all of it is durable."""
        events = self._events(body, signature)
        if events is None:
            _LOG.warning("a webhook body was refused")
            return 400
        at = self._clock()
        found = [self._read(event, at) for event in events]
        incoming = [one for one in found if one]
        try:
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(*(self._keep(one.delivery) for one in incoming))
        except (StoreUnusable, TimeoutError):
            _LOG.error("%s deliveries could not be kept", len(incoming))
            return 503
        self._taken(incoming)
        return 200

    def _read(self, event: object, at: datetime) -> Incoming | None:
        try:
            return self._reader.read(event, at)
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            # Whatever is odd about it costs nobody else's question.
            _LOG.warning("an event cannot be read: %s", type(error).__name__)
            return None

    def _events(self, body: bytes, signature: str) -> list[object] | None:
        """Return the events of a signed body, None of anything else."""
        try:
            text = body.decode()
            if not signature or not self._check.validate(text, signature):
                return None
            told = json.loads(text)
        except (ValueError, RecursionError):
            return None
        events = told.get("events") if isinstance(told, dict) else None
        return events if isinstance(events, list) else None


def build_router(reception: Callable[[], Awaitable[Reception]]) -> APIRouter:
    """Return the route of the webhook; the reception is asked for with each request."""
    router = APIRouter(include_in_schema=False)

    @router.post(PATH)
    async def webhook(request: Request) -> Response:
        """Take in what LINE delivers."""
        taking = await reception()
        signature = request.headers.get("x-line-signature", "")
        status = await taking.receive(await request.body(), signature)
        return JSONResponse({}, status)

    return router
