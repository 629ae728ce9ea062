"""Building an index in a process of its own, so that answering goes on undisturbed.

Building takes seconds of processor time and loads scikit-learn: in the serving process it would
stall answers. The spawned process has the lowest priority, and says only which step it is at.
"""

import multiprocessing
import os
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from threadpoolctl import threadpool_limits

from bot.indexing import build_index
from faq.book import FaqBook
from faq.build import load_scikit_learn
from faq.problem import IndexDamaged
from nlp.encoder import MeaningUnavailable, SentenceEncoder
from nlp.progress import Progress, unreported

_LOWEST_PRIORITY: Final = 19


@dataclass(frozen=True, slots=True)
class _Order:
    snapshot: bytes
    digest: str
    index_digest: str
    folder: Path
    with_meaning: bool
    previous: Path | None


class BuildingProcess:
    """A process that loads what building needs, and builds one index when told which.

    Started before the folder is read, it is ready when the book is; unused, it is ended.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_build_one, args=(there,), daemon=True)
        self._process.start()
        there.close()
        self._is_used = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._here.close()
        if kind or not self._is_used:
            self._process.terminate()
        self._process.join()

    def build(
        self,
        book: FaqBook,
        folder: Path,
        *,
        with_meaning: bool = True,
        previous: Path | None = None,
        progress: Progress = unreported,
    ) -> None:
        """Do as `build_index` does; raises IndexDamaged when the process ends without an index."""
        self._is_used = True
        with suppress(BrokenPipeError, EOFError, ConnectionResetError):  # it is done, or gone
            digests = book.digest, book.index_digest
            self._here.send(_Order(book.to_json(), *digests, folder, with_meaning, previous))
            while True:
                progress(*self._here.recv())
        self._process.join()
        if self._process.exitcode:
            code = self._process.exitcode
            raise IndexDamaged(f"building the index failed (exit code {code})")


def build_index_apart(
    book: FaqBook,
    folder: Path,
    *,
    with_meaning: bool = True,
    previous: Path | None = None,
    progress: Progress = unreported,
) -> None:
    """Build one index in a process of its own."""
    with BuildingProcess() as process:
        process.build(book, folder, with_meaning=with_meaning, previous=previous, progress=progress)


def give_way() -> None:
    """Let every other process come first, for as long as this one lives: citizens may be asking."""
    os.nice(_LOWEST_PRIORITY)
    threadpool_limits(1)  # else each product of matrices takes every core


def _build_one(orders: Connection) -> None:
    give_way()
    with orders:
        load_scikit_learn()
        with suppress(MeaningUnavailable):  # whether that matters, the order tells
            SentenceEncoder.load()
        try:
            order = orders.recv()
        except EOFError:  # there is nothing to build
            return
        build_index(
            FaqBook.from_json(order.snapshot, order.digest, order.index_digest),
            order.folder,
            with_meaning=order.with_meaning,
            previous=order.previous,
            progress=lambda *report: orders.send(report),
        )
