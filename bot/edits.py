"""What differs between two books, entry by entry and field by field."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.draft_folder import Difference, differences
from faq.book import FaqBook
from faq.entry import FaqEntry

FIELD_LABELS: Final[Mapping[str, str]] = {
    "question": "質問",
    "answer": "回答",
    "phrasings": "別の聞き方",
    "topic": "分野",
    "owner": "所管課",
    "contact": "お問い合わせ先",
    "links": "関連ページ",
    "keywords": "探すことば",
    "reviewed_on": "確認日",
    "expires_on": "期限",
    "audience": "見せる相手",
    "by_ward": "区ごとの回答",
    "easy": "やさしい日本語",
    "translations": "ほかの言語",
}


@dataclass(frozen=True)
class Edit:
    """An entry that was added, changed or removed; `before` or `after` is None then."""

    entry_id: str
    what: Difference
    before: FaqEntry | None
    after: FaqEntry | None

    @property
    def entry(self) -> FaqEntry:
        """The entry as it is now, or was last."""
        entry = self.after or self.before
        assert entry is not None, "an edit is of something"
        return entry

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that were changed; none of an entry that is new or gone."""
        if self.before is None or self.after is None:
            return ()
        names = (field.name for field in dataclasses.fields(FaqEntry))
        return tuple(
            name for name in names if getattr(self.before, name) != getattr(self.after, name)
        )

    @property
    def new_wordings(self) -> tuple[str, ...]:
        """The questions and phrasings that are new."""
        known = set(wordings(self.before)) if self.before else set()
        return tuple(one for one in wordings(self.after) if one not in known) if self.after else ()

    @property
    def lost_wordings(self) -> tuple[str, ...]:
        """The questions, phrasings and keywords that are gone from an entry that is still there."""
        if self.before is None or self.after is None:
            return ()
        known = {*wordings(self.after), *self.after.keywords}
        told = (*wordings(self.before), *self.before.keywords)
        return tuple(one for one in told if one not in known)

    @property
    def new_keywords(self) -> tuple[str, ...]:
        """The keywords that are new."""
        known = self.before.keywords if self.before else ()
        now = self.after.keywords if self.after else ()
        return tuple(one for one in now if one not in known)


def edits_of(before: FaqBook, after: FaqBook) -> tuple[Edit, ...]:
    """Return the edits that lead from one book to the other, in the order of ids."""
    return tuple(
        Edit(entry_id, what, before.by_id.get(entry_id), after.by_id.get(entry_id))
        for entry_id, what in differences(before, after).items()
    )


def wordings(entry: FaqEntry | None) -> tuple[str, ...]:
    """Return how citizens put an entry's question in Japanese."""
    return (entry.question, *entry.phrasings) if entry else ()
