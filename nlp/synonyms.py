"""Words that mean the same to a citizen and to an office."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

SYNONYM_WEIGHT: Final = 0.5
"""What a synonym counts beside the word that was really typed (best of .2, .4, .5, .7 measured)."""


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """A term to search for: its weight (1 as typed, less for a synonym) and the typed terms it is
    there for: itself, or those it is a synonym of.
    """

    term: str
    weight: float
    typed: tuple[str, ...]

    @property
    def is_synonym(self) -> bool:
        """Whether the term was not typed but stands for something that was."""
        return self.term not in self.typed


class SynonymTable:
    """Groups of equivalent wordings, each a sequence of terms; looked up by the longest match."""

    def __init__(self, groups: Iterable[Iterable[tuple[str, ...]]]) -> None:
        self._others: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
        for group in groups:
            wordings = tuple(dict.fromkeys(wording for wording in group if wording))
            for wording in wordings:
                known = self._others.get(wording, ())
                added = tuple(other for other in wordings if other != wording)
                self._others[wording] = tuple(dict.fromkeys(known + added))
        self._longest = max(map(len, self._others), default=0)

    @classmethod
    def from_words(
        cls, groups: Iterable[Sequence[str]], terms: Callable[[str], tuple[str, ...]]
    ) -> "SynonymTable":
        """Build the table from groups of words as people write them, split by `terms`."""
        return cls([[terms(word) for word in group] for group in groups])

    def expand(self, terms: Sequence[str]) -> tuple[WeightedTerm, ...]:
        """Return the typed terms at weight 1 and, after them, what they are synonyms of.

        A term stands once, with its greatest weight; a typed term never counts as a synonym.
        """
        weighted = {term: WeightedTerm(term, 1.0, (term,)) for term in terms}
        for wording in self._matches(terms):
            for other in self._others[wording]:
                for term in other:
                    weighted.setdefault(term, WeightedTerm(term, SYNONYM_WEIGHT, wording))
        return tuple(weighted.values())

    def _matches(self, terms: Sequence[str]) -> Iterable[tuple[str, ...]]:
        start = 0
        while start < len(terms):
            for length in range(min(self._longest, len(terms) - start), 0, -1):
                wording = tuple(terms[start : start + length])
                if wording in self._others:
                    yield wording
                    start += length - 1
                    break
            start += 1


def municipal_groups() -> tuple[tuple[str, ...], ...]:
    """Return the project's own groups: how citizens speak, beside how offices write."""
    text = files("nlp").joinpath("data/municipal_synonyms.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(tuple(word.strip() for word in line.split(",")) for line in lines if line)
