"""Publishing a folder: check, build, golden questions, impact, and only then a new release."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.desk import InquiryDesk
from bot.errors import PublishRefused
from bot.evaluation import Figures, Judged, figures, judge
from bot.impact import Flip, flips
from bot.indexing import build_index_apart
from bot.inquiry import Inquiry
from bot.release import Release, ReleaseShelf, ReleaseStore
from faq.archive import pack
from faq.files.folder import FaqFolder, read_folder
from faq.index import FaqIndex
from faq.problem import IndexDamaged
from nlp.normalise import normalise


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
    desk: InquiryDesk
    figures: Figures
    broken: tuple[Broken, ...]
    flips: tuple[Flip, ...]


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
        progress: Callable[[str], None] = lambda _step: None,
    ) -> Draft:
        """Read, check and build the folder and hold it against the current release.

        Raises FaqFolderError with every problem of the folder.
        """
        progress("FAQを点検しています")
        folder = read_folder(path, normalise)
        path = self._shelf.index_folder(folder.book.digest)
        desk = self._shelf.desk_of(folder.book, self._index(folder, path, progress), path)
        progress("点検用質問と影響を確かめています")
        judged = judge(desk, folder.golden, at)
        current = self._shelf.current_desk()
        return Draft(
            folder=folder,
            desk=desk,
            figures=figures(judged),
            broken=_broken(judge(current, folder.golden, at), judged) if current else (),
            flips=flips(current, desk, past) if current else (),
        )

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

    def _index(self, folder: FaqFolder, path: Path, progress: Callable[[str], None]) -> FaqIndex:
        book = folder.book
        try:
            return FaqIndex.load(path, book.digest)
        except IndexDamaged:
            build_index_apart(
                book,
                path,
                with_meaning=self._with_meaning,
                previous=self._shelf.current_index_folder(),
                progress=progress,
            )
            return FaqIndex.load(path, book.digest)


def _broken(before: Sequence[Judged], after: Sequence[Judged]) -> tuple[Broken, ...]:
    return tuple(
        Broken(now.golden.query, tuple(now.golden.relevant), now.shown)
        for was, now in zip(before, after, strict=True)
        if _is_right(was) and not _is_right(now)
    )


def _is_right(judged: Judged) -> bool:
    if not judged.is_in_scope:
        return judged.kind != "answered"
    return bool(set(judged.shown) & judged.golden.relevant.keys())
