"""Does every entry still answer its own wordings? Asked of the edited ones and those beside them.

Only an edited entry can come between another one and its questions, so only the entries near to
what is new in it are asked about.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from bot.edits import Edit, wordings
from bot.evaluation import Verdict
from bot.impact_report import Finding, Severity
from bot.publish_case import Case
from faq.entry import FaqEntry
from faq.files.golden import GoldenQuestion

_SEARCHED: Final = frozenset(
    ("question", "answer", "phrasings", "keywords", "by_ward", "expires_on", "audience", "easy")
)
_BESIDE: Final = 40
_NEAR: Final = 20
_ASKED_OF_ANSWER: Final = 200

_TOLD: Final[tuple[tuple[str, Severity, str], ...]] = (
    ("unreachable", "block", "自分の質問をしても、示されなくなるFAQがあります。"),
    ("wording_unreached", "warn", "書いてある聞き方をしても、そのFAQが示されません。"),
    ("no_longer_first", "warn", "直したFAQが、自分の質問でもほかのFAQのあとになります。"),
    ("takes_over", "warn", "直したFAQが、ほかのFAQへの質問に答えるようになります。"),
)


def reach_rules(case: Case) -> Iterator[Finding]:
    """Find wordings that no longer bring the entry they stand in."""
    tests = list(_tests(case))
    now = case.asks_after([text for _, text in tests])
    doubtful = [
        (entry, text, after)
        for (entry, text), after in zip(tests, now, strict=True)
        if after.shown[:1] != (entry.id,)
    ]
    was = case.asks_before([text for _, text, _ in doubtful])
    missed: dict[str, list[tuple[str, str]]] = {}
    for (entry, text, after), before in zip(doubtful, was, strict=True):
        rule = _missed(case, entry, text, before, after)
        if rule:
            missed.setdefault(rule, []).append((entry.id, text))
    for rule, severity, sentence in _TOLD:
        if rule in missed:
            ids, texts = zip(*missed[rule], strict=True)
            yield Finding.of(rule, severity, sentence, ids, texts)


def _tests(case: Case) -> Iterator[tuple[FaqEntry, str]]:
    """Yield the questions to ask, each with the entry it belongs to."""
    searched = [edit for edit in case.edits if edit.after and _is_searched(edit)]
    is_other = case.before.synonyms != case.after.synonyms or (
        case.before.decision != case.after.decision
    )
    beside = case.after.by_id.keys() if is_other else _beside(case, searched)
    changed = {edit.entry_id for edit in searched}
    for entry in case.after.entries:
        if not entry.may_be_read(case.today):
            continue
        if entry.id in changed or (entry.id in beside and not is_other):
            yield from ((entry, text) for text in wordings(entry))
        elif entry.id in beside:
            yield entry, entry.question


def _is_searched(edit: Edit) -> bool:
    return edit.before is None or bool(_SEARCHED.intersection(edit.fields))


def _beside(case: Case, edits: Iterable[Edit]) -> set[str]:
    """Return the entries near to what is new in the edited ones."""
    found: set[str] = set()
    for edit in edits:
        asked = [GoldenQuestion(text, {edit.entry_id: 1}) for text in _new_texts(edit)]
        places: dict[str, int] = {}
        for judged in case.ranks_after(asked):
            for place, (entry_id, _) in enumerate(judged.ranking[:_NEAR]):
                places[entry_id] = min(place, places.get(entry_id, place))
        found.update(sorted(places, key=lambda one: (places[one], one))[:_BESIDE])
    return found


def _new_texts(edit: Edit) -> list[str]:
    texts = [*edit.new_wordings, *edit.new_keywords]
    if edit.after and (edit.before is None or "answer" in edit.fields):
        texts.append(edit.after.answer[:_ASKED_OF_ANSWER])
    return texts


def _missed(case: Case, entry: FaqEntry, text: str, before: Verdict, after: Verdict) -> str | None:
    """Return the rule that a question breaks which does not bring its entry first."""
    first = after.shown[0] if after.shown else None
    was_first = before.shown[:1] == (entry.id,)
    is_edited = entry.id in case.edited
    if entry.id in after.shown:
        if is_edited and text == entry.question:
            return "no_longer_first" if was_first or entry.id not in case.before.by_id else None
        return "takes_over" if was_first and first in case.edited and not is_edited else None
    is_new = is_edited and text not in wordings(case.before.by_id.get(entry.id))
    if entry.id not in before.shown and not is_new:
        return None
    if text == entry.question:
        return "unreachable"
    return "wording_unreached" if is_edited else "takes_over"
