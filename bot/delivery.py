"""What a channel handed over and still waits for its answer: kept before it is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from nlp.personal_data import MaskedText

DeliveryKind = Literal[
    "text",
    "edited",
    "postback",
    "location",
    "sticker",
    "media",
    "follow",
    "follow_again",
    "unfollow",
    "unsend",
]

Outcome = Literal["answered", "silent", "expired", "refused", "unsent"]
"""How a delivery ended: `silent` needed no reply, `expired` came too late for one, `refused` means
the platform would not take it, `unsent` was taken back by its sender before it was answered."""

KEPT: Final = timedelta(days=7)
"""How long a finished delivery is remembered, so that it is not answered again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event of a channel, as kept until it is answered; never the raw body, never who sent it.

    `talk` is a keyed hash of the sender, in a group with another of both; `text` is masked; `data`
    is what a button carried, or the ward of a place. `deadline` is when the reply token dies.
    """

    event_id: str
    kind: DeliveryKind
    talk: str
    occurred_at: datetime
    received_at: datetime
    inquiry_id: str
    text: MaskedText
    data: str = ""
    message_id: str = ""
    reply_token: str = ""
    deadline: datetime | None = None
    is_redelivery: bool = False

    @property
    def id(self) -> str:
        """The platform's id of the event."""
        return self.event_id


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that one worker may answer, and its number in the order of arrival.

    `is_unsent` tells that its sender has taken the message back meanwhile.
    """

    number: int
    delivery: Delivery
    is_unsent: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """That a delivery is done with: its text and reply token may be erased."""

    id: int
    outcome: Outcome
    at: datetime


class DeliveryStore(Protocol):
    """Keeps deliveries until they are answered; each is answered once, by one worker."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Keep new deliveries in one commit.

        Of one that is known, nothing changes, but that a redelivery brings a new reply token to
        what was not answered yet.
        """
        ...

    def claim(self, worker: str, at: datetime, until: datetime, limit: int) -> list[Claimed]:
        """Take the next deliveries for a worker, of each talk the oldest only, until a time."""
        ...

    def hold(self, worker: str, at: datetime, until: datetime) -> None:
        """Keep what a worker has taken for longer."""
        ...

    def let_go(self, worker: str) -> None:
        """Give back what a worker has taken and not ended."""
        ...

    def end(self, ended: Sequence[Ended]) -> None:
        """Note how deliveries ended, in one commit; erases their text, data and reply token."""
        ...

    def inquiries_of(self, talk: str, message_id: str) -> list[str]:
        """Return the ids of the inquiries that a message became."""
        ...

    def count_waiting(self) -> int:
        """Return how many deliveries wait for their answer."""
        ...

    def forget_talk(self, talk: str) -> None:
        """Delete what is done with of a talk, and that its sender left; not what came later."""
        ...

    def forget_before(self, at: datetime) -> int:
        """Delete what ended and was received before a time; returns how many."""
        ...
