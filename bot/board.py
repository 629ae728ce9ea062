"""What is switched on and off beside the releases: notices, and channels that are closed.

It lives apart from the book and its index, so that a notice is shown even when those are broken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.question import Channel
from faq.notice import LEVELS, Notice


@dataclass(frozen=True, slots=True)
class Board:
    """The notices that are switched on, and the sentence of each channel that is closed."""

    notices: tuple[Notice, ...] = ()
    closed: Mapping[Channel, str] = field(default_factory=dict)

    def shown(self, at: datetime) -> list[Notice]:
        """Return the notices to show at that moment, the most urgent first."""
        current = (notice for notice in self.notices if notice.is_on(at))
        return sorted(current, key=lambda one: (-LEVELS.index(one.level), one.starts_at, one.id))


class BoardStore(Protocol):
    """Keeps what is switched on and off."""

    def board(self) -> Board:
        """Return everything that is switched on or off."""
        ...

    def put_up(self, notice: Notice) -> None:
        """Switch a notice on, in place of the one of the same id."""
        ...

    def take_down(self, notice_id: str) -> bool:
        """Switch a notice off; False when it was not on."""
        ...

    def close(self, channel: Channel, sentence: str, at: datetime) -> None:
        """Close a channel with the sentence its users read."""
        ...

    def open(self, channel: Channel) -> bool:
        """Open a channel again; False when it was not closed."""
        ...


class LiveBoard:
    """The board as it is now: the last one that could be read, swapped as one reference."""

    def __init__(self, store: BoardStore) -> None:
        self._store = store
        self._board = Board()

    @property
    def now(self) -> Board:
        """The board as last read."""
        return self._board

    def refresh(self) -> None:
        """Read the board anew; reads the database: call it in a thread."""
        self._board = self._store.board()
