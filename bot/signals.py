"""What speaks for each entry: signals over words and over meaning, one value an entry."""

import math
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Signal:
    """One value for each of `size` entries: `base`, and at `places` what is `above` it.

    `places` are ascending; where they are None, `above` is of all entries.
    """

    size: int
    above: Floats
    places: NDArray[np.intp] | None = None
    base: float = 0.0

    def everywhere(self) -> Floats:
        """Return the values of all entries (size)."""
        if self.places is None:
            return self.above + self.base if self.base else self.above
        values = np.full(self.size, self.base)
        values[self.places] += self.above
        return values

    def moments(self) -> tuple[float, float]:
        """Return mean and standard deviation over all entries, the latter 0 when all are alike."""
        mean, spread = moments(self.above, self.size)
        return self.base + mean, spread

    def standardised(self, weight: float = 1.0) -> "Signal":
        """Return the z-scores over all entries, weighted; zeros when all values are alike."""
        mean, spread = self.moments()
        scale = weight / spread if spread else 0.0
        return Signal(self.size, self.above * scale, self.places, (self.base - mean) * scale)

    def __add__(self, other: "Signal") -> "Signal":
        if self.places is other.places:
            base = self.base + other.base
            return Signal(self.size, self.above + other.above, self.places, base)
        return Signal(self.size, self.everywhere() + other.everywhere())


def word_signals(
    index: FaqIndex, concepts: Sequence[Concept], *, with_cosine: bool = False
) -> dict[str, Signal]:
    """Return the signals over words: of the entries that hold any of them, of all others 0.

    `lexical`: square root of BM25 with synonyms, of the entry's best wording; the root tames long
    tails, since twice the score is not twice the evidence. `coverage`: IDF share of the typed
    words that the entry holds, by a synonym half. `cosine`: square root of the TF-IDF cosines of
    question and answer, mixed.
    """
    scored, covered = (index.best_rows(sums) for sums in _sums_of_rows(index.words, concepts))
    touched = scored > 0
    cosine = _cosines(index, concepts) if with_cosine else None
    if cosine is not None:
        touched |= cosine > 0
    # All that follows costs only what was touched, however large the book.
    places = touched.nonzero()[0]
    signals = {
        "lexical": Signal(index.size, _root(scored.take(places)), places),
        "coverage": Signal(index.size, covered.take(places), places),
    }
    if cosine is not None:
        signals["cosine"] = Signal(index.size, _root(cosine.take(places)), places)
    return signals


def _root(values: Floats) -> Floats:
    return np.sqrt(values, out=values)


def _sums_of_rows(words: WordIndex, concepts: Sequence[Concept]) -> tuple[Floats, Floats]:
    """Return of each row its BM25, and the IDF share of the concepts that it holds."""
    if not concepts:
        return np.zeros(words.size), np.zeros(words.size)
    matches: list[_Match] = []
    repeated: list[tuple[int, NDArray[np.intp]]] = []
    total = 0.0
    for concept in concepts:
        idf = words.idf_of(concept.term)
        total += idf
        found = _matches(words, concept, idf)
        if len(found) > 1:
            repeated.append((len(matches), _repeats([one[1] for one in found], words.size)))
        matches += found
    _, rows, strengths, worths, covers = zip(*matches, strict=True)
    lengths = [len(one) for one in rows]
    # All postings in few steps, of both sums at once: in a small book the steps take the time.
    each = np.array((worths, covers))
    each[1] /= total
    worth, cover = each.repeat(lengths, axis=1)
    for first, again in repeated:
        cover[sum(lengths[:first]) + again] = 0.0
    worth *= np.concatenate(strengths)
    places = np.concatenate(rows, dtype=np.intp)
    scored, covered = (np.bincount(places, one, words.size) for one in (worth, cover))
    # Of no postings at all bincount makes integers.
    return scored.astype(np.float64, copy=False), covered.astype(np.float64, copy=False)


def _repeats(parts: Sequence[NDArray[np.int32]], size: int) -> NDArray[np.intp]:
    """Return where, in the parts put together, a row stands that an earlier part has."""
    seen = np.zeros(size, dtype=bool)
    found: list[NDArray[np.intp]] = []
    passed = 0
    for rows in parts:
        found.append(passed + np.flatnonzero(seen[rows]))
        seen[rows] = True
        passed += len(rows)
    return np.concatenate(found)


def _cosines(index: FaqIndex, concepts: Sequence[Concept]) -> Floats:
    """Return the TF-IDF cosines of question and answer, mixed."""
    weights = _flat_weights(concepts)
    mixed = np.zeros(index.size)
    for name, share in COSINE_SHARES.items():
        field = index.fields[name]
        mixed += share * field.scores(field.query(weights), index.size)
    return mixed


def meaning_signals(
    index: FaqIndex, vectors: VectorIndex, question: NDArray[np.float32], hints: Signal
) -> dict[str, Signal]:
    """Return the signals over meaning: nearness of the best wording, and of the best passages.

    `hints` (the lexical signal) help to choose the candidates that are compared in full.
    """
    near = index.best_rows(vectors.sketched_similarities(question))
    if not index.size:
        return {"meaning": Signal(0, near), "passages": Signal(0, near)}
    promise = (Signal(index.size, near).standardised() + hints.standardised()).everywhere()
    many = min(CANDIDATES, index.size)
    candidates = np.sort(np.argpartition(-promise, many - 1)[:many])
    near[candidates] = vectors.row_similarities(question, index.row_starts, candidates)
    passages = vectors.passage_similarities(question, near, candidates)
    return {"meaning": Signal(index.size, near), "passages": Signal(index.size, passages)}


def moments(values: Floats, entries: int | None = None) -> tuple[float, float]:
    """Return mean and standard deviation, the latter 0 when all values are alike.

    Of more `entries` than values, the others count as 0.
    """
    many = len(values) if entries is None else entries
    if not many:
        return 0.0, 0.0
    mean = float(np.add.reduce(values)) / many
    # A product of BLAS: up to 10,000 values OpenBLAS wakes no other thread for it.
    square = float(values.dot(values)) / many
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


_Match = tuple[Form, NDArray[np.int32], NDArray[np.floating[Any]], float, float]
"""A form, the rows that hold it, its strength there, what that is worth, and the IDF it covers."""


def _matches(words: WordIndex, concept: Concept, idf: float) -> list[_Match]:
    """Return the typed word, then each synonym that some row holds."""
    rows, strength = words.holders(concept.term)
    found: list[_Match] = [((concept.term,), rows, strength, concept.count * idf, idf)]
    share = SYNONYM_WEIGHT
    for form in concept.synonyms:
        held, value, weight = words.holders_of_all(form, idf)
        if len(held):
            found.append((form, held, value, concept.count * share * weight, share * idf))
    return found


def _row_parts(
    words: WordIndex, concepts: Sequence[Concept], row: int
) -> tuple[list[Part], list[Part]]:
    total = sum(words.idf_of(concept.term) for concept in concepts)
    lexical: list[Part] = []
    coverage: list[Part] = []
    for concept in concepts:
        idf = words.idf_of(concept.term)
        covered = 0.0
        met = ""
        for form, rows, strength, worth, cover in _matches(words, concept, idf):
            at = int(np.searchsorted(rows, row))
            if at < len(rows) and rows[at] == row:
                name = "".join(form)
                lexical.append(Part(name, concept.term, worth * float(strength[at])))
                if cover > covered:
                    covered, met = cover, name
        if covered and total:
            coverage.append(Part(met, concept.term, covered / total))
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
