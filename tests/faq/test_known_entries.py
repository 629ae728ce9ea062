"""Entries that were read before: the same book, the same problems at the same places."""

import shutil
from pathlib import Path

import pytest

from faq.files.folder import inspect_folder
from faq.files.known_entries import KnownEntries, items_of
from nlp.normalise import normalise
from tests.conftest import SAMPLE_CITY, SMALL_CITY


def remembered(known: KnownEntries) -> KnownEntries:
    return KnownEntries.from_bytes(known.to_bytes())


@pytest.mark.parametrize("city", [SMALL_CITY, SAMPLE_CITY])
def test_known_entries_make_the_same_book(city: Path) -> None:
    whole, known = inspect_folder(city, normalise), KnownEntries()
    assert inspect_folder(city, normalise, known) == whole
    assert known.has_changed
    known = remembered(known)
    assert inspect_folder(city, normalise, known) == whole
    assert not known.has_changed


def test_problems_of_known_entries_are_at_the_same_places(tmp_path: Path) -> None:
    city, known = Path(shutil.copytree(SMALL_CITY, tmp_path / "faq")), KnownEntries()
    inspect_folder(city, normalise, known)
    offices = city / "offices.yaml"
    offices.write_text(offices.read_text().replace("id: gomi", "id: gomu"))
    shutil.copy(city / "entries" / "gomi.yaml", city / "entries" / "twice.yaml")
    whole = inspect_folder(city, normalise)
    assert len(whole.problems) > 3
    assert inspect_folder(city, normalise, remembered(known)).problems == whole.problems


def test_a_fault_between_two_known_files_is_at_its_place(tmp_path: Path) -> None:
    city, known = Path(shutil.copytree(SMALL_CITY, tmp_path / "faq")), KnownEntries()
    inspect_folder(city, normalise, known)
    wards = city / "wards.yaml"
    wards.write_text(wards.read_text().replace("id: kita", "id: kito"))
    known = remembered(known)
    inspect_folder(city, normalise, known)
    whole = inspect_folder(city, normalise)
    assert any(Path(one.file).name == "offices.yaml" and one.line > 1 for one in whole.problems)
    assert inspect_folder(city, normalise, remembered(known)) == whole


def test_what_is_known_of_a_file_holds_for_its_text_only() -> None:
    known = KnownEntries()
    known.keep_file("wards.yaml", "- a", ["a"])
    known = remembered(known)
    assert known.of_file("wards.yaml", "- a", list[str]) == ["a"]
    assert known.of_file("wards.yaml", "- b", list[str]) is None
    assert known.of_file("other.yaml", "- a", list[str]) is None
    assert not known.has_changed


@pytest.mark.parametrize(
    "wrong",
    [
        "- id: x\n  question: a\n",
        "- id: x\n  strange: 1\n",
        '- id: "x\n- y"\n',
        "- id: x\n  - y\n",
        "- &a {id: x}\n- *a\n",
        "---\n- id: x\n---\n- id: y\n",
        "- id: x\n...\n- id: y\n",
        "text\n- id: x\n",
        "a: b\n",
        "",
    ],
)
def test_a_faulty_file_is_read_as_a_whole(tmp_path: Path, wrong: str) -> None:
    city = Path(shutil.copytree(SMALL_CITY, tmp_path / "faq"))
    (city / "entries" / "wrong.yaml").write_text(wrong)
    known = KnownEntries()
    for _ in range(2):
        assert inspect_folder(city, normalise, known) == inspect_folder(city, normalise)


def test_a_list_is_cut_where_its_items_begin() -> None:
    text = "# 見出し\n\n- id: a\n  answer: |\n    - 一\n    - 二\n# 次\n- id: b\n"
    assert items_of(text) == ["- id: a\n  answer: |\n    - 一\n    - 二\n# 次\n", "- id: b\n"]
    assert KnownEntries.from_bytes(b"broken").get("- id: a\n") is None
