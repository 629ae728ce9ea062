"""Problems are told beside the field that staff are editing, whichever record they show in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from faq.entry import FaqEntry
from faq.files.field_problems import in_fields
from faq.files.folder import inspect_folder, read_folder
from faq.files.plain_fields import differing, entry_fields, without_empty
from faq.files.record_files import Place
from faq.files.record_yaml import edited, item_of, rendered
from faq.problem import Problem
from nlp.normalise import normalise

FILE = "entries/kurashi.yaml"
Told = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def told(city_folder: Path) -> Told:
    """Write an entry other than it is (or a new one), and tell what is wrong then."""
    book = read_folder(city_folder, normalise).book

    def told(entry_id: str, *, is_new: bool = False, **fields: object) -> list[tuple[str, str]]:
        entry = book.by_id[entry_id]
        wanted = replace(entry, **fields)  # type: ignore[arg-type]
        path = next(
            one
            for one in (city_folder / "entries").glob("*")
            if f"- id: {entry_id}\n" in one.read_text("utf-8")
        )
        text = path.read_text("utf-8")
        item = item_of(text, entry_id)
        assert item
        if is_new:
            text += rendered(without_empty(entry_fields(wanted)))
        else:
            new = edited(item, differing(entry_fields(entry), entry_fields(wanted)))
            text = text[: item.start] + new + text[item.end :]
        path.write_text(text, "utf-8")
        written = item_of(text, wanted.id)
        assert written
        place = Place(f"entries/{path.name}", text, written)
        return in_fields(
            problems_of(city_folder),
            place,
            wanted.id,
            lambda file: (city_folder / file).read_text("utf-8"),
        )

    return told


def problems_of(folder: Path) -> list[Problem]:
    """Return the problems of a folder, each with its file below it."""
    above = f"{folder}/"
    return [
        replace(one, file=one.file.removeprefix(above), message=one.message.replace(above, ""))
        for one in inspect_folder(folder, normalise).problems
    ]


def other(folder: Path, entry_id: str) -> FaqEntry:
    return read_folder(folder, normalise).book.by_id[entry_id]


def test_what_stands_in_the_record_is_at_its_field(told: Told) -> None:
    assert [field for field, _ in told("tennyu", answer="<b>太字", owner="nobody")] == [
        "owner",
        "answer",
    ]


def test_what_is_missing_is_at_the_field_that_is_missing(told: Told) -> None:
    empty = dict.fromkeys(("question", "answer", "owner", "contact"), "")
    found = told("tennyu", is_new=True, id="x-1", phrasings=(), **empty)
    assert {field for field, _ in found} == {"question", "answer", "owner"}


def test_an_id_that_is_used_is_told_at_the_id(told: Told) -> None:
    found = told("tennyu", is_new=True, question="まったく別の質問", phrasings=())
    assert found == [("id", "番号「tennyu」は、もう使われています")]


@pytest.mark.parametrize(("entry_id", "later"), [("gomi-day", "tennyu"), ("tennyu", "juminhyo")])
def test_what_a_later_entry_says_too_is_told_as_this_one_sees_it(
    told: Told, city_folder: Path, entry_id: str, later: str
) -> None:
    there = other(city_folder, later)
    assert told(entry_id, question=there.question) == [
        ("question", f"同じ質問が {FILE} の「{later}」にもあります。1つにまとめてください")
    ]


@pytest.mark.parametrize("name", ["question", "phrasings"])
def test_phrasings_of_a_later_entry_are_told_as_this_one_sees_them(
    told: Told, city_folder: Path, name: str
) -> None:
    same = other(city_folder, "juminhyo").phrasings[0]
    (found,) = told("tennyu", **{name: same if name == "question" else (same,)})
    assert found[0] == name
    what = "質問" if name == "question" else "別の聞き方"
    assert found[1].startswith(f"{what}が、{FILE} の「juminhyo」の別の聞き方と同じです。")


def test_what_is_wrong_in_another_file_is_told_with_its_line(told: Told, city_folder: Path) -> None:
    golden = city_folder / "golden.jsonl"
    text = golden.read_text("utf-8")
    golden.write_text(f'{text}{{"query": "x", "relevant": {{"gone": 2}}}}\n', "utf-8")
    (found,) = told("tennyu", topic="別")
    assert found[0] == ""
    assert found[1].startswith("FAQ「gone」がありません。")
    assert found[1].endswith(f"（golden.jsonl の {text.count(chr(10)) + 1} 行目）")
