"""What a conversation remembers: entries, ward and language; never a word of it."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from bot.question import Question
from bot.reply import Answered, Fixed, Reply, Unsure, shown_entries

LASTS: Final = timedelta(minutes=30)
"""How long a conversation is remembered after its last message."""

_MOST: Final = 50_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a conversation stands: the entry last shown first, the asker's ward and language.

    `text_only` is how the citizen wants to read, where a channel has more than text.
    """

    entry_id: str | None = None
    ward: str | None = None
    language: str = "ja"
    text_only: bool = False

    @classmethod
    def after(cls, question: Question, reply: Reply) -> "Conversation":
        """Return what to remember after a reply; nothing after one that is not to be kept."""
        if isinstance(reply, Fixed) and reply.sentence.private:
            return cls()
        shown = shown_entries(reply) if isinstance(reply, Answered | Unsure) else ()
        entry_id = shown[0] if shown else question.entry_id
        return cls(entry_id, question.ward, question.language)


class Conversations:
    """Remembers conversations by a key that tells nothing of the person, for half an hour."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[datetime, Conversation]] = OrderedDict()
        self._lock = Lock()

    def recall(self, key: str | None, at: datetime) -> Conversation:
        """Return where a conversation stands; a new or forgotten one knows nothing."""
        with self._lock:
            last, conversation = self._kept.get(key or "", (at, Conversation()))
        return conversation if at - last < LASTS else Conversation()

    def keep(self, key: str | None, conversation: Conversation, at: datetime) -> None:
        """Remember where a conversation stands; those that are over are forgotten."""
        if not key:
            return
        with self._lock:
            self._kept[key] = (at, conversation)
            self._kept.move_to_end(key)
            while self._kept:
                oldest, (last, _) = next(iter(self._kept.items()))
                if at - last < LASTS and len(self._kept) <= self._most:
                    break
                del self._kept[oldest]

    def forget(self, key: str) -> None:
        """Forget a conversation at once."""
        with self._lock:
            self._kept.pop(key, None)
