"""Which language a short message is in."""

from pathlib import Path

import pytest

from nlp.detector_file import open_detector, read_detector
from nlp.language import LATIN, language_of
from nlp.normalise import normalise

QUESTIONS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("languages.tsv").read_text(encoding="utf-8").splitlines()
]
LEAST_RIGHT = 0.97


def test_short_questions_are_told_apart() -> None:
    found = [(language, language_of(normalise(text)), text) for language, text in QUESTIONS]
    wrong = [one for one in found if one[0] != one[1]]
    assert len(found) >= 300
    assert 1 - len(wrong) / len(found) >= LEAST_RIGHT, wrong


@pytest.mark.parametrize("language", sorted({language for language, _ in QUESTIONS}))
def test_no_language_is_left_behind(language: str) -> None:
    texts = [text for spoken, text in QUESTIONS if spoken == language]
    right = sum(language_of(normalise(text)) == language for text in texts)
    assert right / len(texts) >= 0.9, language


@pytest.mark.parametrize("text", ["", "123", "😀", "?!", "a"])
def test_what_says_nothing_is_taken_for_japanese(text: str) -> None:
    assert language_of(text) == "ja"


def test_a_detector_kept_in_files_tells_the_same(tmp_path: Path) -> None:
    whole = read_detector(LATIN)
    texts = [text for spoken, text in QUESTIONS if spoken in LATIN]
    for _ in ("written", "found"):
        kept = open_detector(LATIN, tmp_path)
        assert [kept.rank(text) for text in texts] == [whole.rank(text) for text in texts]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_detector_there_is_no_place_for_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        open_detector(LATIN, tmp_path / "file")
    assert len(list(tmp_path.iterdir())) == 1
