"""Tuning the encoder's head on one FAQ, without labels.

A question of the FAQ with some pieces dropped must find its own answer among the answers of
the other entries in the batch. Beside every question stands a copy in which words are replaced
by synonyms (`nlp.rewording`): it teaches the head that both ways of saying it mean the same. Only
the head's layers d0 and p1 move, by a few small steps; more steps hurt. Runs with several seeds
can be averaged weight by weight; one seed was measured to be as good as three.

Pure functions over numpy arrays; same input and seeds, same result.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.head import Head, head_input
from nlp.pooling import Floats, Pooled

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Settings of the tuning; the defaults were chosen on one city's development half."""

    steps: int = 60
    batch: int = 128
    rate: float = 1e-4
    temperature: float = 0.05
    drop: float = 0.3  # share of a question's pieces that a step does not see
    seeds: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the tuning learns from; row i of everything belongs to one question (or its copy)."""

    tokens: Floats  # contextual vectors of all questions' pieces, one after the other
    weights: Floats  # the piece weights, (len(tokens),)
    starts: Ints  # where each question starts in `tokens`, (n + 1,)
    answers: Pooled  # (n,)

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(slots=True)
class _Adam:
    rate: float
    first: Floats
    second: Floats
    step: int = 0

    def update(self, value: Floats, gradient: Floats) -> None:
        self.step += 1
        self.first += 0.1 * (gradient - self.first)
        self.second += 0.001 * (gradient * gradient - self.second)
        size = self.rate * np.sqrt(1 - 0.999**self.step) / (1 - 0.9**self.step)
        value -= size * self.first / (np.sqrt(self.second) + 1e-8)


def tune(
    head: Head,
    pairs: Pairs,
    settings: Tuning,
) -> Head:
    """The head with `d0` and `p1` tuned: the mean over the seeds."""
    if len(pairs) < 2 or not settings.seeds:
        return head
    d0 = np.zeros_like(head.d0, dtype=np.float64)
    p1 = np.zeros_like(head.p1, dtype=np.float64)
    for seed in settings.seeds:
        tuned = _run(head, pairs, settings, seed)
        d0 += tuned.d0
        p1 += tuned.p1
    count = len(settings.seeds)
    return head.tuned((d0 / count).astype(np.float32), (p1 / count).astype(np.float32))


def _run(head: Head, pairs: Pairs, settings: Tuning, seed: int) -> Head:
    random = np.random.default_rng(seed)
    head = head.tuned(head.d0.copy(), head.p1.copy())
    adam0 = _Adam(settings.rate, np.zeros_like(head.d0), np.zeros_like(head.d0))
    adam1 = _Adam(settings.rate, np.zeros_like(head.p1), np.zeros_like(head.p1))
    order: Ints = np.zeros(0, dtype=np.int64)
    size = min(settings.batch, len(pairs))
    for _ in range(settings.steps):
        if len(order) < size:
            order = random.permutation(len(pairs))
        rows, order = order[:size], order[size:]
        questions = _dropped(pairs, rows, settings.drop, random)
        answers = pairs.answers.take(rows)
        gradient0, gradient1 = _gradients(head, questions, answers, settings.temperature)
        adam0.update(head.d0, gradient0)
        adam1.update(head.p1, gradient1)
    return head


def _dropped(pairs: Pairs, rows: Ints, drop: float, random: np.random.Generator) -> Pooled:
    """The questions' pooled vectors, each with some pieces left out."""
    lengths = pairs.starts[rows + 1] - pairs.starts[rows]
    begins = np.zeros(len(rows), dtype=np.int64)
    np.cumsum(lengths[:-1], out=begins[1:])
    at = np.arange(int(lengths.sum())) + np.repeat(pairs.starts[rows] - begins, lengths)
    weights = pairs.weights[at]
    kept = weights * (random.random(len(at)) >= drop)
    empty = np.repeat(np.add.reduceat(kept, begins) <= 0.0, lengths)
    kept = np.where(empty, weights, kept)
    total = np.add.reduceat(kept, begins)
    mean = np.add.reduceat(pairs.tokens[at] * kept[:, None], begins, axis=0) / total[:, None]
    length = total * total / np.add.reduceat(kept * kept, begins)
    return Pooled(mean.astype(np.float32), length.astype(np.float32))


def _gradients(
    head: Head, questions: Pooled, answers: Pooled, temperature: float
) -> tuple[Floats, Floats]:
    """Gradients of the mean cross entropy "which answer is mine" for `d0` and `p1`."""
    count = len(questions.length)
    x = np.concatenate([head_input(questions), head_input(answers)])
    y0 = np.maximum(x @ head.d0, 0)
    y1 = np.maximum(x @ head.p1 + y0 @ head.d1, 0)
    y2 = np.maximum(y1 @ head.d2, 0)
    z = np.tanh(y1 @ head.p3 + y2 @ head.d3)
    norm = np.sqrt(np.einsum("ij,ij->i", z, z))[:, None]
    v = z / norm

    scores = (v[:count] @ v[count:].T) / temperature
    # an answer that is word for word another entry's is no wrong answer
    _, twins = np.unique(answers.mean[:, :8], axis=0, return_inverse=True)
    same = twins.ravel()[:, None] == twins.ravel()[None, :]
    np.fill_diagonal(same, False)
    scores[same] = -1e9
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores)
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(count), np.arange(count)] -= 1.0
    p /= count * temperature
    gv = np.concatenate([p @ v[count:], p.T @ v[:count]])

    gz = (gv - v * np.einsum("ij,ij->i", v, gv)[:, None]) / norm
    gz *= 1.0 - z * z
    g1 = gz @ head.p3.T
    g1 += ((gz @ head.d3.T) * (y2 > 0)) @ head.d2.T
    g1 *= y1 > 0
    g0 = (g1 @ head.d1.T) * (y0 > 0)
    return x.T @ g0, x.T @ g1
