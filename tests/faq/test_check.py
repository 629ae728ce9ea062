"""The checker names every fault at its line, and nothing else.

Each folder of tests/faq/broken holds the files of a city with one fault, and expected.txt:
`file:line:part of the message`.
"""

import shutil
from pathlib import Path

import pytest

from faq.files.csv_file import read_csv_book
from faq.files.folder import content_of, inspect_folder, read_folder
from faq.problem import FaqFolderError
from nlp.normalise import normalise
from tests.conftest import SAMPLE_CITY, SMALL_CITY, TESTS

BROKEN = sorted((TESTS / "faq" / "broken").iterdir())


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_each_fault_is_named_at_its_line(case: Path, city_folder: Path) -> None:
    shutil.copytree(case / "files", city_folder, dirs_exist_ok=True)
    file, line, message = (case / "expected.txt").read_text().strip().split(":", 2)
    found = inspect_folder(city_folder, normalise).problems
    named = [
        (str(Path(one.file).relative_to(city_folder)), one.line)
        for one in found
        if message in one.message
    ]
    assert (file, int(line)) in named, [str(one) for one in found]
    with pytest.raises(FaqFolderError) as raised:
        read_folder(city_folder, normalise)
    assert raised.value.problems == found


def test_there_are_at_least_thirty_faults() -> None:
    assert len(BROKEN) >= 30


def test_all_faults_of_all_files_are_told_at_once(city_folder: Path) -> None:
    for name in ("unknown-field", "unknown-owner", "golden-bad-grade"):
        shutil.copytree(TESTS / "faq" / "broken" / name / "files", city_folder, dirs_exist_ok=True)
    files = {Path(one.file).name for one in inspect_folder(city_folder, normalise).problems}
    assert files == {"kurashi.yaml", "gomi.yaml", "golden.jsonl"}


@pytest.mark.parametrize("folder", [SMALL_CITY, SAMPLE_CITY], ids=["small", "sample"])
def test_no_false_alarm(folder: Path) -> None:
    report = inspect_folder(folder, normalise)
    assert [str(problem) for problem in report.problems] == []
    assert content_of(report)["entries"] == len(report.folder.book.entries)


def test_a_missing_folder_and_missing_files_are_named(tmp_path: Path, city_folder: Path) -> None:
    assert "フォルダがありません" in str(inspect_folder(tmp_path / "no", normalise).problems[0])
    (city_folder / "replies.yaml").unlink()
    shutil.rmtree(city_folder / "entries")
    (city_folder / "entries").mkdir()
    (city_folder / "entries" / "stray.yml").touch()
    messages = " ".join(map(str, inspect_folder(city_folder, normalise).problems))
    for part in ("「replies.yaml」がありません", "FAQ のファイル", ".yml"):
        assert part in messages


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_of_any_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = 'id,question,answer,category\r\n7,"ごみは, いつ","月曜\r\n木曜",ごみ\r\n'
    book = read_csv_book(write(tmp_path / "faq.csv", text, encoding))
    entry = book.by_id["7"]
    assert (entry.question, entry.topic) == ("ごみは, いつ", "ごみ")
    assert "木曜" in entry.answer


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("id,question\n1,a\n", 1, "列「answer」"),
        ("", 1, "列「id、question、answer」"),
        ("id,question,answer\n1,a,b\n1,c,d\n", 3, "id「1」が2回"),
        ("id,question,answer\n1,a,b\n2,,d\n", 3, "「question」が空"),
        ('id,question,answer\n1,"a,b\n', 2, "CSV として読めません"),
    ],
)
def test_faults_of_a_csv_are_named(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(FaqFolderError) as raised:
        read_csv_book(write(tmp_path / "faq.csv", text))
    problem = raised.value.problems[0]
    assert problem.line == line
    assert message in problem.message


def test_a_csv_in_no_known_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_bytes(b"id,question,answer\n1,\x81\x20\xff\xfe,b\n")
    with pytest.raises(FaqFolderError, match="文字コード"):
        read_csv_book(tmp_path / "faq.csv")
