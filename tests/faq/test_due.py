"""What is old: expired, unreviewed, or a translation of other Japanese."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from faq.book import FaqBook
from faq.city import City
from faq.due import due_of
from faq.entry import FaqEntry, Variant
from faq.files.folder import read_folder
from faq.files.marks import mark_variants
from faq.problem import FaqFolderError
from nlp.normalise import normalise

TODAY = date(2026, 11, 27)
PLAIN = FaqEntry("plain", "質問", "回答", owner="a", reviewed_on=date(2026, 1, 1))


def reasons(*entries: FaqEntry, **around: object) -> list[tuple[str, str, str]]:
    found = due_of(FaqBook.of(entries, **around), TODAY)
    return [(one.entry_id, one.reason, one.language) for one in found]


def test_what_is_current_is_not_due() -> None:
    assert reasons(PLAIN, replace(PLAIN, id="later", expires_on=date(2027, 3, 31))) == []


def test_dates_are_told_by_how_pressing_they_are() -> None:
    entries = (
        replace(PLAIN, id="over", expires_on=date(2026, 11, 26)),
        replace(PLAIN, id="last-day", expires_on=TODAY),
        replace(PLAIN, id="old", reviewed_on=date(2024, 11, 27)),
        replace(PLAIN, id="nearly-old", reviewed_on=date(2024, 11, 28)),
        replace(PLAIN, id="never", reviewed_on=None),
    )
    assert reasons(*entries) == [
        ("over", "expired", "ja"),
        ("last-day", "expires_soon", "ja"),
        ("old", "unreviewed", "ja"),
    ]
    strict = City("市", review_months=6)
    assert ("plain", "unreviewed", "ja") in reasons(PLAIN, city=strict)


def test_a_translation_is_stale_when_the_japanese_changed_since() -> None:
    made = Variant("Question", "Answer", PLAIN.mark)
    entry = replace(PLAIN, translations={"en": made}, easy=Variant("しつもん", "こたえ"))
    assert reasons(entry) == [("plain", "unmarked", "easy")]
    changed = replace(entry, answer="新しい回答")
    assert reasons(changed) == [("plain", "stale", "en"), ("plain", "unmarked", "easy")]
    book = FaqBook.of([changed])
    assert book.variant(changed, "en") == made
    withholding = FaqBook.of([changed], city=City("市", stale_translations="withhold"))
    assert withholding.variant(changed, "en") is None


def test_marking_changes_only_the_marks(city_folder: Path) -> None:
    path = next(
        one
        for one in (city_folder / "entries").glob("*.yaml")
        if "translations:\n" in one.read_text()
    )
    before = path.read_text(encoding="utf-8")
    assert mark_variants(path, lambda _entry, language: language == "en") == 1
    after = path.read_text(encoding="utf-8")
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    tennyu = read_folder(city_folder, normalise).book.by_id["tennyu"]
    assert added == [f'      of: "{tennyu.mark}"']
    assert not tennyu.is_stale(tennyu.translations["en"])
    assert mark_variants(path, lambda _entry, _language: True) == 1  # the plain Japanese one
    path.write_text(path.read_text(encoding="utf-8").replace("14日以内", "30日以内"), "utf-8")
    changed = read_folder(city_folder, normalise).book.by_id["tennyu"]
    assert changed.is_stale(changed.translations["en"])
    assert mark_variants(path, lambda _entry, _language: True) == 2
    assert mark_variants(path, lambda _entry, _language: True) == 0


def test_a_variant_on_one_line_is_not_marked_but_named(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(
        "- id: a\n  question: 問\n  answer: 答\n  easy: {question: と, answer: こ}\n", "utf-8"
    )
    with pytest.raises(FaqFolderError, match="one.yaml:4"):
        mark_variants(path, lambda _entry, _language: True)
