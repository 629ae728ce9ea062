"""Telling how far long work is."""

from collections.abc import Callable

Count = Callable[[int, int], None]
"""Told how many are done, of how many."""

Progress = Callable[[str, int, int], None]
"""Told which step it is, how much of it is done, of how much (0 where that is not known)."""


def unreported(_step: str, _done: int, _total: int) -> None:
    """Take a report of progress, and tell nobody."""


def uncounted(_done: int, _total: int) -> None:
    """Take a count, and tell nobody."""


def counted(progress: Progress, step: str) -> Count:
    """Return what reports the counts of one step."""
    return lambda done, total: progress(step, done, total)
