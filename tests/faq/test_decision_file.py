from datetime import date
from pathlib import Path

import pytest

from faq.book import FaqBook
from faq.decision import Recalibration, TunedDecision
from faq.files.decision import read_decision, write_decision
from faq.files.folder import inspect_folder, read_folder
from faq.files.yaml_file import Problems
from nlp.normalise import normalise

DECISION = TunedDecision(
    "with_meaning",
    Recalibration(1.25, -0.5),
    Recalibration(0.75, 0.25),
    0.61,
    0.7,
    0.4,
    321,
    date(2026, 11, 26),
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "decision.yaml"
    write_decision(path, DECISION)
    problems = Problems(str(path))
    assert read_decision(path, problems) == DECISION
    assert problems.found == []
    assert [one.name for one in tmp_path.iterdir()] == ["decision.yaml"]


def test_the_decision_is_part_of_the_book(city_folder: Path) -> None:
    without = read_folder(city_folder, normalise).book
    write_decision(city_folder / "decision.yaml", DECISION)
    book = read_folder(city_folder, normalise).book
    assert (without.decision, book.decision) == (None, DECISION)
    assert book.digest != without.digest
    assert FaqBook.from_json(book.to_json()).decision == DECISION


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ranking: with_meaning", "ranking: by_magic", "のどれかです"),
        ("ranking: with_meaning\n", "", "「ranking」がありません"),
        ("right_slope: 1.25", "right_slope: -1", "0.01 から 20 までの数で書いてください"),
        ("answer_from: 0.61", "answer_from: たくさん", "0 から 1 までの数で書いてください"),
        ("reject_below: 0.4", "reject_below: .nan", "0 から 1 までの数で書いてください"),
        ("questions: 321", "questions: 321\nmore: 1", "「more」という項目はありません"),
        ("made_on: 2026-11-26", "made_on: 2026-02-30", "日付「2026-02-30」が読めません"),
    ],
)
def test_a_damaged_decision_is_a_problem_with_its_place(
    city_folder: Path, old: str, new: str, message: str
) -> None:
    path = city_folder / "decision.yaml"
    write_decision(path, DECISION)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    report = inspect_folder(city_folder, normalise)
    assert report.folder.book.decision is None
    assert any(message in one.message and one.file == str(path) for one in report.problems)


@pytest.mark.parametrize("text", ["", "[1, 2]", "right", "a: [", "\t- x"])
def test_what_is_no_decision_at_all_says_how_to_mend_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "decision.yaml"
    path.write_text(text, encoding="utf-8")
    problems = Problems(str(path))
    assert read_decision(path, problems) is None
    assert problems.found
