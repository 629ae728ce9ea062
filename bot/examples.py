"""Questions with known truth, as the shipped confidence model sees them on one desk."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.confidence import confidence_of, model_name, shipped_models
from bot.decision import MAX_CANDIDATES
from bot.desk import InquiryDesk
from bot.evaluation import question_of
from bot.inquiry import Inquiry, asked_again
from bot.ranking import Ranking
from bot.reply import Fixed
from bot.training import Example
from faq.decision import RankingKind
from faq.files.golden import GoldenQuestion


def golden_examples(
    desk: InquiryDesk, golden: Iterable[GoldenQuestion], at: datetime, kind: RankingKind
) -> Iterator[Example]:
    """Yield the golden questions that are decided by this kind of ranking.

    Fixed sentences come before any decision, and other languages are decided by another model.
    """
    for one in golden:
        question = question_of(desk.book, one, at)
        reply = desk.consider(question) if question and not one.sentence else None
        if reply is None or isinstance(reply, Fixed):
            continue
        ranking = reply.ranking
        if model_name(ranking) == kind and ranking.places:
            best = [ranked.entry_id for ranked in ranking.best[:MAX_CANDIDATES]]
            yield _example(
                desk,
                ranking,
                kind,
                query=one.query,
                is_right=best[0] in one.relevant,
                in_scope=bool(one.relevant),
                shows_right=bool(one.relevant.keys() & best),
            )


def feedback_examples(
    desk: InquiryDesk, verdicts: Iterable[tuple[Inquiry, bool]], kind: RankingKind
) -> Iterator[Example]:
    """Yield what citizens said of answers, where the same entry still comes first."""
    for inquiry, helpful in verdicts:
        ranking = desk.search.rank(asked_again(inquiry))
        if model_name(ranking) == kind and ranking.places:
            if ranking.best[0].entry_id == inquiry.entry_id:
                yield _example(
                    desk,
                    ranking,
                    kind,
                    query=inquiry.text,
                    is_right=helpful,
                    in_scope=True,
                    shows_right=helpful,
                    is_golden=False,
                )


def _example(
    desk: InquiryDesk, ranking: Ranking, kind: RankingKind, *, query: str, **truth: bool
) -> Example:
    sure = confidence_of(desk.search.features(ranking), shipped_models()[kind])
    return Example(query, sure.right, sure.scope, **truth)
