"""How near a question is to the passages of entries."""

import numpy as np

from faq.vector_index import VectorIndex

SCALE = 32_767


def unit(draw: np.random.Generator, many: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    vectors = draw.normal(size=(many, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_of_each_candidate_the_two_best_passages_count() -> None:
    draw = np.random.default_rng(1)
    counts = draw.integers(1, 9, 150)  # more passages than are compared at once
    starts = np.concatenate([[0], np.cumsum(counts)])
    passages = unit(draw, int(starts[-1]))
    short = np.rint(passages * SCALE).astype(np.int16)
    index = VectorIndex(unit(draw, len(counts)), short, starts)
    question = unit(draw, 1)[0]
    near = index.row_similarities(question)
    candidates = np.flatnonzero(draw.random(len(counts)) < 0.9)
    found = index.passage_similarities(question, near, candidates)
    exact = short.astype(np.float64) @ question.astype(np.float64) / SCALE
    for at in candidates:
        best = np.sort(exact[starts[at] : starts[at + 1]])[::-1][:2]
        assert abs(found[at] - best.mean()) < 1e-6
    others = np.setdiff1d(np.arange(len(counts)), candidates)
    shift = found[candidates].mean() - near[candidates].mean()
    np.testing.assert_allclose(found[others], near[others] + shift)
