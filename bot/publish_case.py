"""What the rules before publishing look at: two books, their desks, and what changes between."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from bot.edits import Edit, wordings
from bot.evaluation import Judged, Verdict
from bot.impact import Flip
from bot.question import Question
from faq.book import FaqBook
from faq.files.golden import GoldenQuestion
from nlp.aspects import named
from nlp.synonyms import SynonymTable

Terms = Callable[[str], tuple[str, ...]]
Asked = Callable[[Sequence[str]], Sequence[Verdict]]
Ranked = Callable[[Sequence[GoldenQuestion]], Sequence[Judged]]

_SAYING: Final = frozenset(("こと", "事", "つく", "付く", "下さる", "為る", "する", "件"))


@dataclass(frozen=True)
class Place:
    """Where an entry stands for a text: after how many (1: first), and how far behind the first.

    The distance is one of scores, which does not depend on how many entries there are.
    """

    first: str
    number: int = 1
    behind: float = 0.0


@dataclass(frozen=True)
class Case:
    """All that the rules look at.

    `asks_before` and `asks_after` put questions, as citizens on the website, to what is public and
    to the draft; `ranks_before` and `ranks_after` also return the entries nearest to each. `terms`
    splits a text into its content words.
    """

    before: FaqBook
    after: FaqBook
    edits: tuple[Edit, ...]
    golden_before: Sequence[Judged]
    golden_after: Sequence[Judged]
    flips: tuple[Flip, ...]
    asks_before: Asked
    asks_after: Asked
    ranks_before: Ranked
    ranks_after: Ranked
    terms: Terms
    today: date

    @cached_property
    def edited(self) -> frozenset[str]:
        """The ids of the entries that were added or changed."""
        return frozenset(edit.entry_id for edit in self.edits if edit.after)

    @cached_property
    def answer_terms(self) -> Mapping[str, tuple[frozenset[str], ...]]:
        """The content words of each answer that was public, then of that in plain Japanese."""
        return answer_terms(self.before, self.terms)

    @cached_property
    def wording_terms(self) -> Mapping[str, tuple[frozenset[str], ...]]:
        """The content words of each question and phrasing of the draft, by entry."""
        return {
            entry.id: tuple(frozenset(self.terms(one)) for one in wordings(entry))
            for entry in self.after.entries
        }

    @cached_property
    def synonyms(self) -> SynonymTable:
        """The words that mean the same in the draft."""
        return SynonymTable.of_city(self.after.synonyms, self.terms)

    def place_of(self, entry_id: str, text: str) -> Place:
        """Return where an entry that was public stands when a text is asked.

        Of an entry that is new, or that nobody was shown any more, nothing is known: it is first.
        """
        own = self.before.by_id.get(entry_id)
        if own is None or not own.is_current(self.today):
            return Place(entry_id)
        (judged,) = self.ranks_before((GoldenQuestion(text, {entry_id: 1}),))
        if not judged.ranking:
            return Place(entry_id)
        scores = dict(judged.ranking)
        first, best = judged.ranking[0]
        if entry_id not in scores:
            return Place(first, len(self.before.entries), math.inf)
        return Place(first, list(scores).index(entry_id) + 1, best - scores[entry_id])

    def matters(self, text: str) -> frozenset[str]:
        """Return the words of a text that name a matter, none of one that only asks."""
        return frozenset(named(self.terms(text))) - _SAYING


def answer_terms(book: FaqBook, terms: Terms) -> Mapping[str, tuple[frozenset[str], ...]]:
    """Return the content words of each answer, then of that in plain Japanese, by entry."""
    return {
        entry.id: tuple(
            frozenset(terms(one.answer)) for one in (entry, entry.easy) if one is not None
        )
        for entry in book.entries
    }


def as_citizens(
    ask: Callable[[Sequence[Question]], Sequence[Verdict]],
    put: Callable[[str], Question | None],
    nothing: Verdict,
) -> Asked:
    """Return how texts are put to a desk; a text that cannot be a question shows nothing."""

    def asked(texts: Sequence[str]) -> list[Verdict]:
        questions = [put(text) for text in texts]
        verdicts = iter(ask([one for one in questions if one]))
        return [next(verdicts) if one else nothing for one in questions]

    return asked
