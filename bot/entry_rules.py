"""Rules about what an entry says, until when, to whom, and whom it names."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from bot.edits import Edit, wordings
from bot.impact_report import Finding
from bot.publish_case import Case
from faq.book import FaqBook
from faq.entry import FaqEntry

_SOON: Final = timedelta(days=14)
_SHORT: Final = 0.4
_LONG_ENOUGH: Final = 40
_ALIKE: Final = 0.8
_ASKED_OF_ANSWER: Final = 200
_NEAR_ENOUGH: Final = 5
_NEAR_ENOUGH_SHARE: Final = 0.1
_CLEARLY_BEHIND: Final = 1.5
"""How far behind another entry's an answer is that is not of its own question.

Answers put in other words stay nearer; hardly any neighbour's does.
"""


def answer_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find answers that belong to another question, or of which little is left."""
    if edit.after is None or (edit.before and "answer" not in edit.fields):
        return
    new = edit.after.answer
    other = _most_alike(case, edit.entry_id, frozenset(case.terms(new)))
    if other:
        is_swap = edit.before is not None and _has_answer_of(case, other.id, edit.before)
        told = f"「{edit.after.question}」の回答が、「{other.question}」の回答とほとんど同じです。"
        ids = (edit.entry_id, other.id)
        yield Finding.of("answer_elsewhere", "block" if is_swap else "warn", told, ids)
    elif edit.before:
        yield from _apart(case, edit.before, new)
    old = edit.before.answer if edit.before else ""
    if len(old) >= _LONG_ENOUGH and len(new) < _SHORT * len(old):
        told = (
            f"「{edit.after.question}」の回答が、{len(old)} 文字から {len(new)} 文字に減りました。"
        )
        yield Finding.of("answer_short", "warn", told, (edit.entry_id,))


def _most_alike(case: Case, entry_id: str, terms: frozenset[str]) -> FaqEntry | None:
    """Return another entry that said nearly the same, in its answer or in plain Japanese."""
    known = case.answer_terms.get(entry_id, ())[:1]
    for other, told in case.answer_terms.items():
        alike = [one for one in told if _are_alike(terms, one)]
        # Two answers that were alike before the edit may stay so.
        was_alike = any(_are_alike(one, two) for one in known for two in alike)
        if other != entry_id and alike and not was_alike:
            return case.before.by_id[other]
    return None


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) and len(one & other) >= _ALIKE * len(one | other)


def _has_answer_of(case: Case, entry_id: str, entry: FaqEntry) -> bool:
    now = case.after.by_id.get(entry_id)
    terms = frozenset(case.terms(now.answer)) if now else frozenset()
    return any(_are_alike(terms, one) for one in case.answer_terms[entry.id])


def _apart(case: Case, entry: FaqEntry, new: str) -> Iterator[Finding]:
    """Ask the new answer as if it were a question: it should lead to its own entry."""
    place = case.place_of(entry.id, new[:_ASKED_OF_ANSWER])
    # In a small book everything is among the first few.
    enough = min(_NEAR_ENOUGH, max(1, int(_NEAR_ENOUGH_SHARE * len(case.before.entries))))
    if place.number <= enough and place.behind <= _CLEARLY_BEHIND:
        return
    other = case.before.entry(place.first)
    told = f"「{entry.question}」の新しい回答は、この質問の答えに見えません。"
    told += f"「{other.question}」のほうに近い内容です。" if other else ""
    yield Finding.of("answer_apart", "warn", told, (entry.id, place.first))


def date_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find new last days that are past or near."""
    last = edit.after.expires_on if edit.after else None
    if last is None or ("expires_on" not in edit.fields and edit.before):
        return
    if last < case.today:
        told = f"「{edit.entry.question}」は期限（{last}）が過ぎているので、答えに使われません。"
    elif last <= case.today + _SOON:
        told = f"「{edit.entry.question}」は {last} を過ぎると、答えに使われなくなります。"
    else:
        return
    yield Finding.of("expires", "warn", told, (edit.entry_id,))


def removed_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find entries that were taken away, with the questions they answered."""
    if edit.before is None or edit.after:
        return
    texts = wordings(edit.before)
    was = case.asks_before(texts)
    lost = [text for text, one in zip(texts, was, strict=True) if edit.entry_id in one.shown]
    asked = sum(flip.asked for flip in case.flips if flip.before.shown[:1] == (edit.entry_id,))
    told = f"FAQ「{edit.before.question}」を消しました。次の質問に、このFAQでは答えなくなります。"
    told += f"これまでに {asked} 回、このFAQを示していました。" if asked else ""
    yield Finding.of("entry_removed", "warn", told, (edit.entry_id,), lost)


def office_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find contacts and owners that no other entry of their kind has."""
    before, after = edit.before, edit.after
    if before is None or after is None:
        return
    others = [one for one in case.before.entries if one.id != after.id]
    usual = {one.contact for one in others if one.owner == after.owner}
    if "contact" in edit.fields and (not after.contact or after.contact not in usual):
        name = _office_name(case.after, after.contact) if after.contact else "なし"
        told = (
            f"「{after.question}」のお問い合わせ先を「{name}」に変えました。"
            "所管課が同じほかのFAQでは使っていない窓口です。"
        )
        yield Finding.of("contact_unusual", "warn", told, (after.id,))
    owners = {one.owner for one in others if one.topic == after.topic}
    if "owner" in edit.fields and (not after.owner or after.owner not in owners):
        name = _office_name(case.after, after.owner) if after.owner else "なし"
        told = (
            f"「{after.question}」の所管課を「{name}」に変えました。"
            f"分野「{after.topic}」のほかのFAQは、受けもっていない課です。"
        )
        yield Finding.of("owner_unusual", "warn", told, (after.id,))


def _office_name(book: FaqBook, office_id: str) -> str:
    office = book.office(office_id) or book.group(office_id)
    return office.name if office else office_id


def taken_away_rules(case: Case, edit: Edit) -> Iterator[Finding]:
    """Find what citizens will not be shown any more."""
    if edit.before is None or edit.after is None:
        return
    question = edit.after.question
    for rule, told in _taken_away(edit.before, edit.after):
        yield Finding.of(rule, "warn", f"「{question}」{told}", (edit.entry_id,))


def _taken_away(before: FaqEntry, after: FaqEntry) -> Iterator[tuple[str, str]]:
    if before.audience != after.audience:
        who = "職員だけ" if after.audience == "staff" else "市民と職員"
        yield "audience", f"を見せる相手が「{who}」に変わりました。"
    if len(after.links) < len(before.links):
        fewer = len(before.links) - len(after.links)
        yield "links_removed", f"の関連ページを {fewer} 件消しました。"
    if before.by_ward.keys() - after.by_ward.keys():
        yield "wards_removed", "の区ごとの回答を消しました。"
    lost = before.translations.keys() - after.translations.keys()
    if lost or (before.easy and not after.easy):
        yield "languages_removed", "のやさしい日本語やほかの言語の文を消しました。"
