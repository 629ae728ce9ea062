"""What texts mean, as vectors: made once for all entries when publishing, and for each question.

A `Meaning` is what a published FAQ and a question must share: the tuned head and the weights of
the pieces. It is built from the FAQ's own question-answer pairs, without any label.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.encoder import SentenceEncoder
from nlp.entry_vectors import (
    EntryTexts,
    EntryVectors,
    Finishing,
    KnownVectors,
    keys_of,
    starts_of,
)
from nlp.head import Head
from nlp.head_tuning import Pairs, Tuning, tune
from nlp.pooled_cache import PooledCache
from nlp.pooling import Floats, Pieces, PieceWeights, Pooled
from nlp.progress import Progress, counted, unreported
from nlp.rewording import Substitutions, reword
from nlp.text_cache import Remembered
from nlp.text_pooling import TextPooling, pieces_of

_ANSWERS: Final = "質問と回答の意味を調べています"
_SENTENCES: Final = "回答の一文ごとの意味を調べています"
_TUNING: Final = "意味の調べ方を、このFAQに合わせています"
QUESTION_FLOOR: Final = 0.5
"""Least weight of a piece in a citizen's question; entries go down to .2."""
_RETUNE_SHARE: Final = 0.1
"""Share of changed entries from which the head is tuned anew (tuning costs most of a publish)."""


@dataclass(frozen=True)
class Meaning:
    """The head and the piece weights of one published FAQ."""

    head: Head
    weights: PieceWeights
    question_weights: PieceWeights
    tuned_on: frozenset[str]
    encoder: SentenceEncoder = field(repr=False)
    known: Remembered[bytes] | None = field(default=None, repr=False, compare=False)

    def of_question(self, text: str) -> Floats:
        """Return the unit vector (512) of a citizen's question, in any of the 16 languages."""
        pieces = self.encoder.pieces(text)
        if self.known is None:
            return self._encoded(pieces)
        key = self.encoder.key(pieces, self.question_weights) + self._head_key
        kept = self.known.of(key.hex(), lambda _key: self._encoded(pieces).tobytes())
        return np.frombuffer(kept, dtype=np.float32)

    def of_questions(self, texts: Sequence[str]) -> Floats:
        """Return the unit vectors (n, 512) of questions that are asked together, for less."""
        if self.known is not None:
            return np.stack([self.of_question(text) for text in texts])
        pieces = [self.encoder.pieces(text) for text in texts]
        return self.encoder.vectors(self.encoder.pool(pieces, self.question_weights), self.head)

    def of_text(self, text: str) -> Floats:
        """Return the unit vector (512) of a text as the encoder alone sees it, whatever the FAQ."""
        if self.known is None:
            return self.encoder.encode([text]).ravel()
        key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        kept = self.known.of(f"as it is {key}", lambda _: self.encoder.encode([text]).tobytes())
        return np.frombuffer(kept, dtype=np.float32)

    def remembering(self, known: Remembered[bytes]) -> "Meaning":
        """Return the same meaning, which encodes only what is not known."""
        return replace(self, known=known)

    def _encoded(self, pieces: Pieces) -> Floats:
        vector: Floats = self.encoder.vectors(
            self.encoder.pool([pieces], self.question_weights), self.head
        )[0]
        return vector

    @cached_property
    def _head_key(self) -> bytes:
        return self.head.key()

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
    progress: Progress = unreported,
    tuning: Tuning | None = None,
    *,
    pieces: Remembered[bytes] | None = None,
    known: KnownVectors | None = None,
) -> tuple[Meaning, EntryVectors]:
    """Make all vectors of a release; only texts missing from `cache` are encoded.

    With `previous` (of the release before) its head is kept while fewer than a tenth of the
    entries changed since it was tuned, and piece weights move only where they must; `known` are
    its finished vectors.
    """
    encoder = SentenceEncoder.load()
    pieces = pieces if pieces is not None else Remembered()
    questions = [
        np.frombuffer(pieces_of(entry.wordings[0][0], encoder, pieces), dtype=np.int32)
        for entry in entries
    ]
    weights = PieceWeights.from_questions(
        questions, encoder.vocabulary, previous=previous.weights if previous else None
    )
    pooling = TextPooling(encoder, weights, cache, pieces)
    keys = keys_of(entries, pooling, progress)
    marks = frozenset(map(_mark, entries))
    if previous and len(marks - previous.tuned_on) <= _RETUNE_SHARE * len(marks):
        head, tuned_on = previous.head, previous.tuned_on
    else:
        answers = pooling.pooled(keys.told, counted(progress, _ANSWERS)).take(keys.row_starts[:-1])
        progress(_TUNING, 0, 0)
        head = _tuned(encoder, entries, questions, answers, weights, substitutions, tuning)
        tuned_on = marks
    finishing = Finishing(encoder, head, pooling, known)
    owner = np.repeat(keys.row_starts[:-1], np.diff(keys.passage_starts))
    vectors = EntryVectors(
        rows=finishing.of(keys.asked, keys.told, counted(progress, _ANSWERS)),
        row_starts=keys.row_starts,
        passages=finishing.of(
            [keys.asked[at] for at in owner], keys.said, counted(progress, _SENTENCES)
        ),
        passage_starts=keys.passage_starts,
        made_from=finishing.made_from,
    )
    question_weights = PieceWeights.from_questions(
        questions, encoder.vocabulary, floor=QUESTION_FLOOR
    )
    return Meaning(head, weights, question_weights, tuned_on, encoder), vectors


def _mark(entry: EntryTexts) -> str:
    return hashlib.blake2b("\0".join(entry.wordings[0]).encode(), digest_size=8).hexdigest()


def _tuned(
    encoder: SentenceEncoder,
    entries: Sequence[EntryTexts],
    pieces: Sequence[NDArray[np.int32]],
    answers: Pooled,
    weights: PieceWeights,
    substitutions: Substitutions,
    tuning: Tuning | None,
) -> Head:
    questions = [entry.wordings[0][0] for entry in entries]
    reworded = [encoder.pieces(reword(question, substitutions, 0)) for question in questions]
    seen: list[Sequence[int]] = [*(one.tolist() for one in pieces), *reworded]
    if not seen:
        return encoder.base_head
    twice = np.tile(np.arange(len(questions)), 2)
    pairs = Pairs(
        tokens=np.concatenate(encoder.token_vectors(seen)),
        weights=np.concatenate([weights.of(ids) for ids in seen]),
        starts=starts_of([len(ids) for ids in seen]),
        answers=answers.take(twice),
    )
    return tune(encoder.base_head, pairs, tuning or Tuning())
