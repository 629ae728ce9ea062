"""The folder as a git repository: every change kept under the name of who made it."""

import difflib
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from faq.files.git_folder import GitFailed, GitFolder
from faq.files.record_files import FILES, SECTIONS, Kind, RecordFiles
from faq.files.record_yaml import pieces_of
from faq.files.yaml_edit import CannotEdit

_LOG = logging.getLogger(__name__)

_AT_A_TIME: Final = 25
_MOST_COMMITS: Final = 300
_AROUND: Final = 3


@dataclass(frozen=True, slots=True)
class PastChange:
    """One commit that changed a record: who, when, why, and its text before and after.

    `difference` is a unified diff of the two, without file names.
    """

    commit: str
    by: str
    at: datetime
    message: str
    before: str
    after: str

    @property
    def difference(self) -> str:
        """What differs, line by line."""
        was, now = self.before.splitlines(), self.after.splitlines()
        lines = difflib.unified_diff(was, now, lineterm="", n=_AROUND)
        return "\n".join(islice(lines, 2, None))


class FolderHistory:
    """Commits what was changed in a folder, and tells what was; without a repository, neither."""

    def __init__(self, folder: Path) -> None:
        self._files = RecordFiles(folder)
        self._git = GitFolder(folder)

    def is_kept(self) -> bool:
        """Tell whether the folder is (in) a repository, not ignored there, and git installed."""
        try:
            return self._git.is_followed()
        except GitFailed:
            return False

    def keep(self, files: Sequence[str], message: str, by: str, at: datetime) -> str:
        """Commit these files (relative to the folder), nothing else; return the commit or "".

        Never raises: a change counts as soon as it is written, whatever becomes of its commit.
        """
        try:
            with self._files.locked():
                return self._git.commit(files, message, by, at) if self._git.is_followed() else ""
        except (GitFailed, OSError, ValueError) as error:
            _LOG.warning("the change was written, but not committed: %s", error)
            return ""

    def of(self, kind: Kind, item_id: str, most: int = 20) -> tuple[PastChange, ...]:
        """Return the commits that changed a record, the latest first; empty when none is kept."""
        try:
            return tuple(islice(self._changes(kind, item_id), most))
        except (GitFailed, OSError, ValueError) as error:
            _LOG.warning("the history could not be read: %s", error)
            return ()

    def _changes(self, kind: Kind, item_id: str) -> Iterator[PastChange]:
        if not self._git.is_followed():
            return
        commits = self._git.commits(FILES.get(kind, "entries"), _MOST_COMMITS)
        for first in range(0, len(commits), _AT_A_TIME):
            some = commits[first : first + _AT_A_TIME]
            names = [
                f"{commit}:./{file}"
                for one in some
                for commit in (one.parent, one.id)
                for file in one.files
            ]
            texts = iter(self._git.texts(names))
            for one in some:
                before = _found(kind, item_id, [next(texts) for _ in one.files])
                after = _found(kind, item_id, [next(texts) for _ in one.files])
                if before != after:
                    yield PastChange(one.id, one.by, one.at, one.message, before, after)


def _found(kind: Kind, item_id: str, texts: Sequence[str]) -> str:
    """Return the text of a record in the first of some files that has it; "" when none has."""
    return next((found for text in texts if (found := _record(kind, item_id, text))), "")


def _record(kind: Kind, item_id: str, text: str) -> str:
    # By its look alone: hundreds of old files are not parsed to show a page.
    named = re.compile(rf"^[ \t-]*id[ \t]*:[ \t]*([\"']?){re.escape(item_id)}\1\s*(?:#|$)", re.M)
    if not named.search(text):
        return ""
    try:
        pieces = pieces_of(text.replace("\r\n", "\n"), SECTIONS.get(kind, ""))
    except CannotEdit:
        return ""
    return next((f"{piece.rstrip()}\n" for _, piece in pieces if named.search(piece)), "")
