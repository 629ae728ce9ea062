"""Budgets of addresses that several processes share: each tells the others what was spent there."""

import hashlib
import uuid
from typing import Final

from bot.store.spending import SqlSpending
from channels.clock import Clock
from channels.web.rate_limit import TokenBuckets

_PURPOSE: Final = b"budgets of addresses"


class SharedBudgets:
    """Exchanges with the other processes what busy addresses have spent."""

    def __init__(self, buckets: TokenBuckets, spending: SqlSpending, clock: Clock) -> None:
        self._buckets = buckets
        self._spending = spending
        self._clock = clock
        self._process = str(uuid.uuid4())

    def exchange(self) -> None:
        """Tell and hear; slow: call it in a thread now and then."""
        told = self._spending.exchange(self._process, self._buckets.to_tell(), self._clock())
        for process, hashed, spent in told:
            self._buckets.hear(process, hashed, spent)


def key_of_addresses(secret: bytes) -> bytes:
    """Return the key by which all processes hash addresses alike; nothing else is hashed by it."""
    return hashlib.blake2b(_PURPOSE, key=secret[: hashlib.blake2b.MAX_KEY_SIZE]).digest()
