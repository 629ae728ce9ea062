"""What a draft would change: the questions whose reply would be another one."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.evaluation import Verdict
from bot.inquiry import Inquiry, asked_again
from bot.reply import Kind
from bot.verdicts import Verdicts
from nlp.progress import Count, uncounted


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reply as far as a change of it matters."""

    kind: Kind
    shown: tuple[str, ...]

    @classmethod
    def of(cls, verdict: Verdict) -> "Outcome":
        """Return the outcome of a reply."""
        shown = verdict.shown
        return cls(verdict.kind, shown[:1] if verdict.kind == "answered" else shown)


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that citizens asked, and its reply before and after."""

    text: str
    asked: int
    before: Outcome
    after: Outcome


def flips(
    current: Verdicts,
    draft: Verdicts,
    past: Iterable[Inquiry],
    count: Count = uncounted,
) -> tuple[Flip, ...]:
    """Replay past inquiries on both desks; return what changes, most often asked first.

    Only the first entry counts for Answered, and the set of candidates for Unsure: another order
    of the same candidates is no change to a citizen.
    """
    counted: dict[str, list[Inquiry]] = {}
    for inquiry in past:
        if not inquiry.text:  # not kept, for it called for a private sentence
            continue
        counted.setdefault(inquiry.text, []).append(inquiry)
    questions = [asked_again(asked[-1]) for asked in counted.values()]
    was, will_be = current.of(questions, count), draft.of(questions, count)
    found = []
    for (text, asked), *both in zip(counted.items(), was, will_be, strict=True):
        before, after = map(Outcome.of, both)
        if (before.kind, set(before.shown)) != (after.kind, set(after.shown)):
            found.append(Flip(text, len(asked), before, after))
    return tuple(sorted(found, key=lambda flip: (-flip.asked, flip.text)))
