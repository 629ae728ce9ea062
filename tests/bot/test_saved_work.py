"""What is kept from one publishing to the next saves time and changes nothing."""

import dataclasses
import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.evaluation import Verdict, judge
from bot.inquiry import inquiry_of
from bot.judging import Judging
from bot.kept_file import read_kept, write_kept
from bot.question import Question
from bot.verdicts import Verdicts
from channels.backend import Backend
from faq.files.folder import read_folder
from nlp.normalise import normalise
from tests.conftest import NOON, SMALL_CITY

KEPT = ("entries.kept", "texts.kept", "questions.kept", "verdicts.kept", "pooled.npz")
EVERYTHING_IS_KNOWN = Judging(lambda: pytest.fail("a desk is opened"))


def edit(folder: Path) -> None:
    path = folder / "entries" / "gomi.yaml"
    path.write_text(path.read_text().replace("タンスを捨てたい", "古いタンスを捨てたい"))


def publish(backend: Backend, folder: Path):  # type: ignore[no-untyped-def]
    draft = backend.publisher.draft(
        folder, backend.inquiries.heard(NOON - timedelta(days=180)), NOON
    )
    backend.publisher.publish(draft, NOON, reason="", by="test")
    return draft


def forget_all(backend: Backend) -> None:
    for name in KEPT:
        (backend.settings.index_root / name).unlink(missing_ok=True)


def same_arrays(one: Path, two: Path) -> None:
    assert {path.name for path in one.iterdir()} == {path.name for path in two.iterdir()}
    for path in sorted(one.iterdir()):
        other = two / path.name
        if path.name in ("vectors.rows.npy", "vectors.passages.npy"):
            # Texts are encoded in other company, and a product of matrices then rounds otherwise.
            first, second = (np.load(file).astype(np.float64) for file in (path, other))
            lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
            cosines = np.einsum("ij,ij->i", first, second) / lengths
            assert cosines.min() > 1 - 1e-7
        else:
            assert path.read_bytes() == other.read_bytes(), path.name


def test_publishing_again_gives_the_same_with_and_without_what_was_kept(
    backend: Backend, city_folder: Path, tmp_path: Path
) -> None:
    question = Question.from_text("粗大ごみを捨てたい", "web", NOON)
    backend.inquiries.add([inquiry_of(question, backend.shelf.desk().consider(question), 1)])
    state = backend.settings.state_folder
    before = Path(shutil.copytree(state, tmp_path / "before"))
    edit(city_folder)
    with_it = publish(backend, city_folder)
    book = with_it.folder.book
    quick = Path(shutil.copytree(backend.shelf.index_folder(book), tmp_path / "quick"))
    kept = backend.settings.index_root / "verdicts.kept"
    known = msgspec.msgpack.decode(
        read_kept(kept, str(backend.settings.thresholds)) or b"", type=dict[str, dict[str, Verdict]]
    )
    shutil.rmtree(state)
    shutil.copytree(before, state)
    forget_all(backend)
    without = publish(backend, city_folder)
    # Confidence is a number of many digits: its last ones move with those of the vectors.
    assert dataclasses.asdict(with_it.figures) == pytest.approx(
        dataclasses.asdict(without.figures), abs=1e-6
    )
    assert with_it.impact.flips == without.impact.flips
    same_arrays(quick, backend.shelf.index_folder(book))
    golden = with_it.folder.golden
    verdicts = Verdicts(book, EVERYTHING_IS_KNOWN, known[book.digest])
    once, anew = verdicts.judge(golden, NOON), judge(backend.shelf.desk(), golden, NOON)
    assert [(one.kind, one.shown) for one in once] == [(one.kind, one.shown) for one in anew]
    for one, other in zip(once, anew, strict=True):
        assert one.confidence == pytest.approx(other.confidence, abs=1e-4)
        assert dict(one.ranking) == pytest.approx(dict(other.ranking), abs=1e-4)


@pytest.mark.parametrize("content", [b"", b"broken", None])
def test_what_is_damaged_is_thrown_away(
    backend: Backend, city_folder: Path, content: bytes | None
) -> None:
    publish(backend, city_folder)
    kept = [backend.settings.index_root / name for name in KEPT]
    for path in kept:
        path.write_bytes(path.read_bytes()[:-7] + b"damaged" if content is None else content)
    edit(city_folder)
    draft = publish(backend, city_folder)
    assert not draft.impact.is_blocked
    again = read_folder(city_folder, normalise)
    assert draft.folder == again


def test_a_verdict_holds_for_the_same_question_only(backend: Backend, city_folder: Path) -> None:
    desk = backend.shelf.desk()
    verdicts = Verdicts(desk.book, Judging(lambda: desk))
    first = Question.from_text("ごみ券 払い戻し 手順", "web", NOON)
    for _ in range(2):
        verdicts.of([first, first])
    assert len(verdicts.used) == 1
    by_staff = Question.from_text("ごみ券 払い戻し 手順", "staff", NOON)
    assert verdicts.of([by_staff]) != verdicts.of([first])
    assert len(verdicts.used) == 2
    verdicts.of([Question.from_text(first.text, "web", NOON + timedelta(days=3650))])
    expiring = [entry for entry in desk.book.entries if entry.expires_on]
    assert len(verdicts.used) == (3 if expiring else 2)
    again = Verdicts(desk.book, EVERYTHING_IS_KNOWN, verdicts.used)
    assert again.of([first, by_staff]) == verdicts.of([first, by_staff])


def test_a_kept_file_is_whole_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.kept"
    assert read_kept(path) is None
    write_kept(path, b"content", "thresholds")
    assert read_kept(path, "thresholds") == b"content"
    assert read_kept(path, "other thresholds") is None
    path.write_bytes(path.read_bytes() + b"?")
    assert read_kept(path, "thresholds") is None
    assert list(tmp_path.iterdir()) == [path]
    assert SMALL_CITY.is_dir()
