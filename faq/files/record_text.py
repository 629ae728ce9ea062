"""The text of a file with a record more or less, and with such a change taken back."""

import re
from typing import Final

from faq.files.plain_fields import Fields, without_empty
from faq.files.record_files import Place
from faq.files.record_yaml import Item, newline_of, pieces_of, rendered

_AROUND: Final = 120
_EMPTY_LIST: Final = re.compile(r"^\[\][ \t]*(?:\r?\n)?", re.MULTILINE)
_RECORD: Final = re.compile(r"^- ", re.MULTILINE)


def with_record(text: str, fields: Fields) -> tuple[str, str, str]:
    """Return a file's text with a new record at its end, and what it has in place of what.

    Raises CannotEdit when the file is no list of records.
    """
    new = rendered(without_empty(fields), newline=newline_of(text))
    empty = _EMPTY_LIST.search(text)
    if empty:  # it gives way to its first record
        return text[: empty.start()] + new + text[empty.end() :], empty.group(), new
    pieces_of(text)
    joined = _joint(text) + new
    return text + joined, "", joined


def with_line(text: str, line: str) -> tuple[str, str]:
    """Return a text with a line at its end, and what was added."""
    added = _joint(text) + line + newline_of(text)
    return text + added, added


def _joint(text: str) -> str:
    return "" if not text or text.endswith("\n") else newline_of(text)


def around(place: Place) -> tuple[str, str]:
    """Return the text before and after a record, to find the place again when it is gone."""
    start, end = place.item.start, place.item.end
    return place.text[max(0, start - _AROUND) : start], place.text[end : end + _AROUND]


def taken_back(
    text: str, item: Item | None, before: str, after: str, beside: tuple[str, str]
) -> str | None:
    """Return a file's text without a change; None when the record is not as the change left it.

    `item` is the record as it stands now, None for a line that is no record of a list.
    """
    if not after:
        return None if item else _put_back(text, before, beside)
    new = after.lstrip("\r\n")
    gap = after[: len(after) - len(new)]
    found = _where(text, item, new)
    if found is None:
        return None
    start, end = found
    there = text[start:end]
    if there != new:  # blank lines after it came or went
        before = before.rstrip() + there[len(there.rstrip()) :]
    if gap and end == len(text) and text[:start].endswith(gap):
        start -= len(gap)  # the line before it had no end
    rest = text[:start] + text[end:]
    if before.startswith("[]") and _RECORD.search(rest):
        return rest  # others have come into the list that was empty
    return text[:start] + before + text[end:]


def _where(text: str, item: Item | None, after: str) -> tuple[int, int] | None:
    """Return where what a change wrote stands, if it still stands there as it was written."""
    if item:
        is_same = item.text.rstrip() == after.rstrip()
        return (item.start, item.end) if is_same else None
    lines = f"\n{text}"
    at = lines.find(f"\n{after}")
    is_once = at >= 0 and lines.find(f"\n{after}", at + 1) < 0
    return (at, at + len(after)) if is_once else None


def _put_back(text: str, before: str, beside: tuple[str, str]) -> str:
    """Return the text with a record where it was removed, else at the end."""
    joined = "".join(beside)
    if text.count(joined) == 1 or joined == text:
        at = text.index(joined) + len(beside[0])
        return text[:at] + before + text[at:]
    return text + _joint(text) + before
