"""Measuring a desk on questions with known answers."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from bot.calibration import Told, expected_calibration_error
from bot.desk import InquiryDesk
from bot.errors import QuestionRejected
from bot.question import Channel, Question
from bot.ranking import Ranked
from bot.reply import Fixed, Kind, shown_entries
from faq.book import FaqBook
from faq.files.golden import GoldenQuestion

Put = Callable[[str, Channel, datetime], Question]
"""How a text becomes a question; may raise QuestionRejected."""

RANKING_DEPTH: Final = 50
_RECALL_DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One golden question with what the desk made of it."""

    golden: GoldenQuestion
    kind: Kind
    confidence: float
    shown: tuple[str, ...]
    ranking: tuple[tuple[str, float], ...]
    sentence: str = ""

    @property
    def is_in_scope(self) -> bool:
        """Whether some entry answers the question."""
        return bool(self.golden.relevant)

    @property
    def first_is_right(self) -> bool:
        """Whether the first entry of the ranking is a relevant one."""
        return bool(self.ranking) and self.ranking[0][0] in self.golden.relevant

    @property
    def is_served(self) -> bool:
        """Whether the citizen got what they need: the sentence, a relevant entry, or no answer."""
        if self.golden.sentence:
            return self.sentence == self.golden.sentence
        if not self.is_in_scope:
            return self.kind != "answered"
        return bool(set(self.shown) & self.golden.relevant.keys())

    @property
    def is_wrong_answer(self) -> bool:
        """Whether the citizen was given an answer that is not relevant."""
        return self.kind == "answered" and self.shown[0] not in self.golden.relevant


@dataclass(frozen=True, slots=True)
class Figures:
    """Quality over a set of questions; shares from 0 to 1, None where there is nothing to count.

    SR@k: share of in-scope questions with a relevant entry among the first k. Recall@10: mean
    share of a question's relevant entries among the first 10. nDCG@10 with gain 2^grade - 1
    (Järvelin and Kekäläinen 2002). Precision and coverage are of what was Answered in scope;
    `not_answered` is the share of must-not-be-answered questions that were not. The calibration
    error (bot/calibration.py) is of the confidence that the first entry is right, over all;
    `right_sentence` is of the questions that call for a fixed sentence.
    """

    questions: int
    in_scope: int
    sr_at_1: float | None
    sr_at_3: float | None
    sr_at_5: float | None
    mrr: float | None
    recall_at_10: float | None
    ndcg_at_10: float | None
    answered_precision: float | None
    answered_coverage: float | None
    right_among_shown: float | None
    out_of_scope: int
    not_answered: float | None
    unanswered: float | None
    calibration_error: float | None
    right_sentence: float | None


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """A reply as far as it is judged or compared; the ranking is empty where nobody wants it."""

    kind: Kind
    confidence: float
    shown: tuple[str, ...]
    ranking: tuple[tuple[str, float], ...]
    sentence: str = ""


REJECTED: Final = Verdict("unanswered", 0.0, (), ())
"""What becomes of a text that cannot be a question."""


def judge(
    desk: InquiryDesk,
    golden: Iterable[GoldenQuestion],
    at: datetime,
    progress: Callable[[], None] = lambda: None,
) -> list[Judged]:
    """Put every question to the desk, as a citizen on the website would.

    A question that only entries for staff answer is put as staff would.
    """
    judged = []
    for one in golden:
        question = question_of(desk.book, one, at)
        verdict = verdict_of(desk, question, RANKING_DEPTH) if question else REJECTED
        judged.append(judged_as(one, verdict))
        progress()
    return judged


def question_of(
    book: FaqBook, golden: GoldenQuestion, at: datetime, put: Put = Question.from_text
) -> Question | None:
    """Return a golden question as it is put to a desk, None when it cannot be one.

    `put` may be a `Question.from_text` that remembers what it was given.
    """
    try:
        return put(golden.query, _asked_by(book, golden), at)
    except QuestionRejected:
        return None


def verdict_of(desk: InquiryDesk, question: Question, depth: int) -> Verdict:
    """Return what a desk makes of a question, with the first `depth` entries of the ranking."""
    reply = desk.consider(question, depth=depth)
    ranked: Sequence[Ranked] = ()
    if depth:
        ranking = (
            desk.search.rank(question, depth=depth) if isinstance(reply, Fixed) else reply.ranking
        )
        ranked = ranking.best
    shown = shown_entries(reply)
    return Verdict(
        reply.kind,
        reply.confidence,
        shown,
        _led_by_items(desk.book, shown, ranked),
        reply.sentence.id if isinstance(reply, Fixed) else "",
    )


def _led_by_items(
    book: FaqBook, shown: Iterable[str], ranked: Sequence[Ranked]
) -> tuple[tuple[str, float], ...]:
    """Return a ranking after the items that were found by their names, before any search."""
    best = max((one.score for one in ranked), default=0.0)
    items = [(one, best) for one in shown if one in book.item_entries] if ranked else []
    return (*items, *((one.entry_id, one.score) for one in ranked))


def judged_as(golden: GoldenQuestion, verdict: Verdict) -> Judged:
    """Return a golden question with its verdict."""
    return Judged(
        golden,
        verdict.kind,
        verdict.confidence,
        verdict.shown,
        verdict.ranking,
        verdict.sentence,
    )


def _asked_by(book: FaqBook, golden: GoldenQuestion) -> Channel:
    relevant = [book.by_id[one] for one in golden.relevant if one in book.by_id]
    for_staff = bool(relevant) and all(entry.audience == "staff" for entry in relevant)
    return "staff" if for_staff else "web"


def figures(judged: Sequence[Judged]) -> Figures:
    """Return the quality over all questions given."""
    inside = [one for one in judged if one.is_in_scope]
    outside = [one for one in judged if not one.is_in_scope and not one.golden.sentence]
    answered = [one for one in inside if one.kind == "answered"]
    ranks = [_first_hit(one) for one in inside]
    told = [Told(one.confidence, one.first_is_right) for one in judged if one.kind != "fixed"]
    return Figures(
        questions=len(judged),
        in_scope=len(inside),
        sr_at_1=_mean(rank <= 1 for rank in ranks),
        sr_at_3=_mean(rank <= 3 for rank in ranks),
        sr_at_5=_mean(rank <= 5 for rank in ranks),
        mrr=_mean(1 / rank for rank in ranks),
        recall_at_10=_mean(map(_recall, inside)),
        ndcg_at_10=_mean(map(_ndcg, inside)),
        answered_precision=_mean(not one.is_wrong_answer for one in answered),
        answered_coverage=_mean(one.kind == "answered" for one in inside),
        right_among_shown=_mean(one.is_served for one in inside),
        out_of_scope=len(outside),
        not_answered=_mean(one.kind != "answered" for one in outside),
        unanswered=_mean(one.kind == "unanswered" for one in outside),
        calibration_error=expected_calibration_error(told) if told else None,
        right_sentence=_mean(one.is_served for one in judged if one.golden.sentence),
    )


def figures_by_set(judged: Sequence[Judged]) -> Mapping[str, Figures]:
    """Return the quality of each named set, in the order of their names."""
    sets: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        sets[one.golden.set].append(one)
    return {name: figures(sets[name]) for name in sorted(sets)}


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def _first_hit(one: Judged) -> float:
    hits = (at for at, (entry, _) in enumerate(one.ranking, 1) if entry in one.golden.relevant)
    return next(hits, math.inf)


def _recall(one: Judged) -> float:
    near = {entry for entry, _ in one.ranking[:_RECALL_DEPTH]}
    return len(near & one.golden.relevant.keys()) / len(one.golden.relevant)


def _ndcg(one: Judged) -> float:
    gains = [one.golden.relevant.get(entry, 0) for entry, _ in one.ranking[:_RECALL_DEPTH]]
    ideal = sorted(one.golden.relevant.values(), reverse=True)[:_RECALL_DEPTH]
    return _dcg(gains) / _dcg(ideal)


def _dcg(grades: Sequence[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(at + 1) for at, grade in enumerate(grades, 1))
