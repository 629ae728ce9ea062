"""A question put to the draft, beside what citizens get now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.desk import InquiryDesk
from bot.errors import QuestionRejected
from bot.question import Question
from bot.reply import Fixed, Kind, Reply, shown_entries
from channels.staff.console import Console
from channels.staff.explaining import explained

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Before:
    """What the published FAQ makes of the same question."""

    kind: Kind
    question: str


def tried(console: Console, text: str, entry_id: str) -> Mapping[str, Any]:
    """Return what the draft makes of a question; nothing is recorded."""
    around: dict[str, Any] = {"waiting": False, "problem": "", "mine": entry_id}
    try:
        question = Question.from_text(text, "web", console.clock())
    except QuestionRejected:
        return around | {"problem": "質問を500文字までで入れてください。"}
    desk = console.draft_desk.ready()
    if desk is None:
        if console.draft.report().problems:
            return around | {"problem": "下書きに問題があるので、試せません。先に直してください。"}
        console.preparing.start("index", "")
        return around | {"waiting": True}
    reply = desk.consider(question)
    return around | {
        "text": question.text,
        "kind": reply.kind,
        "confidence": reply.confidence,
        "sentence": reply.prompt if isinstance(reply, Fixed) else "",
        "ranked": [] if isinstance(reply, Fixed) else explained(desk, reply.ranking, _SHOWN),
        "before": _before(console.live.desk, question),
    }


def _before(desk: InquiryDesk, question: Question) -> Before:
    reply: Reply = desk.consider(question)
    shown = shown_entries(reply)
    first = desk.book.entry(shown[0]) if shown and reply.kind == "answered" else None
    return Before(reply.kind, first.question if first else "")
