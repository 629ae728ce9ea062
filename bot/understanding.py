"""What reading a question needs beside the index: its meaning, and kana written as words."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from faq.problem import IndexDamaged
from nlp.encoder import MeaningUnavailable, SentenceEncoder
from nlp.kana import KanaLexicon
from nlp.meaning import Meaning
from nlp.normalise import normalise
from nlp.synonyms import SynonymTable
from nlp.tokeniser import SudachiTokeniser

_LOG = logging.getLogger(__name__)

_READINGS: Final = "readings.json"


@dataclass(frozen=True)
class Understanding:
    """Made with the index of a book, kept in its folder; `meaning` is None without the encoder."""

    kana: KanaLexicon
    meaning: Meaning | None

    def save(self, folder: Path) -> None:
        """Write it into an index folder."""
        self.kana.save(folder / _READINGS)
        if self.meaning:
            self.meaning.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "Understanding":
        """Read it from an index folder; raises IndexDamaged.

        Where this machine lacks the encoder the vectors were made with, words alone must do.
        """
        try:
            kana = KanaLexicon.load(folder / _READINGS)
            return cls(kana, _meaning(folder))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise IndexDamaged(f"the index in {folder.name} cannot be read: {error}") from error


def load_ahead(tokeniser: SudachiTokeniser) -> None:
    """Load what every desk of this process shares, before the first one needs it."""
    SynonymTable.of_city((), tokeniser.terms)
    with suppress(MeaningUnavailable):  # the desk will say so
        SentenceEncoder.load()


def read_as_words(
    split: Callable[[str], tuple[str, ...]], kana: KanaLexicon
) -> Callable[[str], tuple[str, ...]]:
    """Return how a text is split: kana as words first, alike for questions and for the FAQ."""

    def terms(text: str) -> tuple[str, ...]:
        return split(kana.rewrite(normalise(text)))

    return terms


def _meaning(folder: Path) -> Meaning | None:
    try:
        return Meaning.load(folder)
    except MeaningUnavailable as error:
        _LOG.warning("answering by words alone: %s", error)
        return None
