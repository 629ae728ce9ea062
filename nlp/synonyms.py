"""Words that mean the same to a citizen and to an office."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from nlp.word_lists import lines_of

SYNONYM_WEIGHT: Final = 0.5
"""What a synonym counts beside the word that was really typed (.3 and .7 are worse)."""

_LONGEST: Final = 6

Form = tuple[str, ...]
"""A wording as its terms: 国民健康保険 is (国民, 健康, 保険)."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One typed word, how often it was typed, and the forms that may stand for it.

    A form of several terms needs all of them. A typed wording of several words (国民 健康 保険)
    offers its synonyms to each of its words: meeting 国保 then counts as meeting all three.
    """

    term: str
    count: int
    synonyms: tuple[Form, ...] = ()


class SynonymTable:
    """Groups of equivalent wordings, each a form of one or more terms."""

    def __init__(
        self,
        groups: Iterable[Iterable[Form]],
        shared: Mapping[Form, tuple[Form, ...]] | None = None,
    ) -> None:
        self._others = _others_of(groups)
        self._shared = shared or {}
        # Forms of several words are few: most words start none, and need not be tried.
        self._begins = {
            form[0] for known in (self._others, self._shared) for form in known if len(form) > 1
        }

    @staticmethod
    def of_city(
        own: Iterable[Sequence[str]], terms: Callable[[str], tuple[str, ...]]
    ) -> "SynonymTable":
        """Return the Sudachi dictionary's groups, the municipal ones and the city's own."""
        return _table_of((*municipal_groups(), *map(tuple, own)), terms)

    def of(self, form: Form) -> tuple[Form, ...]:
        """Return the other forms of a form's groups."""
        known, shared = self._others.get(form, ()), self._shared.get(form, ())
        return tuple(dict.fromkeys(known + shared)) if known and shared else known or shared

    def concepts(self, terms: Sequence[str]) -> tuple[Concept, ...]:
        """Return the typed words in order, each once, with their synonyms."""
        counts: dict[str, int] = {}
        for term in terms:
            counts[term] = counts.get(term, 0) + 1
        found: dict[str, list[Form]] = {term: [] for term in counts}
        for form in self._forms(terms):
            for other in self.of(form):
                for term in form:
                    if term not in other and other not in found[term]:
                        found[term].append(other)
        return tuple(Concept(term, counts[term], tuple(forms)) for term, forms in found.items())

    def _forms(self, terms: Sequence[str]) -> Iterator[Form]:
        for start, term in enumerate(terms):
            yield (term,)
            if term in self._begins:
                for end in range(start + 2, min(start + _LONGEST, len(terms)) + 1):
                    yield tuple(terms[start:end])


@lru_cache(maxsize=1)
def _table_of(
    groups: tuple[tuple[str, ...], ...], terms: Callable[[str], tuple[str, ...]]
) -> SynonymTable:
    # Immutable, and mostly the same in the next release.
    return SynonymTable(([terms(word) for word in group] for group in groups), _sudachi_others())


def municipal_groups() -> tuple[tuple[str, ...], ...]:
    """Return the project's own groups: how citizens speak, beside how offices write."""
    lines = lines_of("municipal_synonyms.txt")
    return tuple(tuple(word.strip() for word in line.split(",")) for line in lines)


@cache
def _sudachi_others() -> Mapping[Form, tuple[Form, ...]]:
    # Reduced by scripts/reduce_sudachi_synonyms.py: a group a line, forms by tabs, terms by spaces.
    # Read once a process: every release shares it.
    text = files("nlp").joinpath("data/sudachi_synonyms.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines())
    # One string for each term, however many forms hold it.
    return _others_of((tuple(map(sys.intern, form.split(" "))) for form in line) for line in lines)


def _others_of(groups: Iterable[Iterable[Form]]) -> dict[Form, tuple[Form, ...]]:
    others: dict[Form, tuple[Form, ...]] = {}
    for group in groups:
        forms = tuple(dict.fromkeys(form for form in group if 0 < len(form) <= _LONGEST))
        for form in forms:
            added = tuple(other for other in forms if other != form)
            others[form] = tuple(dict.fromkeys(others.get(form, ()) + added))
    return others
