"""The vectors of a FAQ's entries: of every wording with its answer, and of every sentence."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.encoder import DIMENSIONS, SentenceEncoder
from nlp.head import Head
from nlp.passages import joined, sentences
from nlp.pooling import Floats, mix
from nlp.progress import Count, Progress
from nlp.text_pooling import TextPooling

ANSWER_CHARACTERS: Final = 220
"""How much of an answer is mixed into an entry's vector: its opening says what it is about."""
_READING: Final = "文を読んでいます"
_REPORTED: Final = 50


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """An entry's wordings, each with the answer in its language; the first is its question."""

    wordings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EntryVectors:
    """Unit vectors of all entries (n), grouped by entry.

    `rows` (r, 512): one for each wording, mixed with its answer, `row_starts` (n+1).
    `passages` (p, 512): the question mixed with one sentence of the answer, `passage_starts` (n+1).
    `made_from` (r + p): a hash of all that each row, then each passage, was made from.
    """

    rows: Floats
    row_starts: NDArray[np.int64]
    passages: Floats
    passage_starts: NDArray[np.int64]
    made_from: Sequence[bytes]


@dataclass(frozen=True)
class KnownVectors:
    """Finished vectors of an earlier release, by the hash of all that they were made from."""

    at: Mapping[bytes, int]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """The keys of all texts: of wordings and their answers (rows), and of sentences."""

    asked: list[bytes]
    told: list[bytes]
    row_starts: NDArray[np.int64]
    said: list[bytes]
    passage_starts: NDArray[np.int64]


def keys_of(entries: Sequence[EntryTexts], pooling: TextPooling, progress: Progress) -> EntryKeys:
    """Read all texts of the entries."""
    asked: list[bytes] = []
    told: list[bytes] = []
    said: list[bytes] = []
    said_counts: list[int] = []
    for at, entry in enumerate(entries):
        if at % _REPORTED == 0:
            progress(_READING, at, len(entries))
        asked += pooling.keys([question for question, _ in entry.wordings])
        parts = {answer: sentences(answer) for answer in {told for _, told in entry.wordings}}
        openings = {
            answer: joined(answer, kept)[:ANSWER_CHARACTERS] for answer, kept in parts.items()
        }
        told += pooling.keys([openings[answer] or question for question, answer in entry.wordings])
        question, answer = entry.wordings[0]
        own = parts[answer] or [question]
        said += pooling.keys(own)
        said_counts.append(len(own))
    row_starts = starts_of([len(entry.wordings) for entry in entries])
    return EntryKeys(asked, told, row_starts, said, starts_of(said_counts))


class Finishing:
    """Two texts mixed and put through the head; those of the release before are taken over."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        head: Head,
        pooling: TextPooling,
        known: KnownVectors | None,
    ) -> None:
        self._encoder = encoder
        self._head = head
        self._pooling = pooling
        self._known = known or KnownVectors({}, np.zeros((0, DIMENSIONS), np.float32))
        self._layers = head.key()
        self.made_from: list[bytes] = []

    def of(self, first: Sequence[bytes], second: Sequence[bytes], count: Count) -> Floats:
        """Return the vectors of pairs of keys, each pair mixed half and half."""
        made_from = [
            hashlib.blake2b(one + two + self._layers, digest_size=16).digest()
            for one, two in zip(first, second, strict=True)
        ]
        self.made_from += made_from
        at = np.array([self._known.at.get(key, -1) for key in made_from], dtype=np.int64)
        vectors = np.empty((len(at), DIMENSIONS), dtype=np.float32)
        vectors[at >= 0] = self._known.vectors[at[at >= 0]]
        new = np.flatnonzero(at < 0)
        if len(new):
            mixed = mix(
                self._pooling.pooled([first[row] for row in new.tolist()], count),
                self._pooling.pooled([second[row] for row in new.tolist()], count),
            )
            vectors[new] = self._encoder.vectors(mixed, self._head)
        return vectors


def starts_of(counts: Sequence[int]) -> NDArray[np.int64]:
    """Return where each of many groups starts, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
