"""How an entry would look on each channel, what is wrong with it, and what it differs in."""

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup, escape

from bot.reply_writer import ReplyWriter
from channels.staff.console import Console
from channels.staff.entry_form import FIELD_LABELS, FormFault, values_of
from faq.book import FaqBook
from faq.entry import FaqEntry

_AROUND: Final = 2
_EXCERPT: Final = 12


def look_of(
    console: Console, entry: FaqEntry, book: FaqBook, faults: Sequence[FormFault]
) -> Mapping[str, Any]:
    """Return the values of the part that shows an entry as it would look."""
    at = console.clock()
    published = console.live.desk.book.by_id.get(entry.id)
    return {
        "faults": faults,
        "field_labels": FIELD_LABELS,
        "web": _drawn(console, "web", entry, book, at),
        "line": _drawn(console, "line", entry, book, at),
        "published": difference(published, entry) if published else "",
        "advice": _advice(console, entry),
    }


def difference(before: FaqEntry, after: FaqEntry) -> Markup:
    """Return what differs between two entries, field by field, as HTML; "" when nothing does."""
    old, new = values_of(before), values_of(after)
    parts = []
    for name in [*FIELD_LABELS, *sorted((old.keys() | new.keys()) - FIELD_LABELS.keys())]:
        was, now = old.get(name, ""), new.get(name, "")
        if was != now:
            label = FIELD_LABELS.get(name, name)
            parts.append(Markup("<h3>{}</h3>{}").format(label, text_difference(was, now)))
    return Markup("").join(parts)


def text_difference(before: str, after: str) -> Markup:
    """Return two texts line by line as HTML: what went away and what was added."""
    lines = []
    for line in difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=_AROUND):
        if line.startswith(("---", "+++", "@@")):
            continue
        sign, text = line[:1], escape(line[1:])
        tag = {"+": "ins", "-": "del"}.get(sign)
        word = {"+": "＋ ", "-": "－ "}.get(sign, "　 ")
        lines.append(
            Markup("<{}>{}{}</{}>").format(Markup(tag), word, text, Markup(tag))
            if tag
            else Markup("{}{}").format(word, text)
        )
    return Markup('<div class="diff">{}</div>').format(Markup("<br>").join(lines))


def _advice(console: Console, entry: FaqEntry) -> list[tuple[str, str]]:
    """Return what is hard to read in the やさしい日本語: where it begins, and why."""
    text = f"{entry.easy.question}\n{entry.easy.answer}" if entry.easy else ""
    return [(text[one.offset :][:_EXCERPT], one.message) for one in console.advise(text)]


def changes_of(detail: Mapping[str, Any]) -> list[Markup]:
    """Return what an act changed in the files, each change as HTML."""
    undo = detail.get("undo") or {}
    return [text_difference(one["before"], one["after"]) for one in undo.get("changes", [])]


def _drawn(console: Console, channel: str, entry: FaqEntry, book: FaqBook, at: datetime) -> str:
    answer = ReplyWriter(book).answer_of(entry, "ja", None, at)
    return console.previews[channel](answer, book, at)
