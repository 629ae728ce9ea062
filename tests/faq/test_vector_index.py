"""How near a question is to the wordings and passages of entries."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from faq.problem import IndexDamaged
from faq.vector_index import VectorIndex, finished_vectors, save_vectors


def unit(draw: np.random.Generator, many: int) -> NDArray[np.float32]:
    # As texts of one city are: alike in most directions.
    spread = np.exp(-np.arange(512) / 60)
    vectors = (draw.normal(size=(many, 512)) * spread).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


class Vectors:
    """Entries with one to eight rows and passages: more than are compared at once."""

    def __init__(self, folder: Path) -> None:
        draw = np.random.default_rng(1)
        counts = draw.integers(1, 9, (2, 150))
        self.row_starts, self.passage_starts = (np.concatenate([[0], np.cumsum(c)]) for c in counts)
        self.rows = unit(draw, int(self.row_starts[-1]))
        self.passages = unit(draw, int(self.passage_starts[-1]))
        self.question = unit(draw, 1)[0]
        self.candidates = np.flatnonzero(draw.random(150) < 0.9)
        made = [at.to_bytes(8) for at in range(len(self.rows) + len(self.passages))]
        save_vectors(folder, self.rows, self.passages, self.passage_starts, made)
        opened = VectorIndex.load(folder, len(self.rows), 150)
        assert opened
        self.index = opened


@pytest.fixture
def vectors(tmp_path: Path) -> Vectors:
    return Vectors(tmp_path)


def test_of_each_candidate_the_two_best_passages_count(vectors: Vectors) -> None:
    near = np.random.default_rng(2).random(150)
    found = vectors.index.passage_similarities(vectors.question, near, vectors.candidates)
    exact = vectors.passages.astype(np.float64) @ vectors.question.astype(np.float64)
    starts = vectors.passage_starts
    for at in vectors.candidates:
        best = np.sort(exact[starts[at] : starts[at + 1]])[::-1][:2]
        assert abs(found[at] - best.mean()) < 1e-4
    others = np.setdiff1d(np.arange(150), vectors.candidates)
    shift = found[vectors.candidates].mean() - near[vectors.candidates].mean()
    np.testing.assert_allclose(found[others], near[others] + shift)


def test_of_each_candidate_the_best_row_counts(vectors: Vectors) -> None:
    found = vectors.index.row_similarities(vectors.question, vectors.row_starts, vectors.candidates)
    exact = vectors.rows.astype(np.float64) @ vectors.question.astype(np.float64)
    best = np.maximum.reduceat(exact, vectors.row_starts[:-1])
    np.testing.assert_allclose(found, best[vectors.candidates], atol=1e-4)


def test_a_sketch_tells_about_how_near_every_row_is(vectors: Vectors) -> None:
    found = vectors.index.sketched_similarities(vectors.question)
    exact = vectors.rows.astype(np.float64) @ vectors.question.astype(np.float64)
    assert np.abs(found - exact).max() < 0.1
    assert np.corrcoef(found, exact)[0, 1] > 0.99


def test_vectors_kept_from_before_are_written_as_they_were(
    vectors: Vectors, tmp_path: Path
) -> None:
    places, kept = finished_vectors(tmp_path, vectors.index)
    again = tmp_path / "again"
    again.mkdir()
    rows, passages = np.split(kept, [len(vectors.rows)])
    save_vectors(again, rows, passages, vectors.passage_starts, list(places))
    for path in tmp_path.glob("*.npy"):
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_vectors_of_another_book_are_refused(vectors: Vectors, tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged):
        VectorIndex.load(tmp_path, len(vectors.rows) - 1, 150)
    assert VectorIndex.load(tmp_path / "nothing", 1, 1) is None
