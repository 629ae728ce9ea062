"""Calling LINE through its SDK: one client for each process, made in its event loop."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import aiohttp
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)
from linebot.v3.oauth import ApiException as TokenException

from bot.delivery import Outcome
from channels.line.actions import Json
from channels.line.tokens import Tokens

_LOG = logging.getLogger(__name__)

_PATIENCE: Final = 5.0
"""Seconds one call may take; the SDK would wait for five minutes."""

_LAST_CALL: Final = 2.0
"""Seconds before a reply token dies after which no call begins."""

_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 4.0
_TOO_MANY: Final = 429
_UNAUTHORISED: Final = 401
_MONTHLY: Final = "monthly limit"
_USED_UP: Final = "invalid reply token"
_REFUSALS: Final = (ApiException, TokenException)
_UNREACHABLE: Final = (aiohttp.ClientError, TimeoutError, OSError)


class LineClient:
    """Sends replies before their tokens die; never anything that is metered."""

    def __init__(
        self,
        tokens: Tokens,
        base: str | None,
        clock: Callable[[], datetime],
        chance: random.Random,
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._chance = chance
        self._client = AsyncApiClient(Configuration(host=base, access_token=""))
        self.api = AsyncMessagingApi(self._client)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        await self._tokens.close()

    async def authorise(self) -> None:
        """Take a token that is valid now; raises what the SDK raises."""
        self._client.configuration.access_token = await self._tokens.current()

    async def reply(self, token: str, messages: Sequence[Json], deadline: datetime) -> Outcome:
        """Send a reply; what fails for a while is tried again as long as the token lives."""
        body = ReplyMessageRequest.from_dict({"replyToken": token, "messages": list(messages)})
        tries = 0
        while True:
            left = (deadline - self._clock()).total_seconds() - _LAST_CALL
            if left <= 0:
                return "expired"
            outcome = await self._try(body, min(_PATIENCE, left), is_first=tries == 0)
            if outcome:
                return outcome
            tries += 1
            await asyncio.sleep(min(left, self._pause(tries)))

    async def show_loading(self, user_id: str, seconds: int) -> None:
        """Show that the answer takes time (5 to 60 s, in steps of 5); nothing depends on it."""
        wanted = ShowLoadingAnimationRequest(chatId=user_id, loadingSeconds=seconds)
        try:
            await self.authorise()
            await self.api.show_loading_animation(wanted, _request_timeout=_PATIENCE)
        except (*_REFUSALS, *_UNREACHABLE) as error:
            _LOG.info("no loading animation: %s", _named(error))

    async def _try(self, body: Any, seconds: float, *, is_first: bool) -> Outcome | None:
        """Return how a call ended, None when it is worth another one."""
        try:
            await self.authorise()
            await self.api.reply_message(body, _request_timeout=seconds)
        except _REFUSALS as error:
            return _judged(error, is_first=is_first)
        except _UNREACHABLE as error:
            _LOG.warning("LINE could not be reached: %s", _named(error))
            return None
        except ValueError:
            # LINE took the reply: only its receipt is not what the SDK expects.
            _LOG.warning("LINE's answer to a reply cannot be read")
        return "answered"

    def _pause(self, tries: int) -> float:
        longest: float = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**tries)
        return longest * self._chance.uniform(0.5, 1.0)


def _judged(error: Any, *, is_first: bool) -> Outcome | None:
    """Return what an error of LINE means for a reply, None when it may pass."""
    status, told = int(error.status or 0), str(error.body or "")
    if status >= 500:
        _LOG.warning("LINE answers %s", status)
        return None
    if status == _TOO_MANY:
        if _MONTHLY in told.lower():
            _LOG.error("LINE's monthly limit of messages is reached")
            return "refused"
        _LOG.warning("LINE's rate limit is reached")
        return None
    if not is_first and _USED_UP in told.lower():
        # The call before was cut off here, but had arrived there.
        return "answered"
    hint = "; the channel access token is not valid" if status == _UNAUTHORISED else ""
    _LOG.error("LINE refuses a reply with %s%s", status, hint)
    return "refused"


def _named(error: BaseException) -> str:
    return f"{type(error).__name__} {getattr(error, 'status', '')}".strip()
