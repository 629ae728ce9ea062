"""Rankings of questions with known answers, as examples for fitting the confidence models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track

from bot.desk import InquiryDesk
from bot.indexing import build_index
from bot.question import Question
from bot.ranking import Ranking
from bot.understanding import Understanding
from channels.clock import now
from faq.files.golden import GoldenQuestion
from faq.files.sources import read_book, read_questions
from faq.index import FaqIndex
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser

_DEPTH: Final = 60


@dataclass(frozen=True)
class Sample:
    """One ranking with what is known of it; `kind` is in, off, near (off, but close) or removed."""

    question: str
    city: int
    kind: str
    right: bool
    shown: bool
    features: Mapping[str, float]


@dataclass(frozen=True)
class City:
    """A city to learn from."""

    faq: Path
    questions: Sequence[Path]
    share: float


def samples_of(
    cities: Sequence[City], foreign: Path | None, scratch: Path
) -> Mapping[str, Sequence[Sample]]:
    """Return the samples of each kind of ranking; indexes are built in `scratch`."""
    found: dict[str, list[Sample]] = {"with_meaning": [], "without_meaning": [], "foreign": []}
    for at, city in enumerate(cities):
        book = read_book(city.faq, normalise)
        folder = scratch / book.digest
        build_index(book, folder)
        index, understanding = FaqIndex.load(folder, book.index_digest), Understanding.load(folder)
        tokeniser = SudachiTokeniser()
        desks = {
            "with_meaning": InquiryDesk(book, index, tokeniser, understanding=understanding),
            "without_meaning": InquiryDesk(
                book, index, tokeniser, understanding=replace(understanding, meaning=None)
            ),
        }
        golden = [one for path in city.questions for one in read_questions(path)]
        for name, desk in desks.items():
            found[name] += _of_city(desk, golden, at)
        if foreign and at == 0:
            found["foreign"] += _of_city(desks["with_meaning"], read_questions(foreign), at)
    return {name: samples for name, samples in found.items() if samples}


def _of_city(desk: InquiryDesk, golden: Sequence[GoldenQuestion], city: int) -> list[Sample]:
    found = []
    for one in track(golden, "ranking", console=Console(stderr=True), transient=True):
        if one.sentence:  # decided before any ranking
            continue
        question = Question.from_text(one.query, "staff", now())
        ranking = desk.search.rank(question, depth=_DEPTH)
        ids = [ranked.entry_id for ranked in ranking.best]
        kind = "in" if one.relevant else "near" if one.set == "none-near" else "off"
        right, shown = ids[0] in one.relevant, bool(one.relevant.keys() & ids[:5])
        features = desk.search.features(ranking)
        found.append(Sample(one.query, city, kind, right, shown, features))
        if one.relevant:
            without = _without(ranking, one)
            features = desk.search.features(without)
            found.append(Sample(one.query, city, "removed", False, False, features))
    return found


def _without(ranking: Ranking, golden: GoldenQuestion) -> Ranking:
    kept = [at for at, one in enumerate(ranking.best) if one.entry_id not in golden.relevant]
    return replace(
        ranking,
        best=tuple(ranking.best[at] for at in kept),
        places=tuple(ranking.places[at] for at in kept),
    )
