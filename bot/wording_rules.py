"""Rules about the words an entry is found by: lost ones, too general ones, those of others."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from bot.edits import Edit, wordings
from bot.evaluation import Verdict
from bot.impact_report import Finding
from bot.publish_case import Case
from faq.entry import FaqEntry

_GENERAL: Final = 5
_GENERAL_SHARE: Final = 0.01
_ALREADY_ANSWERED: Final = 0.9
_REWORDED: Final = 0.6
_FAR_BEHIND: Final = 4.0
"""How far behind another entry's a wording is that hardly belongs where it was added.

Citizens' own words for an entry are seldom that far from it, even where the search fails.
"""


def lost_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find wordings and keywords that were taken away and not put another way."""
    lost = edit.lost_wordings
    if edit.before is None or not lost:
        return
    phrasings = wordings(edit.before)
    found, gone = [], 0
    was, now = case.asks_before(lost), case.asks_after(lost)
    for text, before, after in zip(lost, was, now, strict=True):
        is_gone = edit.entry_id in before.shown and edit.entry_id not in after.shown
        gone += is_gone
        if is_gone or (text in phrasings and not _is_reworded(text, edit)):
            found.append(text)
    if found:
        told = f"「{edit.entry.question}」から、聞き方やことばを {len(found)} 件消しました。"
        told += f"うち {gone} 件では、このFAQが示されなくなります。" if gone else ""
        yield Finding.of("wording_lost", "warn", told, (edit.entry_id,), found)


def _is_reworded(text: str, edit: Edit) -> bool:
    return any(SequenceMatcher(None, text, new).ratio() >= _REWORDED for new in edit.new_wordings)


def synonym_rules(case: Case) -> Iterator[Finding]:
    """Find synonyms that were taken away and led somewhere."""
    kept = {word for group in case.after.synonyms for word in group}
    lost = sorted({word for group in case.before.synonyms for word in group} - kept)
    was, now = case.asks_before(lost), case.asks_after(lost)
    led = [
        (text, before.shown[0])
        for text, before, after in zip(lost, was, now, strict=True)
        if _leads_away(before, after)
    ]
    if led:
        told = f"同じ意味のことば {len(led)} 件を消したので、FAQに届かなくなります。"
        texts, ids = zip(*led, strict=True)
        yield Finding.of("synonym_lost", "warn", told, ids, texts)


def _leads_away(before: Verdict, after: Verdict) -> bool:
    return bool(before.shown) and before.shown[0] not in after.shown


def general_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find new words that would fit many other entries as well."""
    most = max(_GENERAL, _GENERAL_SHARE * len(case.after.entries))
    general = []
    for text in (*edit.new_wordings, *edit.new_keywords):
        terms = case.matters(text)
        others = sum(
            any(terms <= known for known in told)
            for entry_id, told in case.wording_terms.items()
            if entry_id != edit.entry_id
        )
        if others >= most and case.terms(text):
            general.append(text)
    if general:
        told = f"「{edit.entry.question}」に加えたことばは、ほかの多くのFAQの聞き方にもあります。"
        yield Finding.of("too_general", "warn", told, (edit.entry_id,), general)


def foreign_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find new wordings that another entry has, already answers, or is far nearer to."""
    answered = case.asks_before(edit.new_wordings)
    for text, was in zip(edit.new_wordings, answered, strict=True):
        yield from _duplicate(case, edit, text, was) or _apart(case, edit, text)


def _duplicate(case: Case, edit: Edit, text: str, was: Verdict) -> list[Finding]:
    other = _same_wording(case, edit.entry_id, text)
    told = f"「{text}」は、FAQ「{other.question}」の聞き方と同じことばです。" if other else ""
    if other is None:
        other = _answering(case, edit, was)
        told = f"「{text}」には、今もFAQ「{other.question}」が答えています。" if other else ""
    if other is None:
        return []
    return [Finding.of("duplicate", "warn", told, (edit.entry_id, other.id), (text,))]


def _apart(case: Case, edit: Edit, text: str) -> list[Finding]:
    place = case.place_of(edit.entry_id, text)
    other = case.after.entry(place.first)
    if other is None or place.behind <= _FAR_BEHIND:
        return []
    told = (
        f"「{text}」は、FAQ「{edit.entry.question}」の聞き方に見えません。"
        f"「{other.question}」のほうに近いことばです。"
    )
    return [Finding.of("wording_apart", "warn", told, (edit.entry_id, other.id), (text,))]


def _answering(case: Case, edit: Edit, was: Verdict) -> FaqEntry | None:
    """Return the other entry that surely answers a question, and goes on doing so."""
    if was.kind != "answered" or was.confidence < _ALREADY_ANSWERED:
        return None
    return case.after.entry(was.shown[0]) if was.shown[0] != edit.entry_id else None


def _same_wording(case: Case, entry_id: str, text: str) -> FaqEntry | None:
    terms = frozenset(case.terms(text))
    if not terms:
        return None
    for other, told in case.wording_terms.items():
        if other != entry_id and any(_say_the_same(case, terms, known) for known in told):
            return case.after.by_id[other]
    return None


def _say_the_same(case: Case, one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two wordings have the same words, but for synonyms."""
    if len(one) != len(other) or len(one & other) < len(one) - 1:
        return False
    return all(
        any((there,) in case.synonyms.of((here,)) for there in other - one) for here in one - other
    )
