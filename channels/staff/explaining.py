"""Why entries stand where they stand for a question, in words and numbers for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.desk import InquiryDesk
from bot.ranking import SIGNAL_LABELS, Contribution, Ranking
from faq.entry import FaqEntry

_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Share:
    """What one signal adds to an entry's score, with the words that matter most in it."""

    label: str
    value: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """An entry at its place, with the shares that sum to its score."""

    place: int
    entry: FaqEntry
    score: float
    shares: tuple[Share, ...]


def explained(desk: InquiryDesk, ranking: Ranking, most: int) -> list[Explained]:
    """Return the first entries of a ranking with what each of their scores is made of."""
    return [
        Explained(
            place,
            desk.book.by_id[ranked.entry_id],
            ranked.score,
            _shares(desk.search.explain(ranking, ranked.entry_id)),
        )
        for place, ranked in enumerate(ranking.best[:most], 1)
    ]


def _shares(parts: Sequence[Contribution]) -> tuple[Share, ...]:
    by_signal: dict[str, list[Contribution]] = {}
    for part in parts:
        by_signal.setdefault(part.signal, []).append(part)
    return tuple(
        Share(
            SIGNAL_LABELS[signal],
            sum(part.value for part in listed),
            tuple((_named(part), part.value) for part in listed if part.term)[:_WORDS],
        )
        for signal, listed in by_signal.items()
    )


def _named(part: Contribution) -> str:
    return f"{part.term}（「{part.typed}」の言いかえ）" if part.is_synonym else part.term
