"""Publishing a folder: check, build, golden questions, impact, and only then a new release."""

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from bot.building_process import BuildingProcess
from bot.edits import edits_of
from bot.errors import PublishRefused, QuestionRejected
from bot.evaluation import REJECTED, Figures, Judged, Put, Verdict, figures
from bot.impact import Flip, Heard, golden_flips, joined, replayed
from bot.impact_report import ImpactReport, first_report, report_of
from bot.indexing import knowing_the_faq
from bot.judging import Beside, Judging
from bot.kept_file import decoded, read_kept, write_kept
from bot.publish_case import Case, Terms, answer_terms, as_citizens
from bot.publish_rules import RULE_LABELS, findings_of
from bot.question import Question
from bot.release import Release, ReleaseShelf, ReleaseStore
from bot.verdicts import Verdicts
from faq.archive import pack
from faq.book import FaqBook
from faq.files.folder import FaqFolder, read_folder
from faq.files.known_entries import KnownEntries
from faq.index import FaqIndex
from faq.office import JAPAN
from faq.problem import IndexDamaged
from nlp.normalise import normalise
from nlp.progress import Progress, counted, unreported
from nlp.text_cache import Remembered
from nlp.tokeniser import SudachiTokeniser

_LOG = logging.getLogger(__name__)

_ENTRIES: Final = "entries.kept"
_QUESTIONS: Final = "questions.kept"
_VERDICTS: Final = "verdicts.kept"
_VECTORS: Final = msgspec.msgpack.Decoder(dict[str, bytes])
_BOOKS: Final = msgspec.msgpack.Decoder(dict[str, dict[str, Verdict]])

_READING: Final = "FAQを点検しています"
_JUDGING: Final = "点検用質問に答えています"
_COMPARING: Final = "今の公開版の答えと比べています"
_REPLAYING: Final = "これまでの質問への影響を確かめています"
_CHECKING: Final = "直したFAQと、そのまわりを確かめています"


@dataclass(frozen=True)
class Draft:
    """A folder that is ready to be published, and what publishing it would mean.

    `published` is what citizens see now, None before the first release or when it is damaged.
    """

    folder: FaqFolder
    published: FaqBook | None
    figures: Figures
    impact: ImpactReport

    @property
    def needs_two(self) -> bool:
        """Whether two people must approve: a draft cannot switch that off for itself."""
        return (self.published or self.folder.book).city.approval == "two"


class Publisher:
    """Makes drafts of folders and turns them into releases."""

    def __init__(
        self, releases: ReleaseStore, shelf: ReleaseShelf, *, with_meaning: bool = True
    ) -> None:
        self._releases = releases
        self._shelf = shelf
        self._with_meaning = with_meaning

    def draft(
        self,
        path: Path,
        past: Iterable[Heard],
        at: datetime,
        progress: Progress = unreported,
    ) -> Draft:
        """Read, check and build the folder and hold it against the current release.

        Raises FaqFolderError with every problem of the folder.
        """
        knowing = cache(self._knowing)
        terms = cache(lambda text: knowing().terms(normalise(text)))
        with BuildingProcess() as process, self._asking(process, knowing) as ask:
            book = self._published()

            def make_ready() -> None:
                self._shelf.load_ahead()
                if book:
                    ask(book).make_ready(folder.golden, at)
                    answer_terms(book, terms)

            progress(_READING, 0, 0)
            folder = self._read(path)
            with _never_searched_for_garbage():
                self._build(process, folder.book, book, progress, make_ready)
                return self._judged(folder, book, ask, terms, past, at, progress)

    def _judged(
        self,
        folder: FaqFolder,
        book: FaqBook | None,
        ask: Callable[[FaqBook], Verdicts],
        terms: Terms,
        past: Iterable[Heard],
        at: datetime,
        progress: Progress,
    ) -> Draft:
        draft = ask(folder.book)
        after = draft.judge(folder.golden, at, counted(progress, _JUDGING))
        if book is None:
            return Draft(folder, None, figures(after), first_report(folder.book, after))
        current = ask(book)
        before = current.judge(folder.golden, at, counted(progress, _COMPARING))
        replay = replayed(current, draft, past, counted(progress, _REPLAYING))
        progress(_CHECKING, 0, 0)
        flips = joined(replay.flips, golden_flips(before, after))
        found = findings_of(_case(current, draft, before, after, flips, terms, at))
        impact = report_of(book, folder.book, before, after, replay, flips, found)
        return Draft(folder, book, figures(after), impact)

    def prepare(self, path: Path, progress: Progress = unreported) -> FaqFolder:
        """Read and check the folder and build its index; raises as `draft` does."""
        with BuildingProcess() as process:
            progress(_READING, 0, 0)
            folder = self._read(path)
            self._build(process, folder.book, self._published(), progress)
            return folder

    def publish(
        self, draft: Draft, at: datetime, *, reason: str, by: str, accept_broken: bool = False
    ) -> Release:
        """Make the draft the release that citizens see.

        Raises PublishRefused when a rule blocks it and that was not accepted.
        """
        blocks = {one.rule for one in draft.impact.findings if one.severity == "block"}
        if blocks and not accept_broken:
            named = "、".join(sorted(RULE_LABELS[rule] for rule in blocks))
            raise PublishRefused(f"止めるべきことがあります（{named}）")
        book = draft.folder.book
        archive = pack(self._shelf.index_folder(book))
        return self._releases.add(book, archive, at, reason, by)

    def _read(self, path: Path) -> FaqFolder:
        self._shelf.index_root.mkdir(parents=True, exist_ok=True)
        kept = self._shelf.index_root / _ENTRIES
        known = KnownEntries.from_bytes(read_kept(kept))
        folder = read_folder(path, normalise, known)
        if known.has_changed:
            write_kept(kept, known.to_bytes())
        return folder

    def _published(self) -> FaqBook | None:
        release = self._shelf.current()
        try:
            return self._shelf.book(release) if release else None
        except IndexDamaged as error:
            # What is broken must not keep its repair from being published.
            _LOG.warning("publishing without comparing: %s", error)
            return None

    def _knowing(self) -> SudachiTokeniser:
        """Return a tokeniser that need not read the texts of the FAQ again."""
        return knowing_the_faq(self._shelf.tokeniser, self._shelf.index_root)

    def _build(
        self,
        process: BuildingProcess,
        book: FaqBook,
        published: FaqBook | None,
        progress: Progress,
        make_ready: Callable[[], None] = lambda: None,
    ) -> None:
        """Build the index of a book; what comes after it is made ready meanwhile, on one core."""
        folder = self._shelf.index_folder(book)
        with suppress(IndexDamaged):
            FaqIndex.load(folder, book.index_digest)
            return  # a dry run built it, or only what is not searched was edited
        previous = self._shelf.fetch_index(published) if published else None
        with ThreadPoolExecutor(1) as meanwhile:
            meanwhile.submit(make_ready)
            process.build(
                book,
                folder,
                with_meaning=self._with_meaning,
                previous=previous,
                progress=progress,
            )

    @contextmanager
    def _asking(
        self, process: BuildingProcess, knowing: Callable[[], SudachiTokeniser]
    ) -> Iterator[Callable[[FaqBook], Verdicts]]:
        """Give what desks make of questions, and keep it when all is asked."""
        root = self._shelf.index_root
        made_with = str(self._shelf.thresholds)
        questions = Remembered(decoded(read_kept(root / _QUESTIONS), _VECTORS))
        known = decoded(read_kept(root / _VERDICTS, made_with), _BOOKS)
        asked: dict[str, Verdicts] = {}
        put: Put = cache(Question.from_text)  # both books are asked the same

        def ask(book: FaqBook) -> Verdicts:
            if book.digest not in asked:
                judging = self._judging(book, questions, process, knowing)
                asked[book.digest] = Verdicts(book, judging, known.get(book.digest), put)
            return asked[book.digest]

        yield ask
        if any(one.has_changed for one in asked.values()):
            used = {digest: one.used for digest, one in asked.items()}
            write_kept(root / _VERDICTS, msgspec.msgpack.encode(used), made_with)
        if questions.used and questions.has_changed:
            write_kept(root / _QUESTIONS, msgspec.msgpack.encode(questions.used))

    def _judging(
        self,
        book: FaqBook,
        questions: Remembered[bytes],
        process: BuildingProcess,
        knowing: Callable[[], SudachiTokeniser],
    ) -> Judging:
        def open_beside() -> None:
            folder = self._shelf.fetch_index(book)
            process.open(book, folder, self._shelf.thresholds, questions.known)

        return Judging(
            lambda: self._shelf.desk_of(book, known=questions, tokeniser=knowing()),
            Beside(process, book.digest, open_beside, questions),
        )


@contextmanager
def _never_searched_for_garbage() -> Iterator[None]:
    # Indexes and books are hundreds of thousands of objects, none of which is in a cycle.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _case(
    current: Verdicts,
    draft: Verdicts,
    before: Sequence[Judged],
    after: Sequence[Judged],
    flips: tuple[Flip, ...],
    terms: Terms,
    at: datetime,
) -> Case:
    def put(text: str) -> Question | None:
        try:
            return Question.from_text(text, "web", at)
        except QuestionRejected:
            return None

    return Case(
        before=current.book,
        after=draft.book,
        edits=edits_of(current.book, draft.book),
        golden_before=before,
        golden_after=after,
        flips=flips,
        asks_before=as_citizens(current.of, put, REJECTED),
        asks_after=as_citizens(draft.of, put, REJECTED),
        ranks_before=lambda asked: current.judge(asked, at),
        ranks_after=lambda asked: draft.judge(asked, at),
        terms=terms,
        today=at.astimezone(JAPAN).date(),
    )
