"""Building the index of a book: its words and its meaning, in a process of its own.

Building takes seconds of both cores and loads scikit-learn; done in the serving process it would
stall answers, so the publisher spawns a process and hears from it only which step it is at.
"""

import multiprocessing
import shutil
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from bot.understanding import Understanding, read_as_words
from faq.book import FaqBook
from faq.build import build_words
from faq.problem import IndexDamaged
from faq.vector_index import save_vectors
from nlp.encoder import MeaningUnavailable
from nlp.kana import KanaLexicon
from nlp.meaning import EntryTexts, Meaning, build_meaning
from nlp.pooled_cache import PooledCache
from nlp.rewording import substitutions
from nlp.synonyms import municipal_groups
from nlp.tokeniser import SudachiTokeniser

Progress = Callable[[str], None]

_CACHE_FILE: Final = "pooled.npz"


def build_index(
    book: FaqBook,
    folder: Path,
    *,
    with_meaning: bool = True,
    previous: Path | None = None,
    progress: Progress = lambda _step: None,
) -> None:
    """Write the index of `book` into `folder`, whole or not at all.

    `previous` is the index folder of the release before: its tuning and the vectors of unchanged
    texts are used again, which makes a small edit quick.
    """
    building = folder.with_name(f".building-{uuid.uuid4().hex}")
    building.mkdir(parents=True)
    try:
        progress("読みがなを調べています")
        tokeniser = SudachiTokeniser()
        kana = _kana_of(book, tokeniser)
        progress("ことばの索引を作っています")
        build_words(book, building, read_as_words(tokeniser, kana))
        _add_understanding(
            book,
            kana,
            building,
            cache_file=folder.parent / _CACHE_FILE,
            previous=previous,
            with_meaning=with_meaning,
            progress=progress,
        )
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def build_index_apart(
    book: FaqBook,
    folder: Path,
    *,
    with_meaning: bool = True,
    previous: Path | None = None,
    progress: Progress = lambda _step: None,
) -> None:
    """Do the same in a spawned process; raises IndexDamaged when it ends without an index."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    arguments = (book.to_json(), folder, with_meaning, previous, there)
    process = context.Process(target=_build_snapshot, args=arguments)
    process.start()
    there.close()
    with here:
        _relay(here, progress)
    process.join()
    if process.exitcode:
        raise IndexDamaged(f"building the index failed (exit code {process.exitcode})")


def _relay(steps: Connection, progress: Progress) -> None:
    while True:
        try:
            progress(steps.recv())
        except EOFError:  # the other side is done, or gone
            return


def _build_snapshot(
    snapshot: bytes, folder: Path, with_meaning: bool, previous: Path | None, steps: Connection
) -> None:
    with steps:
        build_index(
            FaqBook.from_json(snapshot),
            folder,
            with_meaning=with_meaning,
            previous=previous,
            progress=steps.send,
        )


def _add_understanding(
    book: FaqBook,
    kana: KanaLexicon,
    building: Path,
    *,
    cache_file: Path,
    previous: Path | None,
    with_meaning: bool,
    progress: Progress,
) -> None:
    meaning = None
    if with_meaning and book.entries:
        try:
            meaning = _add_vectors(book, kana, building, cache_file, previous, progress)
        except MeaningUnavailable:
            # The service works without the encoder: by words alone.
            progress("意味の索引は作れません。ことばの索引だけを使います")
    Understanding(kana, meaning).save(building)


def _kana_of(book: FaqBook, tokeniser: SudachiTokeniser) -> KanaLexicon:
    texts = [text for entry in book.entries for wording in entry.wordings() for text in wording]
    return KanaLexicon.of_texts(dict.fromkeys(texts), tokeniser)


def _add_vectors(
    book: FaqBook,
    kana: KanaLexicon,
    building: Path,
    cache_file: Path,
    previous: Path | None,
    progress: Progress,
) -> Meaning:
    cache = PooledCache.load(cache_file)
    meaning, vectors = build_meaning(
        [
            EntryTexts(tuple((kana.rewrite(asked), told) for asked, told in entry.wordings()))
            for entry in book.entries
        ],
        cache,
        substitutions([*municipal_groups(), *book.synonyms]),
        Understanding.load(previous).meaning if previous else None,
        progress,
    )
    save_vectors(building, vectors.rows, vectors.passages, vectors.passage_starts)
    cache.save(cache_file)
    return meaning
