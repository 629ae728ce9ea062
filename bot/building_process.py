"""Building an index in a process of its own, so that answering goes on undisturbed.

Building takes seconds of processor time and loads scikit-learn: in the serving process it would
stall answers. The spawned process has the lowest priority, and says only which step it is at.
While publishing it then judges questions beside the process that spawned it, on the other core.
"""

import gc
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec
from threadpoolctl import threadpool_limits

from bot.decision import Thresholds
from bot.desk import InquiryDesk
from bot.evaluation import Verdict, verdict_of
from bot.indexing import build_index, knowing_the_faq
from bot.open_desk import open_desk
from bot.question import Question
from faq.book import FaqBook
from faq.build import load_scikit_learn
from faq.problem import IndexDamaged
from nlp.encoder import MeaningUnavailable, SentenceEncoder
from nlp.progress import Progress, unreported
from nlp.text_cache import Remembered
from nlp.tokeniser import SudachiTokeniser

_LOWEST_PRIORITY: Final = 19


@dataclass(frozen=True, slots=True)
class _Sent:
    """A book on its way, with the folder of its index."""

    snapshot: bytes
    digest: str
    index_digest: str
    folder: Path

    @classmethod
    def of(cls, book: FaqBook, folder: Path) -> "_Sent":
        return cls(book.to_json(), book.digest, book.index_digest, folder)

    def book(self) -> FaqBook:
        return FaqBook.from_json(self.snapshot, self.digest, self.index_digest)


@dataclass(frozen=True, slots=True)
class _Build:
    sent: _Sent
    with_meaning: bool
    previous: Path | None


@dataclass(frozen=True, slots=True)
class _Open:
    sent: _Sent
    thresholds: Thresholds
    vectors: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Ask:
    number: int
    digest: str
    questions: Sequence[Question]
    depth: int


class Heard(msgspec.Struct, frozen=True):
    """What a desk made of the questions that were asked as `number`, with their vectors."""

    number: int
    verdicts: list[Verdict]
    vectors: dict[str, bytes]


class BuildingProcess:
    """A process that loads what building needs, builds an index when told which, and judges.

    Started before the folder is read, it is ready when the book is; it ends with the block.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_work, args=(there,), daemon=True)
        self._process.start()
        self._asked = 0
        there.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._here.close()
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
        try:
            self._here.send(_Build(_Sent.of(book, folder), with_meaning, previous))
            while report := self._here.recv():
                progress(*report)
        except (BrokenPipeError, EOFError, ConnectionResetError) as gone:
            self._process.join()
            code = self._process.exitcode
            raise IndexDamaged(f"building the index failed (exit code {code})") from gone

    def open(
        self, book: FaqBook, folder: Path, thresholds: Thresholds, vectors: Mapping[str, bytes]
    ) -> None:
        """Open the desk of a book with an index; raises OSError when the process is gone.

        `vectors` are those of questions that are known.
        """
        self._here.send(_Open(_Sent.of(book, folder), thresholds, vectors))

    def ask(self, digest: str, questions: Sequence[Question], depth: int) -> int:
        """Put questions to the desk of a book that was opened; raises OSError as `open` does.

        Returns the number that what is heard of them will bear.
        """
        self._asked += 1
        self._here.send(_Ask(self._asked, digest, questions, depth))
        return self._asked

    @property
    def is_done(self) -> bool:
        """Whether something is to be heard without waiting; raises OSError as `open` does."""
        return self._here.poll()

    def hear(self) -> Heard:
        """Return what became of what was asked first; raises OSError or EOFError if it is gone."""
        heard = self._here.recv()
        assert isinstance(heard, Heard)
        return heard


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


def _work(orders: Connection) -> None:
    give_way()
    gc.disable()  # nothing here is in a cycle, and looking through all of it takes time
    with orders, suppress(EOFError, BrokenPipeError, ConnectionResetError):  # nothing more to do
        with suppress(MeaningUnavailable):  # whether that matters, the order tells
            SentenceEncoder.load()
        if not orders.poll():  # the folder is still being read
            load_scikit_learn()
        judges: dict[str, _Judge] = {}
        while True:
            match orders.recv():
                case _Build() as order:
                    _build(order, lambda *report: orders.send(report))
                    orders.send(None)
                case _Open() as order:
                    judges[order.sent.digest] = _Judge(order)
                case _Ask() as order:
                    orders.send(judges[order.digest].heard(order))


def _build(order: _Build, progress: Progress) -> None:
    build_index(
        order.sent.book(),
        order.sent.folder,
        with_meaning=order.with_meaning,
        previous=order.previous,
        progress=progress,
    )


@cache
def _tokeniser_beside(folder: Path) -> SudachiTokeniser:
    return knowing_the_faq(SudachiTokeniser(), folder.parent)


class _Judge:
    """A desk with the vectors that it is known to need."""

    def __init__(self, order: _Open) -> None:
        self._vectors = Remembered(dict(order.vectors))
        self._desk: InquiryDesk = open_desk(
            order.sent.book(),
            order.sent.folder,
            _tokeniser_beside(order.sent.folder),
            order.thresholds,
            known=self._vectors,
        )

    def heard(self, order: _Ask) -> Heard:
        self._vectors.used.clear()
        verdicts = [verdict_of(self._desk, one, order.depth) for one in order.questions]
        return Heard(order.number, verdicts, dict(self._vectors.used))
