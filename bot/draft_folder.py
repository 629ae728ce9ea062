"""The FAQ folder as staff have left it, read again only when a file in it has changed."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from bot.kept_file import read_kept, write_kept
from faq.book import FaqBook
from faq.files.folder import FolderReport, inspect_folder
from faq.files.known_entries import KnownEntries
from nlp.normalise import normalise

ENTRIES_KEPT: Final = "entries.kept"
"""What was read of entries, so that only edited ones are parsed again."""

Difference = Literal["added", "changed", "removed"]
DIFFERENCE_LABELS: Final[Mapping[Difference, str]] = {
    "added": "追加",
    "changed": "変更",
    "removed": "削除",
}

_Seen = tuple[tuple[str, int, int], ...]


class DraftFolder:
    """What stands in the folder now, problems and all."""

    def __init__(self, path: Path, kept_in: Path) -> None:
        self.path = path
        self._kept = kept_in / ENTRIES_KEPT
        self._lock = threading.Lock()
        self._seen: _Seen | None = None
        self._report: FolderReport | None = None

    def report(self) -> FolderReport:
        """Return the folder's content and problems; slow only after a change."""
        with self._lock:
            seen = self._files()
            if self._report is None or seen != self._seen:
                self._report, self._seen = self._read(), seen
            return self._report

    @property
    def book(self) -> FaqBook:
        """The book as far as it can be read."""
        return self.report().folder.book

    def _files(self) -> _Seen:
        files = (path for path in self.path.rglob("*") if path.is_file())
        return tuple(
            (str(path.relative_to(self.path)), stat.st_mtime_ns, stat.st_size)
            for path in sorted(files)
            if ".git" not in path.parts
            for stat in (path.stat(),)
        )

    def _read(self) -> FolderReport:
        known = KnownEntries.from_bytes(read_kept(self._kept))
        report = inspect_folder(self.path, normalise, known)
        if known.has_changed and self._kept.parent.is_dir():
            write_kept(self._kept, known.to_bytes())
        return report


def differences(published: FaqBook, draft: FaqBook) -> dict[str, Difference]:
    """Return the entries of two books that are not the same, by their ids in order."""
    found: dict[str, Difference] = {}
    for entry_id in sorted(published.by_id.keys() | draft.by_id.keys()):
        before, after = published.by_id.get(entry_id), draft.by_id.get(entry_id)
        if before == after:
            continue
        found[entry_id] = "added" if before is None else "removed" if after is None else "changed"
    return found


def others_differ(published: FaqBook, draft: FaqBook) -> list[str]:
    """Return what else is not the same, in the words of staff."""
    around = {
        "city": "市の設定",
        "wards": "区",
        "offices": "窓口",
        "groups": "窓口のまとまり",
        "sentences": "決まった文",
        "synonyms": "同じ意味のことば",
        "decision": "答える基準",
        "items": "ごみの品目",
    }
    return [
        label for name, label in around.items() if getattr(published, name) != getattr(draft, name)
    ]
