"""What stands against publishing a draft, or is to be looked at first: one small rule each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from bot.edits import Edit, wordings
from bot.evaluation import Judged, Verdict
from bot.impact import Flip
from bot.impact_report import Finding, Severity
from bot.question import Question
from faq.book import FaqBook
from faq.entry import FaqEntry

RULE_LABELS: Final[Mapping[str, str]] = {
    "golden_broken": "点検用質問が悪くなる",
    "unreachable": "FAQに届かなくなる",
    "wording_unreached": "聞き方がFAQに届かない",
    "wording_lost": "聞き方を消した",
    "takes_over": "ほかのFAQの質問を取る",
    "too_general": "広すぎることば",
    "many_flips": "応答の変わる質問が多い",
    "worse_flips": "役に立っていた応答が変わる",
    "answer_elsewhere": "回答が入れかわった",
    "answer_apart": "質問と回答が合わない",
    "answer_short": "回答が大きく短くなった",
    "expires": "期限が近いか過ぎている",
    "duplicate": "同じ質問がほかにもある",
    "entry_removed": "FAQを消した",
    "contact_unusual": "お問い合わせ先がいつもとちがう",
    "audience": "見せる相手が変わった",
    "links_removed": "関連ページをすべて消した",
    "wards_removed": "区ごとの回答を消した",
}
"""The rules, as staff read them."""

_SOON: Final = timedelta(days=14)
_SHORT: Final = 0.4
_LONG_ENOUGH: Final = 40
_ALIKE: Final = 0.8
_APART: Final = 0.3
_COMMON: Final = 0.03
_COMMON_LEAST: Final = 5
_MOST_GENERAL_WORDS: Final = 3
_WORSE_BLOCKS: Final = 3
_ALREADY_ANSWERED: Final = 0.9

Terms = Callable[[str], tuple[str, ...]]
Asked = Callable[[Sequence[str]], Sequence[Verdict]]


@dataclass(frozen=True)
class Case:
    """All that the rules look at.

    `asks_before` and `asks_after` put questions, as citizens on the website, to what is public and
    to the draft; `terms` splits a text into its content words.
    """

    before: FaqBook
    after: FaqBook
    edits: tuple[Edit, ...]
    golden_before: Sequence[Judged]
    golden_after: Sequence[Judged]
    flips: tuple[Flip, ...]
    asks_before: Asked
    asks_after: Asked
    terms: Terms
    today: date

    @cached_property
    def edited(self) -> frozenset[str]:
        """The ids of the entries that were added or changed."""
        return frozenset(edit.entry_id for edit in self.edits if edit.after)

    @cached_property
    def answer_terms(self) -> Mapping[str, frozenset[str]]:
        """The content words of each answer that was public."""
        return {entry.id: frozenset(self.terms(entry.answer)) for entry in self.before.entries}

    @cached_property
    def uses(self) -> Mapping[str, int]:
        """In how many entries' questions and phrasings each content word stands."""
        found: dict[str, int] = {}
        for entry in self.after.entries:
            for term in {term for one in wordings(entry) for term in self.terms(one)}:
                found[term] = found.get(term, 0) + 1
        return found


def findings_of(case: Case) -> tuple[Finding, ...]:
    """Return what the rules have to say, what blocks first."""
    if not case.edits and not case.flips:
        return ()
    found = [*_of_golden(case), *_of_flips(case), *_of_reach(case)]
    for edit in case.edits:
        for rule in _OF_AN_EDIT:
            found += rule(case, edit)
    return tuple(sorted(found, key=lambda one: one.severity != "block"))


def _of_golden(case: Case) -> Iterator[Finding]:
    broken = [
        now.golden
        for was, now in zip(case.golden_before, case.golden_after, strict=True)
        if was.is_served and not now.is_served
    ]
    if broken:
        told = f"点検用質問 {len(broken)} 件が、正しく答えられなくなります。"
        ids = {one for golden in broken for one in golden.relevant}
        yield _found("golden_broken", "block", told, ids, [one.query for one in broken])


def _of_flips(case: Case) -> Iterator[Finding]:
    past = [flip for flip in case.flips if flip.asked]
    if len(past) > case.after.city.most_flips:
        told = (
            f"これまでの質問 {len(past)} 種類の応答が変わります"
            f"（目安は {case.after.city.most_flips} 種類まで）。"
        )
        yield _found("many_flips", "warn", told, (), [flip.text for flip in past])
    worse = [flip for flip in past if flip.judgement == "worse" and not flip.is_golden]
    if worse:
        severity: Severity = "block" if len(worse) >= _WORSE_BLOCKS else "warn"
        told = f"「役に立った」と言われていた応答 {len(worse)} 種類が変わります。"
        ids = {one for flip in worse for one in flip.before.shown}
        yield _found("worse_flips", severity, told, ids, [flip.text for flip in worse])


def _of_reach(case: Case) -> Iterator[Finding]:
    """Ask what should lead to the entries: their own wordings, and those of the ones beside."""
    tests = list(_tests(case))
    texts = [text for _, text in tests]
    was, now = case.asks_before(texts), case.asks_after(texts)
    missed: dict[str, list[str]] = {"unreachable": [], "wording_unreached": [], "takes_over": []}
    ids: dict[str, set[str]] = {name: set() for name in missed}
    for (entry, text), before, after in zip(tests, was, now, strict=True):
        rule = _missed(case, entry, text, before, after)
        if rule:
            missed[rule].append(text)
            ids[rule].add(entry.id)
    told = {
        "unreachable": ("block", "自分の質問をしても、示されなくなるFAQがあります。"),
        "wording_unreached": ("warn", "書いてある聞き方をしても、そのFAQが示されません。"),
        "takes_over": ("warn", "直したFAQが、ほかのFAQへの質問に答えるようになります。"),
    }
    for rule, texts_missed in missed.items():
        if texts_missed:
            severity, sentence = told[rule]
            yield _found(rule, severity, sentence, ids[rule], texts_missed)  # type: ignore[arg-type]


def _tests(case: Case) -> Iterator[tuple[FaqEntry, str]]:
    topics = {edit.entry.topic for edit in case.edits}
    for entry in case.after.entries:
        if not entry.may_be_read(case.today):
            continue
        if entry.id in case.edited or entry.topic in topics:
            yield from ((entry, text) for text in wordings(entry))
        else:
            yield entry, entry.question


def _missed(case: Case, entry: FaqEntry, text: str, before: Verdict, after: Verdict) -> str | None:
    """Return the rule that a test question breaks."""
    if entry.id in after.shown:
        first = after.shown[0]
        lost_first = before.shown[:1] == (entry.id,) and first != entry.id
        return "takes_over" if lost_first and first in case.edited else None
    was_reached = entry.id in before.shown
    is_own = text == entry.question
    if entry.id in case.edited:
        is_new = text not in wordings(case.before.by_id.get(entry.id))
        if was_reached or is_new:
            return "unreachable" if is_own else "wording_unreached"
        return None
    if was_reached:
        return "unreachable" if is_own else "takes_over"
    return None


def _wordings_lost(case: Case, edit: Edit) -> Iterator[Finding]:
    if not edit.lost_wordings:
        return
    now = case.asks_after(edit.lost_wordings)
    gone = [
        text
        for text, after in zip(edit.lost_wordings, now, strict=True)
        if edit.entry_id not in after.shown
    ]
    told = f"「{edit.entry.question}」から、聞き方を {len(edit.lost_wordings)} 件消しました。"
    told += f"うち {len(gone)} 件では、このFAQが示されなくなります。" if gone else ""
    yield _found("wording_lost", "warn", told, (edit.entry_id,), edit.lost_wordings)


def _too_general(case: Case, edit: Edit) -> Iterator[Finding]:
    often = max(_COMMON_LEAST, _COMMON * len(case.after.entries))
    general = []
    for text in (*edit.new_wordings, *edit.new_keywords):
        terms = set(case.terms(text))
        is_common = all(case.uses.get(term, 0) >= often for term in terms)
        if len(terms) <= _MOST_GENERAL_WORDS and is_common:
            general.append(text)
    if general:
        told = f"「{edit.entry.question}」に加えたことばは、ほかのFAQでもよく使うことばです。"
        yield _found("too_general", "warn", told, (edit.entry_id,), general)


def _answer(case: Case, edit: Edit) -> Iterator[Finding]:
    if edit.after is None or edit.before is None or "answer" not in edit.fields:
        return
    old, new = edit.before.answer, edit.after.answer
    terms = frozenset(case.terms(new))
    other = _most_alike(case, edit.entry_id, terms)
    if other:
        is_swap = other.id in case.edited
        told = f"「{edit.after.question}」の回答が、「{other.question}」の回答とほとんど同じです。"
        ids = (edit.entry_id, other.id)
        yield _found("answer_elsewhere", "block" if is_swap else "warn", told, ids)
    elif _fit(case, edit.after, terms) < _APART * _fit(
        case, edit.after, frozenset(case.terms(old))
    ):
        told = f"「{edit.after.question}」の新しい回答に、質問のことばがほとんどありません。"
        yield _found("answer_apart", "warn", told, (edit.entry_id,))
    if len(old) >= _LONG_ENOUGH and len(new) < _SHORT * len(old):
        told = (
            f"「{edit.after.question}」の回答が、{len(old)} 文字から {len(new)} 文字に減りました。"
        )
        yield _found("answer_short", "warn", told, (edit.entry_id,))


def _most_alike(case: Case, entry_id: str, terms: frozenset[str]) -> FaqEntry | None:
    """Return another entry whose public answer has nearly the same words (Jaccard)."""
    if not terms:
        return None
    for other, told in case.answer_terms.items():
        if other != entry_id and len(terms & told) >= _ALIKE * len(terms | told):
            return case.before.by_id[other]
    return None


def _fit(case: Case, entry: FaqEntry, terms: frozenset[str]) -> float:
    """Return how many of the question's words an answer holds, from 0 to 1."""
    asked = {term for one in wordings(entry) for term in case.terms(one)}
    return len(asked & terms) / len(asked) if asked else 0.0


def _dates(case: Case, edit: Edit) -> Iterator[Finding]:
    last = edit.after.expires_on if edit.after else None
    if last is None or ("expires_on" not in edit.fields and edit.before):
        return
    if last < case.today:
        told = f"「{edit.entry.question}」は期限（{last}）が過ぎているので、答えに使われません。"
    elif last <= case.today + _SOON:
        told = f"「{edit.entry.question}」は {last} を過ぎると、答えに使われなくなります。"
    else:
        return
    yield _found("expires", "warn", told, (edit.entry_id,))


def _duplicates(case: Case, edit: Edit) -> Iterator[Finding]:
    for text in edit.new_wordings:
        other = _same_wording(case, edit.entry_id, text)
        if other:
            told = f"「{text}」は、FAQ「{other.question}」の聞き方と同じことばです。"
            yield _found("duplicate", "warn", told, (edit.entry_id, other.id), (text,))
            return
    if edit.what == "added":
        yield from _answered_already(case, edit)


def _answered_already(case: Case, edit: Edit) -> Iterator[Finding]:
    (was,) = case.asks_before((edit.entry.question,))
    if was.kind == "answered" and was.confidence >= _ALREADY_ANSWERED:
        other = case.before.by_id.get(was.shown[0])
        if other and other.id in case.after.by_id:
            told = f"加えた「{edit.entry.question}」は、今もFAQ「{other.question}」が答えています。"
            yield _found("duplicate", "warn", told, (edit.entry_id, other.id))


def _same_wording(case: Case, entry_id: str, text: str) -> FaqEntry | None:
    terms = frozenset(case.terms(text))
    if not terms:
        return None
    for other in case.after.entries:
        if other.id != entry_id and any(
            frozenset(case.terms(one)) == terms for one in wordings(other)
        ):
            return other
    return None


def _removed(case: Case, edit: Edit) -> Iterator[Finding]:
    if edit.before is None or edit.what != "removed":
        return
    texts = wordings(edit.before)
    was = case.asks_before(texts)
    lost = [text for text, one in zip(texts, was, strict=True) if edit.entry_id in one.shown]
    told = f"FAQ「{edit.before.question}」を消しました。次の質問に、このFAQでは答えなくなります。"
    yield _found("entry_removed", "warn", told, (edit.entry_id,), lost)


def _contact(case: Case, edit: Edit) -> Iterator[Finding]:
    if edit.before is None or edit.after is None or "contact" not in edit.fields:
        return
    topic = edit.after.topic
    usual = {one.contact for one in case.before.entries if one.topic == topic}
    if edit.after.contact and edit.after.contact in usual:
        return
    office = case.after.office(edit.after.contact) or case.after.group(edit.after.contact)
    name = office.name if office else "所管課と同じ"
    told = (
        f"「{edit.after.question}」のお問い合わせ先を「{name}」に変えました。"
        f"分野「{topic}」のほかのFAQでは使っていない窓口です。"
    )
    yield _found("contact_unusual", "warn", told, (edit.entry_id,))


def _taken_away(case: Case, edit: Edit) -> Iterator[Finding]:
    if edit.before is None or edit.after is None:
        return
    question = edit.after.question
    if "audience" in edit.fields:
        who = "職員だけ" if edit.after.audience == "staff" else "市民と職員"
        told = f"「{question}」を見せる相手が「{who}」に変わりました。"
        yield _found("audience", "warn", told, (edit.entry_id,))
    if edit.before.links and not edit.after.links:
        told = f"「{question}」の関連ページをすべて消しました。"
        yield _found("links_removed", "warn", told, (edit.entry_id,))
    if edit.before.by_ward.keys() - edit.after.by_ward.keys():
        told = f"「{question}」の区ごとの回答を消しました。"
        yield _found("wards_removed", "warn", told, (edit.entry_id,))


_OF_AN_EDIT: Final[tuple[Callable[[Case, Edit], Iterable[Finding]], ...]] = (
    _wordings_lost,
    _too_general,
    _answer,
    _dates,
    _duplicates,
    _removed,
    _contact,
    _taken_away,
)


def _found(
    rule: str,
    severity: Severity,
    message: str,
    entry_ids: Iterable[str],
    questions: Iterable[str] = (),
) -> Finding:
    return Finding(rule, severity, message, tuple(sorted(set(entry_ids))), tuple(questions))


def as_citizens(
    ask: Callable[[Sequence[Question]], Sequence[Verdict]],
    put: Callable[[str], Question | None],
    nothing: Verdict,
) -> Asked:
    """Return how texts are put to a desk; a text that cannot be a question shows nothing."""

    def asked(texts: Sequence[str]) -> list[Verdict]:
        questions = [put(text) for text in texts]
        verdicts = iter(ask([one for one in questions if one]))
        return [next(verdicts) if one else nothing for one in questions]

    return asked
