"""Words that ask something of a matter without naming it: how much, until when, by whom."""

from collections.abc import Iterable
from functools import cache

from nlp.word_lists import lines_of


def named(terms: Iterable[str]) -> list[str]:
    """Return the words that name a matter, of a message's content words."""
    return [term for term in terms if not _is_aspect(term)]


def _is_aspect(term: str) -> bool:
    return term.removesuffix("ない") in _aspects() or not term.strip("0123456789")


@cache
def _aspects() -> frozenset[str]:
    return frozenset(word for line in lines_of("aspects.txt") for word in line.split())
