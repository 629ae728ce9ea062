"""What the channel is started with: the account's credentials, and where deliveries are kept."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.delivery import Delivery, DeliveryStore, Ended


@dataclass(frozen=True)
class Credentials:
    """What LINE's console gives out: the secret, and a token or what to have tokens issued with.

    `api_base` is where LINE answers, None for LINE's own address.
    """

    secret: str
    channel_id: str = ""
    access_token: str = ""
    api_base: str | None = None


@dataclass(frozen=True)
class Keeping:
    """Where deliveries are kept: the store, and the writers that share commits."""

    store: DeliveryStore
    keep: Callable[[Delivery], Awaitable[None]]
    end: Callable[[Ended], Awaitable[None]]
    erase_texts: Callable[[Sequence[str]], None]
    """Erases what inquiries say, by their ids."""
