"""The folder as staff have left it, and the desk of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.draft_desk import DraftDesk
from bot.draft_folder import DraftFolder, differences, others_differ
from bot.edits import edits_of
from bot.impact import Flip, Outcome, joined
from bot.question import Question
from channels.backend import Backend
from faq.book import FaqBook
from faq.city import City
from faq.entry import FaqEntry
from faq.files.folder_edit import FolderEditor
from nlp.normalise import normalise
from tests.conftest import NOON


@pytest.fixture
def draft(backend: Backend, city_folder: Path) -> DraftFolder:
    return DraftFolder(city_folder, backend.settings.index_root)


def test_the_folder_is_read_again_only_after_a_change(
    draft: DraftFolder, city_folder: Path
) -> None:
    first = draft.report()
    assert draft.report() is first
    FolderEditor(city_folder, normalise).add_phrasing("tennyu", "宇宙人の転入")
    assert "宇宙人の転入" in draft.book.by_id["tennyu"].phrasings
    (city_folder / ".git").mkdir()
    (city_folder / ".git" / "index").write_bytes(b"x")
    second = draft.report()
    (city_folder / ".git" / "index").write_bytes(b"xyz")
    assert draft.report() is second


def test_problems_are_part_of_the_report(draft: DraftFolder, city_folder: Path) -> None:
    (city_folder / "entries" / "broken.yaml").write_text("- id: x\n", encoding="utf-8")
    assert draft.report().problems
    assert DraftDesk(draft, None).ready() is None  # type: ignore[arg-type]


def test_the_draft_can_be_asked_once_its_index_is_built(
    backend: Backend, draft: DraftFolder, city_folder: Path
) -> None:
    desk = DraftDesk(draft, backend.shelf)
    published = desk.ready()
    assert published is not None, "the folder is as it was published"
    assert desk.ready() is published
    FolderEditor(city_folder, normalise).add_phrasing("tennyu", "うちゅうじんが すみはじめた")
    assert desk.ready() is None
    backend.publisher.prepare(city_folder)
    asked = Question.from_text("うちゅうじんが すみはじめた", "web", NOON)
    newer = desk.ready()
    assert newer
    assert newer.consider(asked).kind == "answered"


def test_differences_name_what_was_added_changed_and_removed() -> None:
    one, two, three = (FaqEntry(name, f"{name}？", "答え") for name in "abc")
    before, after = FaqBook.of([one, two]), FaqBook.of([replace(two, answer="別"), three])
    assert differences(before, after) == {"a": "removed", "b": "changed", "c": "added"}
    assert others_differ(before, after) == []
    assert others_differ(before, FaqBook.of([one], city=City("別の市"))) == ["市の設定"]


def test_an_edit_knows_what_is_new_and_what_is_gone() -> None:
    before = FaqEntry("a", "質問", "答え", phrasings=("甲", "乙"), keywords=("丙",))
    after = replace(before, question="新しい質問", phrasings=("乙", "丁"), keywords=("戊",))
    (edit,) = edits_of(FaqBook.of([before]), FaqBook.of([after]))
    assert edit.new_wordings == ("新しい質問", "丁")
    assert edit.lost_wordings == ("質問", "甲", "丙")
    assert edit.new_keywords == ("戊",)
    assert edit.fields == ("question", "phrasings", "keywords")
    (added,) = edits_of(FaqBook.of([]), FaqBook.of([before]))
    assert (added.fields, added.lost_wordings) == ((), ())
    assert added.new_wordings == ("質問", "甲", "乙")
    (removed,) = edits_of(FaqBook.of([before]), FaqBook.of([]))
    assert (removed.new_wordings, removed.entry) == ((), before)


def test_flips_are_told_once_and_the_golden_question_judges() -> None:
    was, now = Outcome("unsure", ("a", "b")), Outcome("answered", ("a",))
    past = [Flip("よく聞く", 5, was, now), Flip("点検", 2, was, now)]
    golden = [Flip("点検", 0, was, now, "worse", "わけ", is_golden=True)]
    found = joined(past, golden)
    assert [(one.text, one.asked, one.judgement) for one in found] == [
        ("よく聞く", 5, "unknown"),
        ("点検", 2, "worse"),
    ]


def test_another_order_of_candidates_is_no_change() -> None:
    assert Outcome("unsure", ("a", "b")).is_like(Outcome("unsure", ("b", "a")))
    assert not Outcome("unsure", ("a",)).is_like(Outcome("answered", ("a",)))
