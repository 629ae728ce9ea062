"""How much one address may ask in a minute, so that no one machine keeps the others waiting."""

import hashlib
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Lock
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.web.errors import error_response, wants_page

_STATUS: Final = 429
_MINUTE: Final = 60.0
_MOST_KNOWN: Final = 50_000
_HASH: Final = 16
_HOME_NETWORK: Final = 64
_HARDLY: Final = 0.1
_SUGGESTIONS: Final = 5
"""While one question is typed, the page asks for suggestions about this often."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many requests of one kind an address may send: so many a minute, and as many at once."""

    name: str
    a_minute: int


Budgets = Mapping[tuple[str, str], Budget]
"""Budgets by method and path; what is not named is not limited."""


def budgets(questions: int) -> Budgets:
    """Return the budgets of the website for so many questions a minute."""
    asking, telling = Budget("questions", questions), Budget("feedback", questions)
    return {
        ("POST", "/api/v1/questions"): asking,
        ("POST", "/chat"): asking,
        ("POST", "/api/v1/choices"): Budget("choices", questions),
        ("POST", "/api/v1/feedback"): telling,
        ("POST", "/chat/feedback"): telling,
        ("GET", "/api/v1/suggestions"): Budget("suggestions", questions * _SUGGESTIONS),
    }


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    size: int
    spent: int = 0
    told: int = 0
    elsewhere: dict[str, int] = field(default_factory=dict)
    """What other processes have told was spent there."""

    def refill(self, now: float) -> None:
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.size / _MINUTE)
        self.at = now


class TokenBuckets:
    """What each address may still send; addresses are kept as hashes only, and not for long.

    Without a key that processes share, that of the hashes is made anew with each process. A bucket
    that has been left alone for a minute is full again, so it is forgotten.
    """

    def __init__(
        self, clock: Callable[[], float], most_known: int = _MOST_KNOWN, key: bytes = b""
    ) -> None:
        self._clock = clock
        self._most_known = most_known
        self._key = key or secrets.token_bytes(32)
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many buckets are remembered."""
        return len(self._buckets)

    def take(self, address: str, budget: Budget) -> int:
        """Take one request from the budget; returns 0, or the seconds to wait when it is spent."""
        with self._lock:
            bucket = self._bucket(self._hash(address, budget), budget.a_minute)
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                bucket.spent += 1
                return 0
            return max(1, math.ceil((1 - bucket.tokens) * _MINUTE / budget.a_minute))

    def to_tell(self) -> dict[str, int]:
        """Return what busy addresses have spent here in all, where it is more than was told.

        Others need not hear of those who have hardly begun, which are nearly all citizens.
        """
        with self._lock:
            told = {
                hashed: bucket.spent
                for hashed, bucket in self._buckets.items()
                if bucket.spent > max(bucket.told, bucket.size * _HARDLY)
            }
            for hashed, spent in told.items():
                self._buckets[hashed].told = spent
            return told

    def hear(self, process: str, hashed: str, spent: int) -> None:
        """Take from a budget what another process has told was spent there, once."""
        with self._lock:
            bucket = self._buckets.get(hashed)
            if bucket is None:
                # Its size is not known before the address comes here: then it is told again.
                return
            known = bucket.elsewhere.get(process, 0)
            bucket.elsewhere[process] = spent
            bucket.refill(self._clock())
            # A process that has begun anew counts from nothing.
            fresh = spent - known if spent >= known else spent
            bucket.tokens = max(0.0, bucket.tokens - fresh)

    def _bucket(self, hashed: str, size: int) -> _Bucket:
        now = self._clock()
        self._forget(now)
        bucket = self._buckets.setdefault(hashed, _Bucket(size, now, size))
        self._buckets.move_to_end(hashed)
        bucket.refill(now)
        return bucket

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again, and the oldest where there are too many."""
        while self._buckets:
            oldest = next(iter(self._buckets.values()))
            if now - oldest.at < _MINUTE and len(self._buckets) < self._most_known:
                return
            self._buckets.popitem(last=False)

    def _hash(self, address: str, budget: Budget) -> str:
        told = f"{budget.name}\0{network_of(address)}".encode()
        return hashlib.blake2b(told, key=self._key, digest_size=_HASH).hexdigest()


def network_of(address: str) -> str:
    """Return whom an address stands for: of IPv6, where one home has many, its network."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    # A scope (fe80::1%eth0) is no part of a network.
    return str(IPv6Network((int(parsed), _HOME_NETWORK), strict=False))


class RateLimit:
    """Answers 429 to an address that has spent its budget, with the seconds to wait."""

    def __init__(
        self,
        app: ASGIApp,
        budgets: Budgets,
        error_page: Callable[[Request, int], Response],
        buckets: TokenBuckets,
    ) -> None:
        self._app = app
        self._budgets = budgets
        self._error_page = error_page
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless its address has spent its budget."""
        wait = self._wait(scope) if scope["type"] == "http" else 0
        if not wait:
            await self._app(scope, receive, send)
            return
        request, headers = Request(scope), {"Retry-After": str(wait)}
        if wants_page(request):
            page = self._error_page(request, _STATUS)
            page.headers.update(headers)
            await page(scope, receive, send)
            return
        await error_response(request, _STATUS, "too_many", headers=headers)(scope, receive, send)

    def _wait(self, scope: Scope) -> int:
        budget = self._budgets.get((scope["method"], scope["path"]))
        # Without an address (a socket file), all would share one budget.
        if budget is None or not scope.get("client"):
            return 0
        return self._buckets.take(scope["client"][0], budget)
