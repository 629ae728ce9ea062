"""The handbook keeps up with the code: what can be set, run or written is explained."""

import dataclasses
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest

from bot.inquiry import MISS_LABELS
from bot.reply import KIND_LABELS
from channels.cli import group
from channels.settings import Settings
from faq.city import City, Ward
from faq.entry import FaqEntry
from faq.files.folder import read_folder
from faq.office import Office
from faq.sentence import REQUIRED_SENTENCES, FixedSentence
from nlp.normalise import normalise
from tests.conftest import ROOT, SMALL_CITY

DOCS: Final = ROOT / "docs"
PAGES: Final = sorted(DOCS.glob("*.md"))
DECISIONS: Final = sorted((DOCS / "adr").glob("*.md"))
AROUND: Final = [
    path
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "NOTICE")
    if (path := ROOT / name).is_file()
]
EVERYTHING: Final = [*PAGES, *DECISIONS, *AROUND]

_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_MACHINE_PATH: Final = re.compile(r"(?<![\w.])/(?:work|tmp|home|root|mnt|Users)/|\b[A-Z]:\\")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def _headings(text: str) -> list[str]:
    return [title for _, title in _HEADING.findall(text)]


def _section(path: Path, file: str) -> str:
    """Return the part of a page under the heading of the second level that names a file."""
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return next(part for part in parts if f"`{file}`" in part.splitlines()[0])


def _commands(command: click.Command, name: str) -> Iterator[str]:
    for short, child in getattr(command, "commands", {}).items():
        yield f"{name} {short}"
        yield from _commands(child, f"{name} {short}")


def _anchor(title: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", title.lower())
    return kept.replace(" ", "-")


@pytest.mark.parametrize("field", [*Settings.model_fields])
def test_every_setting_is_explained(field: str) -> None:
    assert f"`TOIAWASE_{field.upper()}`" in _headings(_prose(DOCS / "settings.md"))


def test_no_setting_is_explained_that_is_gone() -> None:
    known = {f"TOIAWASE_{field.upper()}" for field in Settings.model_fields}
    titles = _headings(_prose(DOCS / "settings.md"))
    assert {title.strip("`") for title in titles if title.startswith("`TOIAWASE_")} == known


@pytest.mark.parametrize("command", [*_commands(group, "toiawase")])
def test_every_command_is_explained(command: str) -> None:
    assert f"`{command}`" in _headings(_prose(DOCS / "commands.md"))


def test_no_command_is_explained_that_is_gone() -> None:
    titles = _headings(_prose(DOCS / "commands.md"))
    explained = {title.strip("`") for title in titles if title.startswith("`toiawase")}
    assert explained == set(_commands(group, "toiawase"))


@pytest.mark.parametrize(
    ("file", "record", "written_as"),
    [
        ("entries/*.yaml", FaqEntry, {}),
        ("wards.yaml", Ward, {}),
        ("city.yaml", City, {}),
        ("replies.yaml", FixedSentence, {}),
        (
            "offices.yaml",
            Office,
            {"closed_on_holidays": "closed", "closed_at_year_end": "closed"},
        ),
    ],
)
def test_every_field_of_the_faq_folder_is_explained(
    file: str, record: Any, written_as: dict[str, str]
) -> None:
    titles = _headings(_section(DOCS / "faq-folder.md", file))
    fields = {written_as.get(field.name, field.name) for field in dataclasses.fields(record)}
    assert {f"`{field}`" for field in fields} - set(titles) == set()


def test_every_required_sentence_is_explained() -> None:
    text = _section(DOCS / "faq-folder.md", "replies.yaml")
    assert [name for name in REQUIRED_SENTENCES if f"`{name}`" not in text] == []


def test_the_sample_entry_is_read_without_problems(tmp_path: Path) -> None:
    text = (DOCS / "faq-folder.md").read_text(encoding="utf-8")
    sample = text.partition("## FAQ の見本")[2].partition("```yaml\n")[2].partition("```")[0]
    folder = Path(shutil.copytree(SMALL_CITY, tmp_path / "faq"))
    before = read_folder(folder, normalise).book.by_id.keys()
    (folder / "entries" / "sample.yaml").write_text(sample, encoding="utf-8")
    book = read_folder(folder, normalise).book
    (added,) = book.by_id.keys() - before
    unused = [
        field.name
        for field in dataclasses.fields(FaqEntry)
        if field.name != "audience" and not getattr(book.by_id[added], field.name)
    ]
    assert unused == [], "the sample shows every field"


@pytest.mark.parametrize("label", [*MISS_LABELS.values(), *KIND_LABELS.values()])
def test_every_reason_and_kind_is_explained_to_staff(label: str) -> None:
    assert label in _headings(_prose(DOCS / "daily-work.md"))


@pytest.mark.parametrize("path", [*PAGES, *AROUND], ids=_name)
def test_every_relative_link_has_a_target(path: Path) -> None:
    broken = []
    for link in _LINK.findall(re.sub(r"`[^`\n]*`", "", _prose(path))):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists():
            broken.append(link)
        elif anchor and anchor not in map(_anchor, _headings(_prose(target))):
            broken.append(link)
    assert broken == []


def test_every_page_and_decision_is_listed() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(index)}
    missing = [_name(path) for path in (*PAGES, *DECISIONS) if path.resolve() not in listed]
    assert missing == ["docs/index.md"]


@pytest.mark.parametrize("path", DECISIONS, ids=_name)
def test_a_decision_is_one_page_of_four_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    number, title, *parts = path.stem[:4], *_headings(text)
    assert title.startswith(f"{number}: ")
    assert parts == ["Context", "Options", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 60


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", EVERYTHING, ids=_name)
def test_no_page_names_a_place_on_somebodys_machine(path: Path) -> None:
    assert _MACHINE_PATH.findall(path.read_text(encoding="utf-8")) == []
