"""Publishing a folder: check, build, golden questions, impact, and only then a new release."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from bot.building_process import BuildingProcess
from bot.draft_folder import differences
from bot.errors import PublishRefused
from bot.evaluation import Figures, Judged, figures
from bot.impact import Flip, Outcome, flips
from bot.impact_report import EditOut, Finding, FlipOut, ImpactReport, OutcomeOut
from bot.inquiry import Inquiry
from bot.kept_file import decoded, read_kept, write_kept
from bot.release import Release, ReleaseShelf, ReleaseStore
from bot.verdicts import Verdicts
from faq.archive import pack
from faq.book import FaqBook
from faq.files.folder import FaqFolder, read_folder
from faq.files.known_entries import KnownEntries
from faq.index import FaqIndex
from faq.problem import IndexDamaged
from nlp.normalise import normalise
from nlp.progress import Progress, counted, unreported
from nlp.text_cache import Remembered

_LOG = logging.getLogger(__name__)

_ENTRIES: Final = "entries.kept"
_QUESTIONS: Final = "questions.kept"
_VERDICTS: Final = "verdicts.kept"
_VECTORS: Final = msgspec.msgpack.Decoder(dict[str, bytes])

_JUDGING: Final = "点検用質問に答えています"
_COMPARING: Final = "今の公開版の答えと比べています"
_REPLAYING: Final = "これまでの質問への影響を確かめています"


@dataclass(frozen=True)
class Broken:
    """A golden question that was right in the current release and would not be any more."""

    query: str
    expected: tuple[str, ...]
    got: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A folder that is ready to be published, and what publishing it would mean."""

    folder: FaqFolder
    figures: Figures
    broken: tuple[Broken, ...]
    flips: tuple[Flip, ...]
    before: FaqBook | None = None
    replayed: int = 0

    def report(self) -> ImpactReport:
        """Return what publishing it would mean, to be kept and shown."""
        return report_of(self)


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
        past: Iterable[Inquiry],
        at: datetime,
        progress: Progress = unreported,
    ) -> Draft:
        """Read, check and build the folder and hold it against the current release.

        Raises FaqFolderError with every problem of the folder.
        """
        folder = self.prepare(path, progress)
        release = self._shelf.current()
        with self._asking() as ask:
            draft = ask(folder.book)
            judged = draft.judge(folder.golden, at, counted(progress, _JUDGING))
            book = self._book_of(release) if release else None
            if book is None:
                return Draft(folder, figures(judged), (), ())
            current = ask(book)
            before = current.judge(folder.golden, at, counted(progress, _COMPARING))
            changed = flips(current, draft, past, counted(progress, _REPLAYING))
            broken = _broken(before, judged)
            return Draft(folder, figures(judged), broken, changed, book, 0)

    def prepare(self, path: Path, progress: Progress = unreported) -> FaqFolder:
        """Read and check the folder and build its index; raises as `draft` does."""
        progress("FAQを点検しています", 0, 0)
        with BuildingProcess() as building:
            folder = self._read(path)
            self._build(building, folder.book, self._shelf.current(), progress)
        return folder

    def publish(
        self, draft: Draft, at: datetime, *, reason: str, by: str, accept_broken: bool = False
    ) -> Release:
        """Make the draft the release that citizens see.

        Raises PublishRefused when golden questions would break and that was not accepted.
        """
        if draft.broken and not accept_broken:
            raise PublishRefused(f"点検用質問 {len(draft.broken)} 件が、正しく答えられなくなります")
        book = draft.folder.book
        archive = pack(self._shelf.index_folder(book.digest))
        return self._releases.add(book, archive, at, reason, by)

    def _read(self, path: Path) -> FaqFolder:
        self._shelf.index_root.mkdir(parents=True, exist_ok=True)
        kept = self._shelf.index_root / _ENTRIES
        known = KnownEntries.from_bytes(read_kept(kept))
        folder = read_folder(path, normalise, known)
        if known.has_changed:
            write_kept(kept, known.to_bytes())
        return folder

    def _book_of(self, release: Release) -> FaqBook | None:
        try:
            return self._shelf.book(release)
        except IndexDamaged as error:
            # What is broken must not keep its repair from being published.
            _LOG.warning("publishing without comparing: %s", error)
            return None

    def _build(
        self, process: BuildingProcess, book: FaqBook, current: Release | None, progress: Progress
    ) -> None:
        folder = self._shelf.index_folder(book.digest)
        with suppress(IndexDamaged):
            FaqIndex.load(folder, book.digest)
            return  # a dry run built it
        with ThreadPoolExecutor(1) as meanwhile:
            meanwhile.submit(self._shelf.load_ahead)
            process.build(
                book,
                folder,
                with_meaning=self._with_meaning,
                previous=self._shelf.index_folder(current.digest) if current else None,
                progress=progress,
            )

    @contextmanager
    def _asking(self) -> Iterator[Callable[[FaqBook], Verdicts]]:
        """Give what desks make of questions, and keep it when all is asked."""
        root = self._shelf.index_root
        made_with = str(self._shelf.thresholds)
        questions = Remembered(decoded(read_kept(root / _QUESTIONS), _VECTORS))
        asked: list[tuple[Path, Verdicts]] = []

        def ask(book: FaqBook) -> Verdicts:
            kept = self._shelf.index_folder(book.digest) / _VERDICTS
            verdicts = Verdicts(
                book,
                lambda: self._shelf.desk_of(book, known=questions),
                read_kept(kept, made_with),
            )
            asked.append((kept, verdicts))
            return verdicts

        yield ask
        for kept, verdicts in asked:
            if verdicts.has_changed and kept.parent.is_dir():
                write_kept(kept, verdicts.to_bytes(), made_with)
        if questions.used and questions.has_changed:
            write_kept(root / _QUESTIONS, msgspec.msgpack.encode(questions.used))


def report_of(draft: Draft) -> ImpactReport:
    """Return the report of a draft."""
    book, before = draft.folder.book, draft.before or FaqBook.of(())
    names = {entry.id: entry.question for one in (before, book) for entry in one.entries}

    def told(outcome: Outcome) -> OutcomeOut:
        return OutcomeOut(outcome.kind, tuple((one, names.get(one, one)) for one in outcome.shown))

    flips = tuple(
        FlipOut(flip.text, flip.asked, told(flip.before), told(flip.after)) for flip in draft.flips
    )
    broken = Finding(
        "golden_broken",
        "block",
        f"点検用質問 {len(draft.broken)} 件が、正しく答えられなくなります。",
        tuple(sorted({one for each in draft.broken for one in each.expected})),
        tuple(one.query for one in draft.broken),
    )
    return ImpactReport(
        draft.replayed,
        sum(flip.asked for flip in draft.flips),
        draft.figures.questions,
        None,
        draft.figures.right_among_shown,
        flips,
        (broken,) if draft.broken else (),
        tuple(EditOut(one, names[one], what) for one, what in differences(before, book).items()),
    )


def _broken(before: Sequence[Judged], after: Sequence[Judged]) -> tuple[Broken, ...]:
    return tuple(
        Broken(now.golden.query, tuple(now.golden.relevant), now.shown)
        for was, now in zip(before, after, strict=True)
        if was.is_served and not now.is_served
    )
