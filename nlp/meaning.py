"""What texts mean, as vectors: made once for all entries when publishing, and for each question.

A `Meaning` is what a published FAQ and a question must share: the tuned head and the weights of
the pieces. It is built from the FAQ's own question-answer pairs, without any label.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.encoder import SentenceEncoder
from nlp.head import Head
from nlp.head_tuning import Pairs, Tuning, tune
from nlp.passages import clean, sentences
from nlp.pooled_cache import PooledCache
from nlp.pooling import Floats, PieceWeights, Pooled, mix
from nlp.rewording import Substitutions, reword

ANSWER_CHARACTERS: Final = 220
"""How much of an answer is mixed into an entry's vector: its opening says what it is about."""
QUESTION_FLOOR: Final = 0.5
"""Least weight of a piece in a citizen's question; entries go down to .2."""
_RETUNE_SHARE: Final = 0.1
"""Share of changed entries from which the head is tuned anew (tuning costs most of a publish)."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """An entry's wordings, each with the answer in its language; the first is its question."""

    wordings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EntryVectors:
    """Unit vectors of all entries (n), grouped by entry.

    `rows` (r, 512): one for each wording, mixed with its answer, `row_starts` (n+1).
    `passages` (p, 512): the question mixed with one sentence of the answer, `passage_starts` (n+1).
    """

    rows: Floats
    row_starts: NDArray[np.int64]
    passages: Floats
    passage_starts: NDArray[np.int64]


@dataclass(frozen=True)
class Meaning:
    """The head and the piece weights of one published FAQ."""

    head: Head
    weights: PieceWeights
    question_weights: PieceWeights
    tuned_on: frozenset[str]
    encoder: SentenceEncoder = field(repr=False)

    def of_question(self, text: str) -> Floats:
        """Return the unit vector (512) of a citizen's question, in any of the 16 languages."""
        encoded: Floats = self.encoder.encode([text], self.question_weights, self.head)[0]
        return encoded

    def save(self, folder: Path) -> None:
        """Write what a question needs into the index folder."""
        arrays = {
            "head.d0": self.head.d0,
            "head.p1": self.head.p1,
            "pieces": self.weights.table,
            "question-pieces": self.question_weights.table,
        }
        for name, array in arrays.items():
            np.save(folder / f"meaning.{name}.npy", array, allow_pickle=False)
        told = {"encoder": self.encoder.version, "tuned_on": sorted(self.tuned_on)}
        (folder / "meaning.json").write_text(json.dumps(told), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Meaning | None":
        """Read it back; None when the folder was built without meaning.

        Raises MeaningUnavailable when the encoder of this machine is not the one it was built with.
        """
        path = folder / "meaning.json"
        if not path.is_file():
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
        encoder = SentenceEncoder.load(told["encoder"])
        d0, p1, pieces, question_pieces = (
            np.load(folder / f"meaning.{name}.npy", allow_pickle=False)
            for name in ("head.d0", "head.p1", "pieces", "question-pieces")
        )
        return cls(
            head=encoder.base_head.tuned(d0, p1),
            weights=PieceWeights(pieces),
            question_weights=PieceWeights(question_pieces),
            tuned_on=frozenset(told["tuned_on"]),
            encoder=encoder,
        )


def build_meaning(
    entries: Sequence[EntryTexts],
    cache: PooledCache,
    substitutions: Substitutions,
    previous: Meaning | None = None,
    progress: Progress = lambda _step: None,
    tuning: Tuning | None = None,
) -> tuple[Meaning, EntryVectors]:
    """Make all vectors of a release; only texts missing from `cache` are encoded.

    With `previous` (of the release before) its head is kept while fewer than a tenth of the
    entries changed since it was tuned, and piece weights move only where they must.
    """
    encoder = SentenceEncoder.load()
    questions = [entry.wordings[0][0] for entry in entries]
    pieces = [encoder.pieces(question) for question in questions]
    weights = PieceWeights.from_questions(
        pieces, encoder.vocabulary, previous=previous.weights if previous else None
    )
    pooling = _Pooling(encoder, weights, cache)
    progress("質問と回答の意味を調べています")
    wordings = [wording for entry in entries for wording in entry.wordings]
    asked = pooling.of([question for question, _ in wordings])
    told = pooling.of([_opening(question, answer) for question, answer in wordings])
    row_starts = _starts([len(entry.wordings) for entry in entries])
    progress("回答の一文ごとの意味を調べています")
    said_by = [sentences(entry.wordings[0][1]) or [entry.wordings[0][0]] for entry in entries]
    passage_starts = _starts([len(said) for said in said_by])
    said = pooling.of([sentence for one in said_by for sentence in one])
    first = row_starts[:-1]
    marks = frozenset(map(_mark, entries))
    if previous and len(marks - previous.tuned_on) <= _RETUNE_SHARE * len(marks):
        head, tuned_on = previous.head, previous.tuned_on
    else:
        progress("意味の調べ方を、このFAQに合わせています")
        answers = told.take(first)
        head = _tuned(encoder, questions, pieces, answers, weights, substitutions, tuning)
        tuned_on = marks
    owner = np.repeat(first, np.diff(passage_starts))
    vectors = EntryVectors(
        rows=encoder.vectors(mix(asked, told), head),
        row_starts=row_starts,
        passages=encoder.vectors(mix(asked.take(owner), said), head),
        passage_starts=passage_starts,
    )
    question_weights = PieceWeights.from_questions(pieces, encoder.vocabulary, floor=QUESTION_FLOOR)
    return Meaning(head, weights, question_weights, tuned_on, encoder), vectors


def _mark(entry: EntryTexts) -> str:
    return hashlib.blake2b("\0".join(entry.wordings[0]).encode(), digest_size=8).hexdigest()


class _Pooling:
    """Pooled vectors under one set of piece weights, each text encoded once."""

    def __init__(self, encoder: SentenceEncoder, weights: PieceWeights, cache: PooledCache) -> None:
        self._encoder = encoder
        self._weights = weights
        self._cache = cache

    def of(self, texts: Sequence[str]) -> Pooled:
        pieces = [self._encoder.pieces(text) for text in texts]
        keys = [self._encoder.key(ids, self._weights) for ids in pieces]
        missing = list({key: at for at, key in enumerate(keys) if key not in self._cache}.values())
        # Texts of like length together: the batches are then full.
        missing.sort(key=lambda at: (len(pieces[at]), at))
        fresh = self._encoder.pool([pieces[at] for at in missing], self._weights)
        for row, at in enumerate(missing):
            self._cache.keep(keys[at], fresh.mean[row], float(fresh.length[row]))
        if not keys:
            return fresh
        found = [self._cache.use(key) for key in keys]
        lengths = np.array([length for _, length in found], dtype=np.float32)
        return Pooled(np.stack([mean for mean, _ in found]), lengths)


def _opening(question: str, answer: str) -> str:
    return clean(answer)[:ANSWER_CHARACTERS] or question


def _starts(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _tuned(
    encoder: SentenceEncoder,
    questions: Sequence[str],
    pieces: Sequence[Sequence[int]],
    answers: Pooled,
    weights: PieceWeights,
    substitutions: Substitutions,
    tuning: Tuning | None,
) -> Head:
    reworded = [encoder.pieces(reword(question, substitutions, 0)) for question in questions]
    seen = [*pieces, *reworded]
    if not seen:
        return encoder.base_head
    twice = np.tile(np.arange(len(questions)), 2)
    pairs = Pairs(
        tokens=np.concatenate(encoder.token_vectors(seen)),
        weights=np.concatenate([weights.of(ids) for ids in seen]),
        starts=_starts([len(ids) for ids in seen]),
        answers=answers.take(twice),
    )
    return tune(encoder.base_head, pairs, tuning or Tuning())
