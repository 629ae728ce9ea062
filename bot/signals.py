"""What speaks for each entry: signals over words and over meaning, one value an entry."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats
from faq.index import FaqIndex
from faq.vector_index import CANDIDATES, VectorIndex
from faq.word_index import WordIndex
from nlp.synonyms import SYNONYM_WEIGHT, Concept, Form

COSINE_SHARES: Final[Mapping[str, float]] = {"question": 0.3, "answer": 0.7}
"""Share of each field's TF-IDF cosine in the signal of that name."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one word adds to a signal of one entry: the term found, and the typed word it is for."""

    term: str
    typed: str
    value: float

    @property
    def is_synonym(self) -> bool:
        """Whether the term was not typed but stands for a word that was."""
        return self.term != self.typed


def word_signals(index: FaqIndex, concepts: Sequence[Concept]) -> dict[str, Floats]:
    """Return the signals over words.

    `lexical`: square root of BM25 with synonyms, of the entry's best wording; the root tames long
    tails, since twice the score is not twice the evidence. `coverage`: IDF share of the typed
    words that the entry holds, by a synonym half.
    """
    words = index.words
    idfs = [words.idf_of(concept.term) for concept in concepts]
    total = sum(idfs) or 1.0
    scored, covered = _Postings(), _Postings()
    for concept, idf in zip(concepts, idfs, strict=True):
        typed, *others = _matches(words, concept, idf)
        for _, rows, value, share in (typed, *others):
            factor = concept.count * share
            scored.add(rows, value if factor == 1 else factor * value)
        _, typed_rows, _, _ = typed
        covered.add(typed_rows, idf / total)
        if others:
            synonyms = _rows_beside(typed_rows, [rows for _, rows, _, _ in others], words.size)
            covered.add(synonyms, SYNONYM_WEIGHT * idf / total)
    lexical = index.best_rows(scored.sums(words.size))
    return {
        "lexical": np.sqrt(lexical, out=lexical),
        "coverage": index.best_rows(covered.sums(words.size)),
    }


class _Postings:
    """Rows with values, added up in one pass: only what the question's words touch is read."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.integer[Any]]] = []
        self._values: list[Floats | float] = []

    def add(self, rows: NDArray[np.integer[Any]], value: Floats | float) -> None:
        """Add a value to each of the rows (or one to all of them)."""
        self._rows.append(rows)
        self._values.append(value)

    def sums(self, size: int) -> Floats:
        """Return the sum of each row."""
        if not self._rows:
            return np.zeros(size)
        rows = np.concatenate(self._rows, dtype=np.intp)
        values = np.empty(len(rows))
        start = 0
        for at, value in zip(self._rows, self._values, strict=True):
            values[start : start + len(at)] = value
            start += len(at)
        # Of no rows at all bincount makes integers.
        return np.asarray(np.bincount(rows, weights=values, minlength=size), dtype=np.float64)


def _rows_beside(
    rows: NDArray[np.int32], others: Sequence[NDArray[np.int32]], size: int
) -> NDArray[np.intp]:
    """Return the rows of `others`, each once, that are not among `rows`."""
    beside = np.zeros(size, dtype=bool)
    for other in others:
        beside[other] = True
    beside[rows] = False
    return np.flatnonzero(beside)


def cosine_signal(index: FaqIndex, concepts: Sequence[Concept]) -> Floats:
    """Return the square root of the TF-IDF cosines of question and answer, mixed."""
    weights = _flat_weights(concepts)
    mixed = np.zeros(index.size)
    for name, share in COSINE_SHARES.items():
        field = index.fields[name]
        mixed += share * field.scores(field.query(weights), index.size)
    return np.sqrt(mixed)


def meaning_signals(
    index: FaqIndex, vectors: VectorIndex, question: NDArray[np.float32], hints: Floats
) -> dict[str, Floats]:
    """Return the signals over meaning: nearness of the best wording, and of the best passages.

    `hints` (the lexical signal) help to choose the candidates whose passages are compared.
    """
    near = index.best_rows(vectors.row_similarities(question))
    if not index.size:
        return {"meaning": near, "passages": near}
    promise = standardised(near) + standardised(hints)
    many = min(CANDIDATES, index.size)
    candidates = np.sort(np.argpartition(-promise, many - 1)[:many])
    return {
        "meaning": near,
        "passages": vectors.passage_similarities(question, near, candidates),
    }


def standardised(values: Floats) -> Floats:
    """Return the z-scores over the entries of one question; zeros when all are alike."""
    mean, spread = moments(values)
    return (values - mean) / spread if spread else np.zeros_like(values)


def moments(values: Floats) -> tuple[float, float]:
    """Return mean and standard deviation, the latter 0 when all values are alike."""
    if not values.size:
        return 0.0, 0.0
    mean = float(np.add.reduce(values)) / values.size
    # einsum, not a BLAS product: OpenBLAS would wake all its threads for so short a sum.
    square = float(np.einsum("i,i", values, values)) / values.size
    variance = square - mean * mean
    return mean, math.sqrt(variance) if variance > 1e-12 * square else 0.0


def word_parts(index: FaqIndex, concepts: Sequence[Concept], at: int) -> dict[str, list[Part]]:
    """Return what each word adds to an entry's `lexical` and `coverage`; the parts sum to them."""
    first, last = int(index.row_starts[at]), int(index.row_starts[at + 1])
    by_row = [_row_parts(index.words, concepts, row) for row in range(first, last)]
    lexical = max((parts for parts, _ in by_row), key=_sum, default=[])
    coverage = max((parts for _, parts in by_row), key=_sum, default=[])
    root = _sum(lexical) ** 0.5
    return {
        # The root is shared out in proportion: each word keeps its share of the evidence.
        "lexical": [Part(part.term, part.typed, part.value / root) for part in lexical if root],
        "coverage": coverage,
    }


def cosine_parts(index: FaqIndex, concepts: Sequence[Concept], at: int) -> list[Part]:
    """Return what each word adds to an entry's cosine signal; the parts sum to it."""
    typed = {concept.term: concept.term for concept in concepts}
    for concept in concepts:
        for form in concept.synonyms:
            for term in form:
                typed.setdefault(term, concept.term)
    weights = _flat_weights(concepts)
    found: dict[str, float] = {}
    for name, share in COSINE_SHARES.items():
        field = index.fields[name]
        for term, value in field.contributions(field.query(weights), at):
            found[term] = found.get(term, 0.0) + share * value
    root = sum(found.values()) ** 0.5
    return [Part(term, typed[term], value / root) for term, value in found.items() if root]


def _matches(
    words: WordIndex, concept: Concept, idf: float
) -> Iterator[tuple[Form, NDArray[np.int32], Floats, float]]:
    """Yield the typed word, then each synonym that some row holds: rows, values there, share."""
    rows, strength = words.holders(concept.term)
    # In double precision, like all that follows.
    yield (concept.term,), rows, strength * np.float64(idf), 1.0
    for form in concept.synonyms:
        rows, value = words.holders_of_all(form, idf)
        if len(rows):
            yield form, rows, value, SYNONYM_WEIGHT


def _row_parts(
    words: WordIndex, concepts: Sequence[Concept], row: int
) -> tuple[list[Part], list[Part]]:
    total = sum(words.idf_of(concept.term) for concept in concepts)
    lexical: list[Part] = []
    coverage: list[Part] = []
    for concept in concepts:
        idf = words.idf_of(concept.term)
        held = 0.0
        met = ""
        for form, rows, value, share in _matches(words, concept, idf):
            at = int(np.searchsorted(rows, row))
            if at < len(rows) and rows[at] == row:
                name = "".join(form)
                added = concept.count * share * float(value[at])
                lexical.append(Part(name, concept.term, added))
                if share > held:
                    held, met = share, name
        if held and total:
            coverage.append(Part(met, concept.term, idf * held / total))
    return lexical, coverage


def _flat_weights(concepts: Sequence[Concept]) -> dict[str, float]:
    weights = {concept.term: float(concept.count) for concept in concepts}
    for concept in concepts:
        for form in concept.synonyms:
            for term in form:
                weights.setdefault(term, SYNONYM_WEIGHT * concept.count)
    return weights


def _sum(parts: Sequence[Part]) -> float:
    return sum(part.value for part in parts)
