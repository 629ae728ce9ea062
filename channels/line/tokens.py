"""Channel access tokens: a long-lived one from the settings, or stateless ones, made anew."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from linebot.v3.oauth import AsyncApiClient, AsyncChannelAccessToken, Configuration

_RENEWED_BEFORE: Final = timedelta(minutes=2)
_PATIENCE: Final = 3.0


class Tokens(Protocol):
    """Where a token to call LINE with comes from."""

    async def current(self) -> str:
        """Return a token that is valid now; raises what the SDK raises."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class LongLivedToken:
    """The token that was issued in LINE's console."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self) -> str:
        """Return the token."""
        return self._token

    async def close(self) -> None:
        """Close nothing."""


class StatelessTokens:
    """Tokens of a quarter of an hour, issued with the channel's id and secret; made in a loop."""

    def __init__(
        self, channel_id: str, secret: str, base: str | None, clock: Callable[[], datetime]
    ) -> None:
        self._client = AsyncApiClient(Configuration(host=base, access_token=""))
        self._issuer = AsyncChannelAccessToken(self._client)
        if base:
            self._issuer.line_base_path = base
        self._channel = (channel_id, secret)
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._until: datetime | None = None

    async def current(self) -> str:
        """Return a token that has two minutes to live at least."""
        async with self._lock:
            now = self._clock()
            if self._until is None or now > self._until - _RENEWED_BEFORE:
                issued = await self._issuer.issue_stateless_channel_token_by_client_secret(
                    self._channel[0], self._channel[1], _request_timeout=_PATIENCE
                )
                self._token = issued.access_token
                self._until = now + timedelta(seconds=issued.expires_in)
            return self._token

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
