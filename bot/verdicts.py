"""What the desk of one book makes of questions, each considered once and then kept.

Publishing asks the golden questions and what citizens asked before, of the draft and of the
current release. The draft of today is the current release of the next time, so what its desk made
of a question is kept beside the indexes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.evaluation import (
    RANKING_DEPTH,
    REJECTED,
    Judged,
    Put,
    Verdict,
    judged_as,
    question_of,
)
from bot.judging import Judging
from bot.question import Question
from faq.book import FaqBook
from faq.files.golden import GoldenQuestion
from faq.office import JAPAN
from nlp.progress import Count, uncounted


class Verdicts:
    """Verdicts on one book; only questions that are not known yet are judged."""

    def __init__(
        self,
        book: FaqBook,
        judging: Judging,
        known: Mapping[str, Verdict] | None = None,
        put: Put = Question.from_text,
    ) -> None:
        self.book = book
        self._judging = judging
        self._known = known or {}
        self._put = put
        self._expired_on: dict[date, str] = {}
        self.used: dict[str, Verdict] = {}
        """The verdicts that were asked for, to be kept for the next time."""

    @property
    def has_changed(self) -> bool:
        """Whether keeping it again would write something else."""
        return self.used.keys() != self._known.keys()

    def make_ready(self, golden: Sequence[GoldenQuestion], at: datetime) -> None:
        """Do what judging would begin with: open the desk, and what reading questions needs."""
        for one in golden:
            question_of(self.book, one, at, self._put)
        self._judging.open_desk()

    def judge(
        self, golden: Sequence[GoldenQuestion], at: datetime, count: Count = uncounted
    ) -> list[Judged]:
        """Return what becomes of golden questions, as `bot.evaluation.judge` would."""
        asked = [question_of(self.book, one, at, self._put) for one in golden]
        verdicts = iter(self._found([one for one in asked if one], RANKING_DEPTH, count))
        return [
            judged_as(one, next(verdicts) if question else REJECTED)
            for one, question in zip(golden, asked, strict=True)
        ]

    def of(self, questions: Sequence[Question], count: Count = uncounted) -> list[Verdict]:
        """Return the reply to each question, without the ranking behind it."""
        return self._found(questions, 0, count)

    def _found(self, questions: Sequence[Question], depth: int, count: Count) -> list[Verdict]:
        keys = [self._key(question, depth) for question in questions]
        known = {key: self._known[key] for key in keys if key in self._known}
        missing = {
            key: question
            for key, question in zip(keys, questions, strict=True)
            if key not in known and key not in self.used
        }
        self.used.update(known)
        verdicts = self._judging.verdicts(list(missing.values()), depth, count)
        self.used.update(zip(missing, verdicts, strict=True))
        return [self.used[key] for key in keys]

    def _key(self, question: Question, depth: int) -> str:
        # All that a reply depends on beside the book; the day counts only for what has expired.
        told = (
            question.text,
            question.sees_staff_entries,
            question.language,
            question.ward,
            depth,
            self._expired(question.asked_at.astimezone(JAPAN).date()),
        )
        return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()

    def _expired(self, on: date) -> str:
        if on not in self._expired_on:
            gone = [entry.id for entry in self.book.entries if not entry.is_current(on)]
            self._expired_on[on] = " ".join(gone)
        return self._expired_on[on]
