"""Edits of a FAQ folder made by code: such as a tired clerk makes, and such as a good one makes."""

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from faq.book import FaqBook
from faq.entry import FaqEntry, Link
from faq.files.folder_edit import FolderEditor

Edit = Callable[[FolderEditor, FaqBook, random.Random, date], None]

_NUMBER = re.compile(r"(\d+)円")
_END = re.compile(r"(を教えてください|はどうすればよいですか|ですか)。?$")


def _entries(book: FaqBook) -> list[FaqEntry]:
    return [entry for entry in book.entries if entry.audience == "public" and entry.phrasings]


def _put(editor: FolderEditor, entry: FaqEntry, **changes: object) -> None:
    editor.change_entry(replace(entry, **changes), editor.entry(entry.id).version)  # type: ignore[arg-type]


def _common_words(book: FaqBook) -> list[str]:
    found: Counter[str] = Counter()
    for entry in book.entries:
        found.update(set(re.findall(r"[一-龠]{2,3}|[ァ-ヶー]{3,6}", entry.question)))
    return [word for word, _ in found.most_common(8)]


def delete_phrasing(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    gone = chance.randrange(len(entry.phrasings))
    _put(editor, entry, phrasings=entry.phrasings[:gone] + entry.phrasings[gone + 1 :])


def general_keyword(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    _put(editor, entry, keywords=(*entry.keywords, chance.choice(_common_words(book))))


def general_phrasing(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    word = chance.choice(_common_words(book))
    _put(editor, entry, phrasings=(*entry.phrasings, f"{word}のことを教えて"))


def swap_answers(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    one, other = chance.sample(_entries(book), 2)
    _put(editor, one, answer=other.answer)
    _put(editor, other, answer=one.answer)


def expire(editor: FolderEditor, book: FaqBook, chance: random.Random, today: date) -> None:
    last = today - timedelta(days=chance.randint(1, 400))
    _put(editor, chance.choice(_entries(book)), expires_on=last, reviewed_on=None)


def duplicate_entry(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    question = _END.sub("について知りたいです。", entry.question)
    editor.add_entry(
        FaqEntry(f"{entry.id}-2", f"{question}", entry.answer, topic=entry.topic, owner=entry.owner)
    )


def duplicate_phrasing(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    one, other = chance.sample(_entries(book), 2)
    taken = chance.choice(other.phrasings)
    _put(editor, one, phrasings=(*one.phrasings, f"{taken}。"))


def empty_answer(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    long = [entry for entry in _entries(book) if len(entry.answer) > 100]
    _put(editor, chance.choice(long), answer="窓口でお尋ねください。")


def wrong_contact(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    usual = {one.contact for one in book.entries if one.topic == entry.topic}
    others = [office.id for office in book.offices if office.id not in usual]
    _put(editor, entry, contact=chance.choice(others))


def delete_entry(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    editor.remove_entry(entry.id, editor.entry(entry.id).version)


def misplace_answer(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    one, other = chance.sample(_entries(book), 2)
    _put(editor, one, answer=other.answer)


def hide(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    _put(editor, chance.choice(_entries(book)), audience="staff")


def add_sentence(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    _put(editor, entry, answer=f"{entry.answer}\n\n混み合う日は、午前中の早い時間が空いています。")


def add_phrasing(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice([one for one in _entries(book) if _END.search(one.question)])
    wording = _END.sub("を知りたいのですが", entry.question)
    _put(editor, entry, phrasings=(*entry.phrasings, wording))


def add_entry(editor: FolderEditor, book: FaqBook, chance: random.Random, today: date) -> None:
    thing = chance.choice(("天文台", "植物標本館", "蒸気機関車の公園", "温水の足湯", "郷土玩具館"))
    asked = chance.choice(("休館日はいつですか。", "車いすで入れますか。", "写真をとれますか。"))
    owner = chance.choice(_entries(book)).owner
    answer = f"{thing}は、月曜日が休みです。車いすで入れます。写真もとれます。"
    editor.add_entry(
        FaqEntry(f"new-{today:%m%d}", f"{thing}の{asked}", answer, topic="文化", owner=owner)
    )


def review(editor: FolderEditor, book: FaqBook, chance: random.Random, today: date) -> None:
    _put(editor, chance.choice(_entries(book)), reviewed_on=today)


def add_link(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice(_entries(book))
    link = Link("くわしい案内", f"{book.city.url or 'https://www.city.example'}/annai/")
    _put(editor, entry, links=(*entry.links, link))


def change_fee(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice([one for one in _entries(book) if _NUMBER.search(one.answer)])
    dearer = _NUMBER.sub(lambda found: f"{int(found[1]) + 100}円", entry.answer, count=1)
    _put(editor, entry, answer=dearer)


def mend_typo(editor: FolderEditor, book: FaqBook, chance: random.Random, _: date) -> None:
    entry = chance.choice([one for one in _entries(book) if "ください" in one.answer])
    _put(editor, entry, answer=entry.answer.replace("ください", "下さい", 1))


def far_expiry(editor: FolderEditor, book: FaqBook, chance: random.Random, today: date) -> None:
    last = today + timedelta(days=chance.randint(60, 700))
    _put(editor, chance.choice(_entries(book)), expires_on=last)


BAD: Mapping[str, Edit] = {
    "別の聞き方を消す": delete_phrasing,
    "広すぎる探すことば": general_keyword,
    "広すぎる聞き方": general_phrasing,
    "回答を入れかえる": swap_answers,
    "期限を過去にする": expire,
    "同じFAQを足す": duplicate_entry,
    "ほかの聞き方を足す": duplicate_phrasing,
    "回答をほとんど消す": empty_answer,
    "ちがう窓口": wrong_contact,
    "FAQを消す": delete_entry,
    "ほかの回答を貼る": misplace_answer,
    "職員だけにする": hide,
}

GOOD: Mapping[str, Edit] = {
    "回答に1文足す": add_sentence,
    "聞き方を足す": add_phrasing,
    "新しいFAQ": add_entry,
    "確認日を新しく": review,
    "リンクを足す": add_link,
    "金額を直す": change_fee,
    "表記を直す": mend_typo,
    "先の期限": far_expiry,
}
