"""The one question back that narrows a doubtful ranking most: which topic, or which office."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.ranking import Ranked
from faq.book import FaqBook
from faq.entry import FaqEntry

CONSIDERED: Final = 20
"""Among how many of the best entries the question looks for a split."""

_MOST_ENTRIES: Final = 5
_FEW: Final = 5
_CLEAR: Final = 0.7
_LEAST_BITS: Final = 0.8
_MOST_BITS: Final = 2.6

Attribute = Callable[[FaqEntry], str]


@dataclass(frozen=True, slots=True)
class Split:
    """One value of the attribute, as staff named it, with the entries that have it, best first."""

    label: str
    entry_ids: tuple[str, ...]


def best_split(best: Sequence[Ranked], book: FaqBook) -> tuple[Split, ...]:
    """Return the choices of the attribute that splits the entries best; () when none is worth it.

    Each entry's probability is its share of e^score. A question is worth it when a list of five
    would leave out much of the probability, and the attribute tells between 0.8 bits (one value
    has nearly everything) and 2.6 bits (more values than can be offered) of it.
    """
    considered = best[:CONSIDERED]
    if len(considered) <= _FEW:
        return ()
    shares = _shares(considered)
    if math.fsum(shares[:_FEW]) >= _CLEAR:
        return ()
    entries = [book.by_id[one.entry_id] for one in considered]
    splits = [_by_value(attribute, entries, shares) for attribute in _attributes(book)]
    bits, values = max(((_bits(one), one) for one in splits), key=lambda item: item[0])
    choices = _choices(values, entries) if _LEAST_BITS <= bits <= _MOST_BITS else ()
    return choices if len(choices) > 1 else ()


@dataclass(frozen=True, slots=True)
class _Values:
    """How much of the probability each value of an attribute has, and each entry's value."""

    mass: Mapping[str, float]
    of_entry: Sequence[str]


def _attributes(book: FaqBook) -> tuple[Attribute, ...]:
    def office(entry: FaqEntry) -> str:
        found = book.contact(entry.owner, None) if entry.owner else None
        return found.name if found else ""

    return (lambda entry: entry.topic, office)


def _by_value(
    attribute: Attribute, entries: Sequence[FaqEntry], shares: Sequence[float]
) -> _Values:
    mass: dict[str, float] = {}
    of_entry = [attribute(entry) for entry in entries]
    for value, share in zip(of_entry, shares, strict=True):
        mass[value] = mass.get(value, 0.0) + share
    return _Values(mass, of_entry)


def _bits(values: _Values) -> float:
    """Return the entropy of the values; 0 when an entry has none, for it could not be chosen."""
    if "" in values.mass:
        return 0.0
    return -math.fsum(share * math.log2(share) for share in values.mass.values() if share)


def _choices(values: _Values, entries: Sequence[FaqEntry]) -> tuple[Split, ...]:
    # The values of the entries a plain list would show: none of those gets out of reach.
    likeliest = sorted({*values.of_entry[:_FEW]}, key=lambda value: (-values.mass[value], value))
    return tuple(
        Split(
            value,
            tuple(
                entry.id
                for entry, own in zip(entries, values.of_entry, strict=True)
                if own == value
            )[:_MOST_ENTRIES],
        )
        for value in likeliest
    )


def _shares(best: Sequence[Ranked]) -> list[float]:
    weights = [math.exp(one.score - best[0].score) for one in best]
    total = math.fsum(weights)
    return [weight / total for weight in weights]
