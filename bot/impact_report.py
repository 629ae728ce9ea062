"""What publishing a draft would mean, as it is kept and shown: readable without the books."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from bot.edits import edits_of
from bot.evaluation import Judged
from bot.impact import Flip, Outcome, Replayed
from bot.reply import Kind
from faq.book import FaqBook

Severity = Literal["block", "warn"]
Verdict = Literal["better", "worse", "unknown"]
EditKind = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class OutcomeOut:
    """A reply: its kind and the entries shown, each with its question."""

    kind: Kind
    shown: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FlipOut:
    """A question whose reply changes; `asked` counts citizens, `why` says how it was judged."""

    text: str
    asked: int
    before: OutcomeOut
    after: OutcomeOut
    verdict: Verdict = "unknown"
    why: str = ""
    is_golden: bool = False


@dataclass(frozen=True)
class Finding:
    """Something a rule has to say, and the entries and questions it is about."""

    rule: str
    severity: Severity
    message: str
    entry_ids: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        rule: str,
        severity: Severity,
        message: str,
        entry_ids: Iterable[str],
        questions: Iterable[str] = (),
    ) -> "Finding":
        """Return a finding that names each entry and question once."""
        ids = tuple(sorted(set(entry_ids)))
        return cls(rule, severity, message, ids, tuple(dict.fromkeys(questions)))


@dataclass(frozen=True)
class EditOut:
    """An entry in which the draft differs, and in which fields."""

    entry_id: str
    question: str
    what: EditKind
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImpactReport:
    """The whole report: `replayed` different questions, asked `asked` times in all."""

    replayed: int
    asked: int
    golden: int
    golden_right_before: float | None
    golden_right_after: float | None
    flips: tuple[FlipOut, ...] = ()
    findings: tuple[Finding, ...] = ()
    edits: tuple[EditOut, ...] = ()

    @property
    def is_blocked(self) -> bool:
        """Whether a rule says that it should not be published."""
        return any(one.severity == "block" for one in self.findings)

    @property
    def is_warned(self) -> bool:
        """Whether a rule says to look at something first."""
        return bool(self.findings)

    def counted(self) -> Mapping[Verdict, int]:
        """Return how many flips are better, worse, or for people to judge."""
        verdicts: tuple[Verdict, ...] = ("better", "worse", "unknown")
        return {one: sum(flip.verdict == one for flip in self.flips) for one in verdicts}

    def to_json(self) -> bytes:
        """Return the report to be kept."""
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, kept: bytes) -> "ImpactReport":
        """Return a report that was kept."""
        return _DECODER.decode(kept)


def first_report(book: FaqBook, golden: Sequence[Judged]) -> ImpactReport:
    """Return the report of a first publishing, which nothing can be held against."""
    edits = tuple(EditOut(entry.id, entry.question, "added") for entry in book.entries)
    return ImpactReport(0, 0, len(golden), None, _right(golden), edits=edits)


def report_of(
    before: FaqBook,
    after: FaqBook,
    golden_before: Sequence[Judged],
    golden_after: Sequence[Judged],
    replay: Replayed,
    flips: Iterable[Flip],
    findings: tuple[Finding, ...],
) -> ImpactReport:
    """Return the report on going from one book to another."""

    def name(shown: str) -> str:
        entry = after.entry(shown) or before.entry(shown)
        sentence = after.sentence(shown) or before.sentence(shown)
        return entry.question if entry else sentence.text[0] if sentence else shown

    def told(outcome: Outcome) -> OutcomeOut:
        return OutcomeOut(outcome.kind, tuple((one, name(one)) for one in outcome.shown))

    return ImpactReport(
        replay.questions,
        replay.asked,
        len(golden_after),
        _right(golden_before),
        _right(golden_after),
        tuple(
            FlipOut(
                flip.text,
                flip.asked,
                told(flip.before),
                told(flip.after),
                flip.judgement,
                flip.why,
                flip.is_golden,
            )
            for flip in flips
        ),
        findings,
        tuple(
            EditOut(edit.entry_id, edit.entry.question, edit.what, edit.fields)
            for edit in edits_of(before, after)
        ),
    )


def _right(golden: Sequence[Judged]) -> float | None:
    return sum(one.is_served for one in golden) / len(golden) if golden else None


_DECODER: Final = msgspec.json.Decoder(ImpactReport)
