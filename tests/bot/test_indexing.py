"""Building an index: whole or not at all, here or in a process of its own."""

import shutil
from pathlib import Path

import pytest

from bot import indexing
from bot.building_process import build_index_apart
from bot.indexing import build_index
from bot.understanding import Understanding
from faq.book import FaqBook
from faq.index import FaqIndex
from faq.problem import IndexDamaged
from nlp.encoder import MeaningUnavailable


def test_a_spawned_process_builds_the_same(small_book: FaqBook, tmp_path: Path) -> None:
    here, apart = tmp_path / "here" / "x", tmp_path / "apart" / "x"
    said: list[tuple[str, int, int]] = []
    build_index(small_book, here)
    build_index_apart(small_book, apart, progress=lambda *report: said.append(report))
    assert {path.name for path in here.iterdir()} == {path.name for path in apart.iterdir()}
    for path in here.iterdir():
        assert path.read_bytes() == (apart / path.name).read_bytes(), path.name
    assert any("意味" in step for step, _, _ in said)
    assert all(0 <= done <= total for _, done, total in said)


def test_a_build_that_fails_leaves_nothing(
    small_book: FaqBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("no space")

    monkeypatch.setattr(indexing, "build_words", fail)
    with pytest.raises(RuntimeError, match="no space"):
        build_index(small_book, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_fails_is_told(tmp_path: Path, small_book: FaqBook) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexDamaged, match="exit code"):
        build_index_apart(small_book, tmp_path / "file" / "x")


def test_without_the_encoder_words_alone_are_indexed(
    small_book: FaqBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_arguments: object, **_more: object) -> None:
        raise MeaningUnavailable("not installed")

    monkeypatch.setattr(indexing, "build_meaning", unavailable)
    said: list[str] = []
    build_index(small_book, tmp_path / "x", progress=lambda step, _done, _all: said.append(step))
    assert FaqIndex.load(tmp_path / "x", small_book.index_digest).vectors is None
    assert "ことばの索引だけを使います" in said[-1]


def test_an_edit_uses_the_tuning_of_the_release_before(small_book: FaqBook, tmp_path: Path) -> None:
    build_index(small_book, tmp_path / "first")
    build_index(small_book, tmp_path / "second", previous=tmp_path / "first")
    one, two = (Understanding.load(tmp_path / name).meaning for name in ("first", "second"))
    assert one is not None
    assert two is not None
    assert (one.head.d0 == two.head.d0).all()


def test_a_machine_with_another_encoder_answers_by_words(
    small_book: FaqBook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build_index(small_book, tmp_path / "x")
    told = tmp_path / "x" / "meaning.json"
    told.write_text(told.read_text().replace("0.2.1", "9.9"))
    assert Understanding.load(tmp_path / "x").meaning is None
    assert "words alone" in caplog.text


@pytest.mark.parametrize("name", ["readings.json", "meaning.pieces.npy"])
def test_missing_parts_are_damage(small_book: FaqBook, tmp_path: Path, name: str) -> None:
    build_index(small_book, tmp_path / "x")
    (tmp_path / "x" / name).unlink()
    with pytest.raises(IndexDamaged):
        Understanding.load(tmp_path / "x")


def test_vectors_of_another_book_are_damage(small_book: FaqBook, tmp_path: Path) -> None:
    other = FaqBook.of(small_book.entries[:2])
    build_index(small_book, tmp_path / "x")
    build_index(other, tmp_path / "y")
    for name in ("vectors.rows.npy", "vectors.passages.npy", "vectors.passage-starts.npy"):
        shutil.copy(tmp_path / "y" / name, tmp_path / "x" / name)
    with pytest.raises(IndexDamaged, match="vectors"):
        FaqIndex.load(tmp_path / "x", small_book.index_digest)
