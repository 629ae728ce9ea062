"""What staff are proposed for a cluster of misses, and what a phrasing would recover."""

from collections.abc import Callable

from bot.question import Question

Asking = Callable[..., Question]
