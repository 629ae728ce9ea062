"""What a draft would change: the questions whose reply would be another one, and for the better?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.evaluation import Judged, Verdict
from bot.inquiry import Inquiry, asked_again
from bot.reply import Kind
from bot.verdicts import Verdicts
from nlp.progress import Count, uncounted

Judgement = Literal["better", "worse", "unknown"]

Heard = tuple[Inquiry, bool | None]
"""A past inquiry, with whether its citizen found the reply helpful (None: did not say)."""

_FROM_GOLDEN: Final[Mapping[Judgement, str]] = {
    "better": "点検用質問に、今より正しく答えられます",
    "worse": "点検用質問に、今ほど正しく答えられません",
    "unknown": "点検用質問としての正しさは変わりません",
}
_HELPED: Final = "今の回答は「役に立った」と言われています"
_DID_NOT_HELP: Final = "今の応答は「役に立たなかった」と言われています"


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

    def is_like(self, other: "Outcome") -> bool:
        """Tell whether a citizen would see no difference: another order of candidates is none."""
        return (self.kind, set(self.shown)) == (other.kind, set(other.shown))


@dataclass(frozen=True, slots=True)
class Flip:
    """A question whose reply changes, how often it was asked, and how the change is judged."""

    text: str
    asked: int
    before: Outcome
    after: Outcome
    judgement: Judgement = "unknown"
    why: str = ""
    is_golden: bool = False


@dataclass(frozen=True)
class Replayed:
    """The flips, most often asked first, of how many different questions, asked how often."""

    flips: tuple[Flip, ...]
    questions: int
    asked: int


def replayed(
    current: Verdicts, draft: Verdicts, past: Iterable[Heard], count: Count = uncounted
) -> Replayed:
    """Put past questions to both desks and return what changes."""
    heard: dict[str, list[Heard]] = {}
    for inquiry, helpful in past:
        if inquiry.text:  # else it called for a private sentence, and was not kept
            heard.setdefault(inquiry.text, []).append((inquiry, helpful))
    questions = [asked_again(asked[-1][0]) for asked in heard.values()]
    was, will_be = current.of(questions, count), draft.of(questions, count)
    found = []
    for (text, asked), *both in zip(heard.items(), was, will_be, strict=True):
        before, after = map(Outcome.of, both)
        if not before.is_like(after):
            judgement, why = _judged_by_citizens(before, asked)
            found.append(Flip(text, len(asked), before, after, judgement, why))
    return Replayed(tuple(found), len(heard), sum(map(len, heard.values())))


def golden_flips(before: Sequence[Judged], after: Sequence[Judged]) -> tuple[Flip, ...]:
    """Return the golden questions whose reply changes, judged by what they must reach."""
    found = []
    for was, now in zip(before, after, strict=True):
        both = (Outcome(was.kind, _seen(was)), Outcome(now.kind, _seen(now)))
        if not both[0].is_like(both[1]):
            judgement = _judged(_worth(was), _worth(now))
            why = _FROM_GOLDEN[judgement]
            found.append(Flip(now.golden.query, 0, *both, judgement, why, is_golden=True))
    return tuple(found)


def joined(past: Sequence[Flip], golden: Sequence[Flip]) -> tuple[Flip, ...]:
    """Return all flips, each question once, those asked most often first; golden ones judge."""
    asked = {flip.text: flip.asked for flip in past}
    by_golden = {flip.text: flip for flip in golden}
    flips = [flip for flip in past if flip.text not in by_golden]
    flips += [
        Flip(
            flip.text,
            asked.get(flip.text, 0),
            flip.before,
            flip.after,
            flip.judgement,
            flip.why,
            is_golden=True,
        )
        for flip in golden
    ]
    worst: tuple[Judgement, ...] = ("worse", "unknown", "better")
    return tuple(sorted(flips, key=lambda one: (-one.asked, worst.index(one.judgement), one.text)))


def _seen(judged: Judged) -> tuple[str, ...]:
    return judged.shown[:1] if judged.kind == "answered" else judged.shown


def _worth(judged: Judged) -> int:
    """Return what a reply is worth: 2 right away, 1 among those to choose from, 0 wrong."""
    if not judged.is_served:
        return 0
    is_asked_back = judged.kind == "unsure" and not judged.golden.sentence
    return 1 if is_asked_back else 2


def _judged(was: int, now: int) -> Judgement:
    if was == now:
        return "unknown"
    return "better" if now > was else "worse"


def _judged_by_citizens(before: Outcome, asked: Sequence[Heard]) -> tuple[Judgement, str]:
    """Judge by what citizens said of the reply that is now given; the last one who spoke counts."""
    first = before.shown[:1] if before.kind == "answered" else ()
    said = [
        helpful
        for inquiry, helpful in asked
        if helpful is not None
        and inquiry.kind == before.kind
        and (not first or inquiry.entry_id == first[0])
    ]
    if not said:
        return "unknown", ""
    return ("worse", _HELPED) if said[-1] else ("better", _DID_NOT_HELP)
