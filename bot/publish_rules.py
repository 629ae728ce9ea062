"""What stands against publishing a draft, or is to be looked at first: the rules and their names.

Each rule is a small function that looks at the whole case, here and in bot/reach_rules.py, or at
one edit (bot/wording_rules.py, bot/entry_rules.py).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from bot.edits import Edit
from bot.entry_rules import answer_rules, date_rules, office_rules, removed_rules, taken_away_rules
from bot.impact import Flip
from bot.impact_report import Finding, Severity
from bot.publish_case import Case
from bot.reach_rules import reach_rules
from bot.wording_rules import foreign_rules, general_rules, lost_rules, synonym_rules

RULE_LABELS: Final[Mapping[str, str]] = {
    "golden_broken": "点検用質問が悪くなる",
    "unreachable": "FAQに届かなくなる",
    "wording_unreached": "聞き方がFAQに届かない",
    "no_longer_first": "FAQが先頭でなくなる",
    "wording_lost": "聞き方を消した",
    "synonym_lost": "同じ意味のことばを消した",
    "takes_over": "ほかのFAQの質問を取る",
    "too_general": "広すぎることば",
    "many_flips": "応答の変わる質問が多い",
    "worse_flips": "役に立っていた応答が変わる",
    "answer_elsewhere": "回答が入れかわった",
    "answer_apart": "質問と回答が合わない",
    "answer_short": "回答が大きく短くなった",
    "expires": "期限が近いか過ぎている",
    "duplicate": "同じ質問がほかにもある",
    "wording_apart": "聞き方とFAQが合わない",
    "entry_removed": "FAQを消した",
    "contact_unusual": "お問い合わせ先がいつもとちがう",
    "owner_unusual": "所管課がいつもとちがう",
    "audience": "見せる相手が変わった",
    "links_removed": "関連ページを消した",
    "wards_removed": "区ごとの回答を消した",
    "languages_removed": "やさしい日本語や訳を消した",
}
"""The rules, as staff read them."""

_WORSE_BLOCKS: Final = 3

_OF_AN_EDIT: Final[tuple[Callable[[Case, Edit], Iterable[Finding]], ...]] = (
    lost_rules,
    general_rules,
    foreign_rules,
    answer_rules,
    date_rules,
    removed_rules,
    office_rules,
    taken_away_rules,
)


def findings_of(case: Case) -> tuple[Finding, ...]:
    """Return what the rules have to say, what blocks first."""
    found = [*_of_golden(case), *_of_flips(case)]
    if case.before != case.after:
        found += [*reach_rules(case), *synonym_rules(case)]
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
        yield Finding.of("golden_broken", "block", told, ids, [one.query for one in broken])


def _of_flips(case: Case) -> Iterator[Finding]:
    past = [flip for flip in case.flips if flip.asked]
    if len(past) > case.after.city.most_flips:
        told = (
            f"これまでの質問 {len(past)} 種類の応答が変わります"
            f"（目安は {case.after.city.most_flips} 種類まで）。"
        )
        yield Finding.of("many_flips", "warn", told, (), [flip.text for flip in past])
    worse = [flip for flip in past if flip.judgement == "worse" and not flip.is_golden]
    if worse:
        severity: Severity = "block" if len(worse) >= _WORSE_BLOCKS else "warn"
        told = f"「役に立った」と言われていた応答など、{len(worse)} 種類の応答が悪くなります。"
        yield Finding.of("worse_flips", severity, told, _shown(worse), [one.text for one in worse])
    taken = [flip for flip in past if _is_taken(case, flip)]
    if taken:
        told = f"ほかのFAQで答えていた {len(taken)} 種類の質問に、直したFAQが答えるようになります。"
        yield Finding.of("takes_over", "warn", told, _shown(taken), [one.text for one in taken])


def _shown(flips: Iterable[Flip]) -> set[str]:
    answered = (flip for flip in flips if flip.before.kind != "fixed")
    return {one for flip in answered for one in flip.before.shown}


def _is_taken(case: Case, flip: Flip) -> bool:
    """Tell whether an edited entry is given first where another one that is still there was."""
    if flip.judgement == "better" or (flip.before.kind, flip.after.kind) != ("answered",) * 2:
        return False
    (was,), (now,) = flip.before.shown, flip.after.shown
    return was != now and now in case.edited and case.after.entry(was) is not None
