"""What staff may do about a cluster of misses: proposals, the likeliest first."""

import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from bot.clusters import representatives
from bot.desk import InquiryDesk
from bot.likeness import Portrait, ranker_of, ranking_of
from bot.question import Question
from bot.ranking import Ranking
from bot.trial_phrasing import Member, PastQuestions, Replay
from faq.entry import FaqEntry
from faq.office import JAPAN
from nlp.aspects import named
from nlp.personal_data import has_labels

ProposalKind = Literal["phrasing", "new_entry", "not_ours", "small_talk", "personal_data"]

PROPOSAL_LABELS: Final[Mapping[ProposalKind, str]] = {
    "phrasing": "今あるFAQに、この聞き方を加える",
    "new_entry": "新しいFAQを作る",
    "not_ours": "市の仕事ではない",
    "small_talk": "あいさつや雑談",
    "personal_data": "個人情報を含むので消す",
}

PHRASING_FROM: Final = 0.37
"""Mean P(first entry is right) of a cluster from which a phrasing is likelier than a new entry."""

NOT_OURS_BELOW: Final = 0.05
"""Mean P(in scope) of a cluster below which it is hardly one for the city at all."""

_ENTRIES: Final = 3
_TRIED: Final = 5
_SHORT: Final = 4
_LONG: Final = 100
_NEAR: Final = 5
_MOST_WORDS: Final = 3

_LEFT_OVER: Final = re.compile(
    r"(?:氏名|名前)は\s?(?![何どい])[^\s、。?？]{2,12}(?:です|と申|といい|と言い)"
    r"|[0-9一二三四五六七八九十]丁目[0-9一二三四五六七八九十]{1,4}(?:番|-|の)"
    r"|(?:明治|大正|昭和|平成|令和|[12][0-9]{3})\s?[0-9元]{0,2}年[0-9]{1,2}月[0-9]{1,2}日生"
)
"""What looks like a name, an address or a day of birth that was not masked."""
_MASKED: Final = 0.3
_WORDLESS: Final = 0.99
_BARE: Final = 0.4


@dataclass(frozen=True)
class NearEntry:
    """An entry near the cluster, its share of the profile (0 to 1), and why it was not given."""

    entry_id: str
    share: float
    reason: str


@dataclass(frozen=True)
class Proposal:
    """One thing to do about a cluster; `sureness` (0 to 1) orders them.

    A phrasing adds `wording` to `entry_id`; of the `of` times that its like was asked, `recovers`
    would have been answered with that entry, each foretold from the others.
    """

    kind: ProposalKind
    sureness: float
    entry_id: str | None = None
    wording: str = ""
    recovers: int = 0
    of: int = 0
    nearest: tuple[NearEntry, ...] = ()


def propose(
    desk: InquiryDesk, members: Sequence[Member], past: PastQuestions | None = None
) -> tuple[Proposal, ...]:
    """Return what could be done about a cluster with at least one member, the likeliest first.

    `past` are other misses that a phrasing may recover; a question in it is no member.
    """
    need = _Need(desk, members, past)
    nearest = near_entries(desk, need.typical, need.profile)
    ordered = sorted(need.proposals(), key=lambda one: -one.sureness)
    return tuple(replace(one, nearest=nearest) for one in ordered if one.sureness > 0)


class _Need:
    """What a cluster is about, taken together."""

    def __init__(
        self, desk: InquiryDesk, members: Sequence[Member], past: PastQuestions | None
    ) -> None:
        self._desk = desk
        portraits = [one.portrait for one in members]
        self._members = [members[at] for at in representatives(portraits, len(members))]
        self._past = past
        self.typical = self._members[0]
        self.profile = _mean_profile(portraits)
        self._right = sum(one.right for one in portraits) / len(portraits)
        self._scope = sum(one.scope for one in portraits) / len(portraits)

    def proposals(self) -> Iterator[Proposal]:
        """Yield all that could be done."""
        talk = self._small_talk()
        ours = (1.0 - talk) * (1.0 - self._not_ours())
        exists = self._exists()
        yield from self._phrasings(ours * exists)
        yield Proposal("new_entry", ours * (1.0 - exists))
        yield Proposal("not_ours", (1.0 - talk) * self._not_ours())
        yield Proposal("small_talk", talk)
        yield Proposal("personal_data", max(map(self._personal, self._members)))

    def _exists(self) -> float:
        """Return how likely an entry that answers it exists: even from where a phrasing pays."""
        odds = self._right * (1 - PHRASING_FROM)
        return odds / (odds + (1 - self._right) * PHRASING_FROM)

    def _not_ours(self) -> float:
        # Where it is not plain that the city has nothing to do with it, it comes last.
        return (1.0 - self._scope) * (1.0 if self._scope < NOT_OURS_BELOW else 0.25)

    def _small_talk(self) -> float:
        bare = [_bareness(one) for one in self._members]
        return sum(bare) / len(bare)

    def _personal(self, member: Member) -> float:
        """Return how likely a text still says who asked: where some was masked, more may be."""
        text = member.question.text
        if _LEFT_OVER.search(text) or self._names_a_person(text):
            return 1.0
        return _MASKED if has_labels(text) else 0.0

    def _names_a_person(self, text: str) -> bool:
        names = [word.part[2] == "人名" for word in self._desk.search.words(text)]
        return any(map(operator.and_, names, names[1:]))

    def _reads_well(self, member: Member) -> bool:
        wordy = bool(member.portrait.terms) and self._personal(member) == 0
        return wordy and _SHORT <= len(member.question.text) <= _LONG

    def _phrasings(self, sureness: float) -> Iterator[Proposal]:
        """Yield a phrasing of each of the nearest entries, in the words that recover most."""
        wordings = [one for one in self._members if self._reads_well(one)][:_TRIED]
        if not wordings:
            return
        replayed = Replay(self._desk, self._members, self._past, wordings)
        nearest = list(self.profile.items())[:_ENTRIES]
        for entry_id, share in nearest:
            at, recovers = replayed.best_for(entry_id)
            yield Proposal(
                "phrasing",
                sureness * share / nearest[0][1],
                entry_id,
                wordings[at].question.text,
                recovers,
                replayed.times,
            )


def near_entries(
    desk: InquiryDesk, member: Member, profile: Mapping[str, float]
) -> tuple[NearEntry, ...]:
    """Return the entries near a wording, also those its asker may not see, and why not given."""
    seen = ranking_of(desk, member.question)
    every = desk.search.rank(replace(member.question, channel="staff"), even_expired=True)
    ids = dict.fromkeys([*list(profile)[:_NEAR], *(one.entry_id for one in every.best[:_NEAR])])
    hidden = [one for one in ids if one not in profile]
    shown = [*hidden, *(one for one in ids if one in profile)][:_NEAR]
    return tuple(
        NearEntry(one, profile.get(one, 0.0), _reason(desk, member, seen, one)) for one in shown
    )


def _reason(desk: InquiryDesk, member: Member, ranking: Ranking, entry_id: str) -> str:
    """Return why an entry was not given, in words for staff."""
    entry = desk.book.by_id[entry_id]
    return (
        _hidden(entry, member.question)
        or _not_nearest(ranking, entry_id)
        or _too_unsure(desk, member, ranking)
    ) + _missing_words(desk, ranking, entry_id)


def _hidden(entry: FaqEntry, question: Question) -> str:
    day = entry.expires_on
    if day and not entry.is_current(question.asked_at.astimezone(JAPAN).date()):
        return f"有効期限（{day.year}年{day.month}月{day.day}日）が切れています。"
    if entry.audience == "staff" and not question.sees_staff_entries:
        return "職員向けのFAQなので、市民には出しません。"
    return ""


def _not_nearest(ranking: Ranking, entry_id: str) -> str:
    ids = [one.entry_id for one in ranking.best]
    if entry_id not in ids:
        return "この質問からは遠いFAQです。"
    place = ids.index(entry_id) + 1
    return f"ほかのFAQのほうが近く、{place}番目でした。" if place > 1 else ""


def _too_unsure(desk: InquiryDesk, member: Member, ranking: Ranking) -> str:
    portrait = member.portrait
    wanted = desk.search.thresholds.answer
    needed = desk.search.model_for(ranking).answer_from if wanted is None else wanted
    if portrait.kind == "answered":
        return f"回答として出しました（確からしさ {portrait.right:.2f}）。"
    if portrait.kind == "unanswered":
        return f"FAQにある話題かどうかが、はっきりしません（{portrait.scope:.2f}）。"
    if portrait.right < needed:
        return f"確からしさが足りません（{portrait.right:.2f}、回答には {needed:.2f} が必要）。"
    return f"候補として出し、聞き返しました（確からしさ {portrait.right:.2f}）。"


def _missing_words(desk: InquiryDesk, ranking: Ranking, entry_id: str) -> str:
    ranker = ranker_of(desk)
    at = [entry.id for entry in desk.book.entries].index(entry_id)
    told = set(named([one.term for one in ranking.concepts]))
    missing = [
        one.term for one in ranking.concepts if one.term in told and not ranker.holds(at, one)
    ]
    missing.sort(key=ranker.index.words.idf_of, reverse=True)
    words = "".join(f"「{term}」" for term in missing[:_MOST_WORDS])
    return f"質問のことば{words}が、このFAQにありません。" if words else ""


def _mean_profile(portraits: Sequence[Portrait]) -> dict[str, float]:
    """Return the share of each entry over all wordings, the greatest first."""
    sums: dict[str, float] = {}
    for one in portraits:
        for entry_id, share in one.profile.items():
            sums[entry_id] = sums.get(entry_id, 0.0) + share / len(portraits)
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _bareness(member: Member) -> float:
    """Return how likely a message asks nothing: no word of content, or hardly any text."""
    if not member.portrait.terms:
        return _WORDLESS
    return _BARE if len(member.question.text) < _SHORT else 0.0
