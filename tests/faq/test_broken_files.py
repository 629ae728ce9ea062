"""Whatever a file turns out to be: its fault is named with its place, and none is raised."""

from pathlib import Path

import pytest

from faq.files.folder import inspect_folder
from nlp.normalise import normalise
from tests.faq.broken_files import BROKEN, Broken


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_broken_file_is_named_with_its_place(city_folder: Path, broken: Broken) -> None:
    broken.make(city_folder)
    told = [str(problem) for problem in inspect_folder(city_folder, normalise).problems]
    where = f"{city_folder / broken.file}:{broken.place}:"
    assert any(one.startswith(where) and broken.words in one for one in told), told


def test_what_is_whole_has_no_problem(city_folder: Path) -> None:
    assert inspect_folder(city_folder, normalise).problems == ()
