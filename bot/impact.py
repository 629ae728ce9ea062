"""What a draft would change: the questions whose reply would be another one, and for the better?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.evaluation import Judged, Verdict
from bot.inquiry import Inquiry, asked_again
from bot.reply import Kind
from bot.verdicts import Verdicts
from nlp.normalise import normalise
from nlp.progress import Count, uncounted

Judgement = Literal["better", "worse", "unknown"]

Heard = tuple[Inquiry, bool | None]
"""A past inquiry, with whether its citizen found the reply helpful (None: did not say)."""

_FROM_GOLDEN: Final[Mapping[Judgement, str]] = {
    "better": "点検用質問に、今より正しく答えられます",
    "worse": "点検用質問に、今ほど正しく答えられません",
    "unknown": "点検用質問としての正しさは変わりません",
}
_SAID: Final[Mapping[bool, str]] = {
    True: "「役に立った」と言われています",
    False: "「役に立たなかった」と言われています",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reply as far as a change of it matters: the entries shown, or the id of a sentence."""

    kind: Kind
    shown: tuple[str, ...]

    @classmethod
    def of(cls, reply: Verdict | Judged) -> "Outcome":
        """Return the outcome of a reply."""
        if reply.kind == "fixed":
            return cls(reply.kind, (reply.sentence,))
        return cls(reply.kind, reply.shown[:1] if reply.kind == "answered" else reply.shown)

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
            judgement, why = _judged_by_citizens(before, after, asked)
            found.append(Flip(text, len(asked), before, after, judgement, why))
    return Replayed(tuple(found), len(heard), sum(map(len, heard.values())))


def golden_flips(before: Sequence[Judged], after: Sequence[Judged]) -> tuple[Flip, ...]:
    """Return the golden questions whose reply changes, judged by what they must reach."""
    found = []
    for was, now in zip(before, after, strict=True):
        both = (Outcome.of(was), Outcome.of(now))
        if not both[0].is_like(both[1]):
            judgement = _judged(_worth(was), _worth(now))
            why = _FROM_GOLDEN[judgement]
            found.append(Flip(now.golden.query, 0, *both, judgement, why, is_golden=True))
    return tuple(found)


def joined(past: Sequence[Flip], golden: Sequence[Flip]) -> tuple[Flip, ...]:
    """Return all flips, each question once, those asked most often first; golden ones judge."""
    asked = {flip.text: flip.asked for flip in past}
    by_golden = {normalise(flip.text) for flip in golden}
    flips = [flip for flip in past if flip.text not in by_golden]
    flips += [
        Flip(
            flip.text,
            asked.get(normalise(flip.text), 0),
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


def _judged_by_citizens(
    before: Outcome, after: Outcome, asked: Sequence[Heard]
) -> tuple[Judgement, str]:
    """Judge by what citizens said of both replies when they were given them."""
    was, will_be = _liked(before, asked), _liked(after, asked)
    if was == will_be:
        return "unknown", ""
    told = f"今の応答は{_SAID[was]}" if was is not None else ""
    if will_be is not None:
        told += "。" if told else ""
        told += f"公開後と同じ応答は、前に{_SAID[will_be]}"
    is_worse = was if was is not None else not will_be
    return ("worse" if is_worse else "better"), told


def _liked(outcome: Outcome, asked: Sequence[Heard]) -> bool | None:
    """Return whether more citizens found a reply helpful than not; None when nobody tells."""
    first = outcome.shown[:1] if outcome.kind == "answered" else ()
    said = [
        helpful
        for inquiry, helpful in asked
        if helpful is not None
        and inquiry.kind == outcome.kind
        and (not first or inquiry.entry_id == first[0])
    ]
    yes = sum(said)
    return None if 2 * yes == len(said) else 2 * yes > len(said)
