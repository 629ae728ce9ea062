"""Edits of a FAQ folder made by code: such as a tired clerk makes, and such as a good one makes."""

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from faq.book import FaqBook
from faq.entry import FaqEntry, Link, Variant
from faq.files.folder_edit import FolderEditor


@dataclass(frozen=True)
class Desk:
    """What one edit is made with.

    `asked` are questions of citizens with the entry that answers each, neither in the folder nor
    among the past questions; `absent` are entries that the folder does not have.
    """

    editor: FolderEditor
    book: FaqBook
    chance: random.Random
    today: date
    asked: Sequence[tuple[str, str]]
    absent: Sequence[FaqEntry]

    def entries(self) -> list[FaqEntry]:
        """Return what citizens may read now."""
        return [one for one in self.book.entries if one.may_be_read(self.today) and one.phrasings]

    def entry(self) -> FaqEntry:
        """Draw an entry."""
        return self.chance.choice(self.entries())

    def question(self) -> tuple[str, FaqEntry]:
        """Draw a citizen's question with the entry that answers it."""
        text, entry_id = self.chance.choice([one for one in self.asked if one[1] in self.ids()])
        return text, self.book.by_id[entry_id]

    def ids(self) -> set[str]:
        """Return the ids of what citizens may read now."""
        return {entry.id for entry in self.entries()}

    def put(self, entry: FaqEntry, **changes: object) -> None:
        """Write an entry with other values."""
        version = self.editor.entry(entry.id).version
        self.editor.change_entry(replace(entry, **changes), version)  # type: ignore[arg-type]

    def common_word(self) -> str:
        """Draw a word that stands in many questions."""
        found: Counter[str] = Counter()
        for entry in self.book.entries:
            found.update(set(_WORD.findall(entry.question)))
        return self.chance.choice([word for word, _ in found.most_common(12)])


Edit = Callable[[Desk], None]

_WORD = re.compile(r"(?<![一-龠])[一-龠]{2,4}(?![一-龠])|[ァ-ヶー]{3,6}")
_NUMBER = re.compile(r"(\d+)円")
_END = re.compile(r"(を教えてください|はどうすればよいですか|ですか)。?$")
_LONG = 100


def delete_phrasing(desk: Desk) -> None:
    entry = desk.entry()
    gone = desk.chance.randrange(len(entry.phrasings))
    desk.put(entry, phrasings=entry.phrasings[:gone] + entry.phrasings[gone + 1 :])


def general_keyword(desk: Desk) -> None:
    entry = desk.entry()
    desk.put(entry, keywords=(*entry.keywords, desk.common_word()))


def general_phrasing(desk: Desk) -> None:
    entry, word = desk.entry(), desk.common_word()
    ending = desk.chance.choice(("のことを教えて", "について", "はどうすればいい", ""))
    desk.put(entry, phrasings=(*entry.phrasings, f"{word}{ending}"))


def phrasing_of_another(desk: Desk) -> None:
    text, right = desk.question()
    wrong = desk.chance.choice([one for one in desk.entries() if one.topic != right.topic])
    desk.put(wrong, phrasings=(*wrong.phrasings, text))


def swap_answers(desk: Desk) -> None:
    one, other = desk.chance.sample(desk.entries(), 2)
    desk.put(one, answer=other.answer)
    desk.put(other, answer=one.answer)


def expire(desk: Desk) -> None:
    last = desk.today - timedelta(days=desk.chance.randint(1, 400))
    desk.put(desk.entry(), expires_on=last)


def duplicate_entry(desk: Desk) -> None:
    entry = desk.entry()
    question = _END.sub("について知りたいです。", entry.question)
    desk.editor.add_entry(
        FaqEntry(f"{entry.id}-2", question, entry.answer, topic=entry.topic, owner=entry.owner)
    )


def duplicate_by_a_citizen(desk: Desk) -> None:
    text, entry = desk.question()
    answer = (entry.easy or entry).answer
    desk.editor.add_entry(
        FaqEntry(f"{entry.id}-3", text, answer, topic=entry.topic, owner=entry.owner)
    )


def duplicate_phrasing(desk: Desk) -> None:
    one, other = desk.chance.sample(desk.entries(), 2)
    taken = desk.chance.choice(other.phrasings)
    desk.put(one, phrasings=(*one.phrasings, f"{taken}。"))


def empty_answer(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if len(one.answer) > _LONG])
    text = desk.chance.choice(("窓口でお尋ねください。", "準備中です。", entry.answer[:10]))
    desk.put(entry, answer=text)


def wrong_contact(desk: Desk) -> None:
    entry = desk.entry()
    others = [office.id for office in desk.book.offices if office.id != entry.contact]
    desk.put(entry, contact=desk.chance.choice(others))


def wrong_owner(desk: Desk) -> None:
    entry = desk.entry()
    others = {one.owner for one in desk.book.entries} - {entry.owner}
    desk.put(entry, owner=desk.chance.choice(sorted(others)))


def delete_entry(desk: Desk) -> None:
    entry = desk.entry()
    desk.editor.remove_entry(entry.id, desk.editor.entry(entry.id).version)


def misplace_answer(desk: Desk) -> None:
    one, other = desk.chance.sample(desk.entries(), 2)
    desk.put(one, answer=other.answer)


def answer_of_a_neighbour(desk: Desk) -> None:
    """Paste what plain Japanese says of another entry of the topic: no sentence is the same."""
    easy = [one for one in desk.entries() if one.easy]
    told = desk.chance.choice(easy)
    others = [one for one in desk.entries() if one.topic == told.topic and one.id != told.id]
    entry = desk.chance.choice(others or desk.entries())
    desk.put(entry, answer=told.easy.answer if told.easy else "")


def hide(desk: Desk) -> None:
    desk.put(desk.entry(), audience="staff")


def remove_links(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if one.links])
    desk.put(entry, links=entry.links[1:])


def another_question(desk: Desk) -> None:
    entry, other = desk.chance.sample(desk.entries(), 2)
    desk.put(entry, question=f"{other.phrasings[0]}のですが。")


def add_sentence(desk: Desk) -> None:
    entry = desk.entry()
    told = desk.chance.choice(
        (
            "混み合う日は、午前中の早い時間が空いています。",
            "くわしいことは、お問い合わせ先に電話で確かめてください。",
            "本人確認書類を忘れずにお持ちください。",
        )
    )
    desk.put(entry, answer=f"{entry.answer}\n\n{told}")


def add_phrasing(desk: Desk) -> None:
    text, entry = desk.question()
    desk.put(entry, phrasings=(*entry.phrasings, text))


def add_entry(desk: Desk) -> None:
    desk.editor.add_entry(desk.chance.choice(desk.absent))


def review(desk: Desk) -> None:
    desk.put(desk.entry(), reviewed_on=desk.today)


def add_link(desk: Desk) -> None:
    entry = desk.entry()
    link = Link("くわしい案内", f"{desk.book.city.url or 'https://www.city.example/'}annai/")
    desk.put(entry, links=(*entry.links, link))


def mend_link(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if one.links])
    first = replace(entry.links[0], url=f"{entry.links[0].url.rstrip('/')}/2027/")
    desk.put(entry, links=(first, *entry.links[1:]))


def change_fee(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if _NUMBER.search(one.answer)])
    dearer = _NUMBER.sub(lambda found: f"{int(found[1]) + 100}円", entry.answer, count=1)
    desk.put(entry, answer=dearer)


def mend_typo(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if "ください" in one.answer])
    desk.put(entry, answer=entry.answer.replace("ください", "下さい", 1))


def mend_phrasing(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if len(one.phrasings[0]) > 5])
    desk.put(entry, phrasings=(f"{entry.phrasings[0]}のですが", *entry.phrasings[1:]))


def mend_question(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if _END.search(one.question)])
    desk.put(entry, question=_END.sub("をお知らせください。", entry.question))


def rewrite_answer(desk: Desk) -> None:
    """Put an answer in the plain words that the city has already approved."""
    plain = [
        (one, one.easy.answer)
        for one in desk.entries()
        if one.easy and len(one.easy.answer) > len(one.answer) / 2
    ]
    entry, answer = desk.chance.choice(plain)
    desk.put(entry, answer=answer)


def add_easy(desk: Desk) -> None:
    entry = desk.chance.choice([one for one in desk.entries() if not one.easy])
    easy = Variant(entry.question, f"{entry.answer.split('。')[0]}。", entry.mark)
    desk.put(entry, easy=easy)


def add_keyword(desk: Desk) -> None:
    """Add the longest written word of a citizen's question."""
    text, entry = desk.question()
    words = re.findall(r"[一-龠]{3,}|[ァ-ヶー]{4,}", text)
    known = [word for word in words if word not in entry.keywords]
    desk.put(entry, keywords=(*entry.keywords, max(known or [f"{entry.id}"], key=len)))


def far_expiry(desk: Desk) -> None:
    last = desk.today + timedelta(days=desk.chance.randint(60, 700))
    desk.put(desk.entry(), expires_on=last)


BAD: Mapping[str, Edit] = {
    "別の聞き方を消す": delete_phrasing,
    "広すぎる探すことば": general_keyword,
    "広すぎる聞き方": general_phrasing,
    "ほかのFAQの質問を足す": phrasing_of_another,
    "回答を入れかえる": swap_answers,
    "期限を過去にする": expire,
    "同じFAQを足す": duplicate_entry,
    "同じFAQを別のことばで足す": duplicate_by_a_citizen,
    "ほかの聞き方を足す": duplicate_phrasing,
    "回答をほとんど消す": empty_answer,
    "ちがう窓口": wrong_contact,
    "ちがう所管課": wrong_owner,
    "FAQを消す": delete_entry,
    "ほかの回答を貼る": misplace_answer,
    "となりの回答を書く": answer_of_a_neighbour,
    "職員だけにする": hide,
    "関連ページを消す": remove_links,
    "質問をほかのものにする": another_question,
}

GOOD: Mapping[str, Edit] = {
    "回答に1文足す": add_sentence,
    "市民の聞き方を足す": add_phrasing,
    "新しいFAQ": add_entry,
    "確認日を新しく": review,
    "リンクを足す": add_link,
    "リンクを直す": mend_link,
    "金額を直す": change_fee,
    "表記を直す": mend_typo,
    "聞き方を直す": mend_phrasing,
    "質問の言い方を直す": mend_question,
    "回答を書き直す": rewrite_answer,
    "やさしい日本語を足す": add_easy,
    "探すことばを足す": add_keyword,
    "先の期限": far_expiry,
}
