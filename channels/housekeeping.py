"""What is forgotten by itself while the service runs."""

import logging
from datetime import timedelta
from typing import Final

from bot.shared_conversations import SharedConversations
from channels.backend import Backend

_LOG = logging.getLogger(__name__)

_SPENDING_LASTS: Final = timedelta(minutes=2)


class Housekeeping:
    """Forgets what need not be kept; slow: call it in a thread."""

    def __init__(self, backend: Backend, conversations: SharedConversations) -> None:
        self._backend = backend
        self._conversations = conversations

    def forget_talks(self) -> None:
        """Drop conversations that are over, and what addresses spent a while ago."""
        at = self._backend.clock()
        self._conversations.clean(at)
        if self._backend.spending:
            self._backend.spending.forget_before(at - _SPENDING_LASTS)

    def forget_records(self) -> None:
        """Delete records that are older than the city keeps them; one process does it."""
        with self._backend.turns.only_one("forget") as is_mine:
            if is_mine:
                kept = timedelta(days=self._backend.settings.keep_days)
                gone = self._backend.forgetting.before(self._backend.clock() - kept)
                if not gone.is_overwritten:
                    _LOG.info("what was deleted is overwritten in the next round: log in use")
