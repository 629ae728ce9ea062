"""Questions with known answers taken as misses, and the same needs in other words."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.progress import track

from bot.decision import Thresholds
from bot.desk import InquiryDesk
from bot.indexing import build_index
from bot.likeness import Portrait, portrait_of
from bot.open_desk import open_desk
from bot.question import Question
from bot.trial_phrasing import Member
from channels.clock import now
from faq.book import FaqBook
from faq.files.golden import GoldenQuestion
from nlp.rewording import reword, substitutions
from nlp.synonyms import municipal_groups
from nlp.tokeniser import SudachiTokeniser

_OPENINGS: Final = (
    "",
    "すみません、",
    "あの、",
    "教えてください。",
    "お世話になります。",
    "急いでいます。",
    "ちょっと聞きたいのですが、",
    "質問です。",
    "市民です。",
    "こんにちは。",
    "初めて聞きます。",
    "えっと、",
    "家族のことですが、",
)
_ENDINGS: Final = (
    "",
    "お願いします。",
    "教えてください。",
    "知りたいです。",
    "困っています。",
    "ありがとうございます。",
    "助けてください。",
    "至急です。",
    "わかりません。",
)
_SWAPS: Final = (
    ("ですか", "でしょうか"),
    ("どうすれば", "どうしたら"),
    ("必要", "いる"),
    ("どこ", "どちら"),
    ("教えてください", "教えて"),
    ("したい", "しようと思っている"),
    ("いくら", "何円"),
    ("できますか", "可能ですか"),
    ("もらえますか", "いただけますか"),
    ("、", ""),
    ("を", ""),
)


@dataclass(frozen=True)
class Asked:
    """Questions of one city as misses, with what they are like and what would answer them."""

    book: FaqBook
    desk: InquiryDesk
    questions: Sequence[Question]
    portraits: Sequence[Portrait]
    relevant: Sequence[frozenset[str]]

    def only(self, places: Sequence[int]) -> "Asked":
        return replace(
            self,
            questions=[self.questions[at] for at in places],
            portraits=[self.portraits[at] for at in places],
            relevant=[self.relevant[at] for at in places],
        )

    def members(self, places: Sequence[int]) -> list[Member]:
        return [Member(self.questions[at], self.portraits[at]) for at in places]


def asked_of(book: FaqBook, golden: Sequence[GoldenQuestion], folder: Path) -> Asked:
    """Return the questions as a desk of the book sees them."""
    desk, at = desk_of(book, folder), now()
    questions = [Question.from_text(one.query, "web", at) for one in golden]
    portraits = [portrait_of(desk, one) for one in track(questions, "ranking", transient=True)]
    return Asked(book, desk, questions, portraits, [frozenset(one.relevant) for one in golden])


def desk_of(book: FaqBook, folder: Path, previous: FaqBook | None = None) -> InquiryDesk:
    built = folder / book.digest
    if not built.is_dir():
        build_index(book, built, previous=folder / previous.digest if previous else None)
    return open_desk(book, built, SudachiTokeniser(), Thresholds())


_SUBSTITUTIONS: Final = substitutions(municipal_groups())


def reworded(question: Question, chance: random.Random) -> Question:
    """Return the same need in other words: synonyms, endings, openings."""
    text: str = question.text
    if chance.random() < 0.6:
        text = reword(text, _SUBSTITUTIONS, chance.randrange(1 << 20))
    for one, other in _SWAPS:
        if chance.random() < 0.4:
            text = text.replace(one, other, 1)
    mark = chance.choice(("", "?", "。"))
    whole = chance.choice(_OPENINGS) + text.rstrip("。?") + mark + chance.choice(_ENDINGS)
    return replace(question, text=Question.from_text(whole, "web", question.asked_at).text)
