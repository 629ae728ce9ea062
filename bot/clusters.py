"""Misses of the same need put together, without ever moving one that already has its place.

New misses first join the clusters that are known, also those that were rejected; only what is
like none of them is grouped anew (average linkage).
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.likeness import Gallery, Portrait, likeness_of_all
from faq.arrays import Floats

GROUPED_FROM: Final = 0.375
"""Least mean likeness of two groups of new misses that become one cluster."""

JOINS_FROM: Final = 0.4
"""Least likeness of a miss and a known cluster that it joins."""

ABSORBED_FROM: Final = 0.44
"""Least likeness of a miss and one wording of a rejected cluster: what it takes is not seen."""

COMPARED: Final = 20
"""How many wordings of a cluster a new miss is compared with, at most."""

_NEAREST: Final = 3
_AT_ONCE: Final = 500
_SHOWN: Final = 3


@dataclass(frozen=True)
class Known:
    """A cluster that exists, with the portraits of its wordings.

    `absorbs`: staff decided that it calls for nothing. It also takes what is like a single one of
    its wordings: it must not come back in other words.
    """

    id: str
    portraits: Sequence[Portrait]
    absorbs: bool = False

    @property
    def compared(self) -> Sequence[Portrait]:
        """The wordings that new ones are compared with: spread over all of them."""
        return self.portraits[:: -(-len(self.portraits) // COMPARED) or 1]


def assign(
    new: Sequence[tuple[str, Portrait]], known: Sequence[Known], new_id: Callable[[], str]
) -> Mapping[str, str]:
    """Return the cluster of each new miss (by its id): a known one or one that begins here."""
    clusters = [one for one in known if one.portraits]
    found: dict[str, str] = {}
    for start in range(0, len(new), _AT_ONCE):
        portion = new[start : start + _AT_ONCE]
        joined = _joined([portrait for _, portrait in portion], clusters)
        rest = [at for at, cluster in enumerate(joined) if cluster is None]
        for group in grouped([portion[at][1] for at in rest]):
            begun = Known(new_id(), [portion[rest[at]][1] for at in group])
            clusters.append(begun)
            for at in group:
                joined[rest[at]] = begun.id
        found.update(
            (miss, cluster)
            for (miss, _), cluster in zip(portion, joined, strict=True)
            if cluster is not None
        )
    return found


def grouped(portraits: Sequence[Portrait]) -> list[list[int]]:
    """Return groups of alike portraits (by their places), by average linkage."""
    likeness = likeness_of_all(portraits)
    np.fill_diagonal(likeness, -1.0)
    groups = {at: [at] for at in range(len(portraits))}
    while len(groups) > 1:
        one, other = divmod(int(likeness.argmax()), len(portraits))
        if likeness[one, other] < GROUPED_FROM:
            break
        first, second = groups[one], groups.pop(other)
        both = len(first) + len(second)
        mixed = (len(first) * likeness[one] + len(second) * likeness[other]) / both
        likeness[one], likeness[:, one] = mixed, mixed
        likeness[other], likeness[:, other], likeness[one, one] = -1.0, -1.0, -1.0
        groups[one] = first + second
        gone = [at for at in range(len(portraits)) if at not in groups]
        likeness[one, gone] = likeness[gone, one] = -1.0
    return [sorted(group) for group in groups.values()]


def representatives(portraits: Sequence[Portrait], many: int = _SHOWN) -> list[int]:
    """Return the places of the most typical wordings: the most like all others, best first."""
    typical = likeness_of_all(portraits).mean(axis=1) if portraits else np.zeros(0)
    return [int(at) for at in np.argsort(-typical, kind="stable")[:many]]


def _joined(portraits: Sequence[Portrait], known: Sequence[Known]) -> list[str | None]:
    if not known:
        return [None] * len(portraits)
    compared = [one.compared for one in known]
    gallery = Gallery(list(itertools.chain.from_iterable(compared)))
    sizes = np.array([len(some) for some in compared])
    counted = np.minimum(sizes, [1 if one.absorbs else _NEAREST for one in known])
    least = np.array([ABSORBED_FROM if one.absorbs else JOINS_FROM for one in known])
    found: list[str | None] = []
    for portrait in portraits:
        near = _means_of_best(gallery.likeness(portrait), sizes, counted)
        enough = np.where(near >= least, near, -1.0)
        at = int(enough.argmax())
        found.append(known[at].id if enough[at] >= 0 else None)
    return found


def _means_of_best(values: Floats, sizes: NDArray[np.intp], counted: NDArray[np.intp]) -> Floats:
    """Return the mean of the `counted` highest values of each group; groups lie in a row."""
    starts = np.cumsum(sizes) - sizes
    owner = np.repeat(np.arange(len(sizes)), sizes)
    ordered = values[np.lexsort((-values, owner))]
    place = np.arange(len(values)) - starts[owner]
    sums = np.add.reduceat(np.where(place < counted[owner], ordered, 0.0), starts)
    means: Floats = sums / counted
    return means
