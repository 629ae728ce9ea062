"""Many questions on one book: judged here and in the process beside, with the same outcome."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.building_process import BuildingProcess
from bot.decision import Thresholds
from bot.desk import InquiryDesk
from bot.evaluation import RANKING_DEPTH, verdict_of
from bot.indexing import build_index
from bot.judging import Beside, Judging
from bot.open_desk import open_desk
from bot.question import Question
from faq.book import FaqBook
from nlp.text_cache import Remembered
from nlp.tokeniser import SudachiTokeniser

TEXTS = ("粗大ごみを捨てたい", "住民票ほしい", "明日の天気は？", "じどうてあて 申請")


@pytest.fixture
def questions(asking: Callable[..., Question]) -> Sequence[Question]:
    return [asking(f"{TEXTS[at % len(TEXTS)]} {at}") for at in range(120)]


@pytest.fixture
def folder(small_book: FaqBook, tmp_path: Path) -> Path:
    build_index(small_book, tmp_path / "x")
    return tmp_path / "x"


def desk_in(
    folder: Path, book: FaqBook, tokeniser: SudachiTokeniser, vectors: Remembered[bytes]
) -> InquiryDesk:
    return open_desk(book, folder, tokeniser, Thresholds(), known=vectors)


def test_both_processes_come_to_what_one_comes_to(
    small_book: FaqBook, folder: Path, tokeniser: SudachiTokeniser, questions: Sequence[Question]
) -> None:
    vectors: Remembered[bytes] = Remembered()
    desk = desk_in(folder, small_book, tokeniser, vectors)
    alone = [verdict_of(desk, one, RANKING_DEPTH) for one in questions]
    needed = dict(vectors.used)
    vectors.used.clear()
    counted: list[tuple[int, int]] = []
    with BuildingProcess() as process:

        def open_beside() -> None:
            process.open(small_book, folder, Thresholds(), {})

        beside = Beside(process, small_book.digest, open_beside, vectors)
        both = Judging(lambda: desk, beside).verdicts(
            questions, RANKING_DEPTH, lambda done, total: counted.append((done, total))
        )
    assert both == alone
    assert vectors.used == needed
    assert counted == sorted(counted)
    assert all(done <= total == len(questions) for done, total in counted)


def test_when_the_other_process_ends_all_is_judged_here(
    small_book: FaqBook,
    folder: Path,
    tokeniser: SudachiTokeniser,
    questions: Sequence[Question],
    caplog: pytest.LogCaptureFixture,
) -> None:
    vectors: Remembered[bytes] = Remembered()
    desk = desk_in(folder, small_book, tokeniser, vectors)
    with BuildingProcess() as process:
        pass

    def open_beside() -> None:
        process.open(small_book, folder, Thresholds(), {})

    beside = Beside(process, small_book.digest, open_beside, vectors)
    found = Judging(lambda: desk, beside).verdicts(questions, 0, lambda *_: None)
    assert found == [verdict_of(desk, one, 0) for one in questions]
    assert "is gone" in caplog.text
