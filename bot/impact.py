"""What a draft would change: the questions whose reply would be another one."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.desk import InquiryDesk
from bot.inquiry import Inquiry, question_of
from bot.reply import Kind, Reply, shown_entries


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reply as far as a change of it matters."""

    kind: Kind
    shown: tuple[str, ...]

    @classmethod
    def of(cls, reply: Reply) -> "Outcome":
        """Return the outcome of a reply."""
        shown = shown_entries(reply)
        return cls(reply.kind, shown[:1] if reply.kind == "answered" else shown)


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that citizens asked, and its reply before and after."""

    text: str
    asked: int
    before: Outcome
    after: Outcome


def flips(current: InquiryDesk, draft: InquiryDesk, past: Iterable[Inquiry]) -> tuple[Flip, ...]:
    """Replay past inquiries on both desks; return what changes, most often asked first.

    Only the first entry counts for Answered, and the set of candidates for Unsure: another order
    of the same candidates is no change to a citizen.
    """
    counted: dict[str, list[Inquiry]] = {}
    for inquiry in past:
        counted.setdefault(inquiry.text, []).append(inquiry)
    found = []
    for text, asked in counted.items():
        question = question_of(asked[-1])
        before, after = (Outcome.of(desk.consider(question)) for desk in (current, draft))
        if (before.kind, set(before.shown)) != (after.kind, set(after.shown)):
            found.append(Flip(text, len(asked), before, after))
    return tuple(sorted(found, key=lambda flip: (-flip.asked, flip.text)))
