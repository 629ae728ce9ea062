"""Building the index of a book: its words and its meaning."""

import logging
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from bot.kept_file import read_kept, write_kept
from bot.understanding import Understanding, read_as_words
from faq.book import FaqBook
from faq.build import build_words
from faq.index import FaqIndex
from faq.problem import IndexDamaged
from faq.vector_index import finished_vectors, save_vectors
from nlp.encoder import MeaningUnavailable
from nlp.entry_vectors import EntryTexts, KnownVectors
from nlp.kana import KanaLexicon
from nlp.meaning import Meaning, build_meaning
from nlp.pooled_cache import PooledCache
from nlp.progress import Progress, unreported
from nlp.rewording import substitutions
from nlp.synonyms import municipal_groups
from nlp.text_cache import TextCache
from nlp.tokeniser import SudachiTokeniser

_LOG = logging.getLogger(__name__)

_POOLED: Final = "pooled.npz"
_TEXTS: Final = "texts.kept"
_REPORTED: Final = 200


def build_index(
    book: FaqBook,
    folder: Path,
    *,
    with_meaning: bool = True,
    previous: Path | None = None,
    progress: Progress = unreported,
) -> None:
    """Write the index of `book` into `folder`, whole or not at all.

    What was read out of texts before is kept beside the folder. `previous` is the index folder of
    the release before: its tuning and the vectors of unchanged texts are used again. Both make a
    small edit quick; without them the same is built.
    """
    building = folder.with_name(f".building-{uuid.uuid4().hex}")
    building.mkdir(parents=True)
    try:
        _Building(book, building, folder.parent, progress).run(previous, with_meaning=with_meaning)
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def knowing_the_faq(tokeniser: SudachiTokeniser, caches: Path) -> SudachiTokeniser:
    """Return the tokeniser with the words of all texts at hand that the last index was made of.

    `caches` is the folder of the indexes.
    """
    return tokeniser.knowing(TextCache.terms_from_bytes(read_kept(caches / _TEXTS)))


class _Building:
    """One build: from the book's texts to the files in a folder."""

    def __init__(self, book: FaqBook, folder: Path, caches: Path, progress: Progress) -> None:
        self._book = book
        self._folder = folder
        self._caches = caches
        self._progress = progress
        self._texts = TextCache.from_bytes(read_kept(caches / _TEXTS))

    def run(self, previous: Path | None, *, with_meaning: bool) -> None:
        tokeniser = SudachiTokeniser()
        kana = self._learn_kana(tokeniser)
        build_words(self._book, self._folder, self._terms(tokeniser, kana))
        meaning = None
        if with_meaning and self._book.entries:
            try:
                meaning = self._add_vectors(kana, previous)
            except MeaningUnavailable:
                # The service works without the encoder: by words alone.
                self._progress("意味の索引は作れません。ことばの索引だけを使います", 0, 0)
        Understanding(kana, meaning).save(self._folder)
        if self._texts.has_changed:
            write_kept(self._caches / _TEXTS, self._texts.to_bytes())

    def _learn_kana(self, tokeniser: SudachiTokeniser) -> KanaLexicon:
        entries = self._book.entries
        texts = dict.fromkeys(
            text for entry in entries for wording in entry.wordings() for text in wording
        )
        counted = self._counted("読みがなを調べています", texts)
        return KanaLexicon.of_texts(counted, tokeniser, self._texts.readings)

    def _terms(
        self, tokeniser: SudachiTokeniser, kana: KanaLexicon
    ) -> Callable[[str], tuple[str, ...]]:
        self._progress("ことばの索引を作っています", 0, 0)
        return read_as_words(lambda text: self._texts.terms.of(text, tokeniser.terms), kana)

    def _add_vectors(self, kana: KanaLexicon, previous: Path | None) -> Meaning:
        cache = PooledCache.load(self._caches / _POOLED)
        before, known = _finished(previous) if previous else (None, None)
        meaning, vectors = build_meaning(
            [
                EntryTexts(tuple((kana.rewrite(asked), told) for asked, told in entry.wordings()))
                for entry in self._book.entries
            ],
            cache,
            substitutions([*municipal_groups(), *self._book.synonyms]),
            before,
            self._progress,
            pieces=self._texts.pieces,
            known=known,
        )
        save_vectors(
            self._folder,
            vectors.rows,
            vectors.passages,
            vectors.passage_starts,
            vectors.made_from,
        )
        if cache.has_changed:
            cache.save(self._caches / _POOLED)
        return meaning

    def _counted(self, step: str, texts: Collection[str]) -> Iterator[str]:
        for at, text in enumerate(texts):
            if at % _REPORTED == 0:
                self._progress(step, at, len(texts))
            yield text


def _finished(previous: Path) -> tuple[Meaning | None, KnownVectors | None]:
    """Return what can be used again of an earlier index; a damaged one is left alone."""
    meaning = known = None
    try:
        meaning = Understanding.load(previous).meaning
        index = FaqIndex.load(previous).vectors
        known = KnownVectors(*finished_vectors(previous, index)) if index else None
    except (IndexDamaged, OSError, ValueError) as error:
        _LOG.warning("the index of the release before is of little use: %s", error)
    return meaning, known
