"""Checks that need more than one field: duplicates, unknown names, dead links, forbidden markup."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from faq.entry import FaqEntry
from faq.files.entries import ReadEntry

MAX_ANSWER: Final = 2_000
"""Longest answer in characters: beyond it a citizen is better served by a page."""
MAX_QUESTION: Final = 200
"""Longest question or phrasing in characters."""

_HTML: Final = re.compile(r"<(?:[A-Za-z!][^>\n]{0,200}>|/[A-Za-z])")
_HEADING: Final = re.compile(r"^#{1,6}\s", re.MULTILINE)
_IMAGE: Final = re.compile(r"!\[")
_LINK: Final = re.compile(r"\[[^\]\n]{1,300}\]\(([^)\s]{0,1000})\)")
_INTERNAL: Final = "/faq/"
_TAKEN_ID: Final = "search"
"""Not free as an id: /faq/search is the page that searches."""
_TAKEN_ENDING: Final = "/booklet"
"""No topic ends in it: that address is the booklet of the topic before it."""
_SCHEMES: Final = ("https://", "http://", "tel:", "mailto:", _INTERNAL)


def check_entries(
    read: list[ReadEntry],
    *,
    offices: Collection[str],
    groups: Collection[str],
    wards: Collection[str],
    normalise: Callable[[str], str],
) -> None:
    """Record every problem of the entries among themselves and with what they name."""
    ids = _check_ids(read)
    _check_questions(read, normalise)
    for item in read:
        _check_addresses(item)
        _check_names(item, offices, groups, wards)
        _check_lengths(item)
        _check_dates(item.entry, item)
        _check_links(item, ids)
        _check_texts(item, ids)


def _check_ids(read: list[ReadEntry]) -> set[str]:
    first: dict[str, ReadEntry] = {}
    for item in read:
        known = first.setdefault(item.entry.id, item)
        if item.entry.id and known is not item:
            item.problem(
                "id", f"id「{item.entry.id}」は {known.file} でも使われています。変えてください"
            )
    return set(first)


def _check_addresses(item: ReadEntry) -> None:
    """Record names under which no citizen could reach the page."""
    entry = item.entry
    if entry.id == _TAKEN_ID:
        item.problem(
            "id", f"id「{_TAKEN_ID}」は検索ページの場所なので使えません。別の id にしてください"
        )
    if entry.topic.endswith(_TAKEN_ENDING):
        item.problem(
            "topic",
            f"分野の名前は「{_TAKEN_ENDING}」で終われません。冊子のページの場所になるためです",
        )


def _check_questions(read: list[ReadEntry], normalise: Callable[[str], str]) -> None:
    owners: dict[str, tuple[ReadEntry, str]] = {}
    for item in read:
        question = normalise(item.entry.question)
        if not question:
            continue
        if question in owners:
            other = owners[question][0]
            item.problem(
                "question",
                f"同じ質問が {other.file} の「{other.entry.id}」にもあります。"
                "1つにまとめてください",
            )
        owners.setdefault(question, (item, "質問"))
    for item in read:
        for index, phrasing in enumerate(item.entry.phrasings):
            _check_phrasing(item, index, normalise(phrasing), owners)


def _check_phrasing(
    item: ReadEntry, index: int, phrasing: str, owners: dict[str, tuple[ReadEntry, str]]
) -> None:
    known = owners.setdefault(phrasing, (item, f"別の聞き方 {index + 1}"))
    if known[1] == f"別の聞き方 {index + 1}" and known[0] is item:
        return
    other, what = known
    where = "この FAQ" if other is item else f"{other.file} の「{other.entry.id}」"
    item.problem(
        "phrasings", f"別の聞き方が、{where}の{what}と同じです。どちらかを消してください", index
    )


def _check_names(
    item: ReadEntry, offices: Collection[str], groups: Collection[str], wards: Collection[str]
) -> None:
    entry = item.entry
    if entry.owner and entry.owner not in offices:
        item.problem("owner", f"所管課「{entry.owner}」は offices.yaml の offices にありません")
    if entry.contact and entry.contact not in offices and entry.contact not in groups:
        item.problem("contact", f"お問い合わせ先「{entry.contact}」は offices.yaml にありません")
    if not entry.contact and not entry.owner:
        item.problem(
            "id", "「owner」か「contact」がありません。市民が問い合わせる先を書いてください"
        )
    for ward in entry.by_ward:
        by_ward = item.record.record("by_ward") if ward not in wards else None
        if by_ward:
            by_ward.problem(ward, f"区「{ward}」は wards.yaml にありません")


def _check_lengths(item: ReadEntry) -> None:
    entry = item.entry
    if len(entry.question) > MAX_QUESTION:
        item.problem("question", f"質問が長すぎます。{MAX_QUESTION} 文字までで書いてください")
    for index, phrasing in enumerate(entry.phrasings):
        if len(phrasing) > MAX_QUESTION:
            item.problem("phrasings", f"別の聞き方が長すぎます。{MAX_QUESTION} 文字までです", index)


def _check_dates(entry: FaqEntry, item: ReadEntry) -> None:
    if entry.reviewed_on and entry.expires_on and entry.expires_on < entry.reviewed_on:
        item.problem("expires_on", "「expires_on」が「reviewed_on」より前の日になっています")


def _check_links(item: ReadEntry, ids: Collection[str]) -> None:
    for link in item.entry.links:
        if link.url.startswith(_INTERNAL) and link.url.removeprefix(_INTERNAL) not in ids:
            item.problem("links", f"リンク「{link.url}」の先の FAQ がありません")


def _check_texts(item: ReadEntry, ids: Collection[str]) -> None:
    for path, text in _texts(item.entry):
        faults = list(_faults(text, ids))
        if not faults and len(text) <= MAX_ANSWER:
            continue
        record = item.record
        for name in path[:-1]:
            record = record.record(name) or record
        for offset, message in faults:
            record.problem_in_text(path[-1], message, offset)
        if len(text) > MAX_ANSWER:
            record.problem(
                path[-1],
                f"答えが {len(text):,} 文字あります。{MAX_ANSWER:,} 文字までにして、"
                "詳しいことはリンク先のページに書いてください",
            )


def _texts(entry: FaqEntry) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text that citizens may read as an answer, with the fields it stands in."""
    yield ("answer",), entry.answer
    for ward, text in entry.by_ward.items():
        yield ("by_ward", ward), text
    if entry.easy:
        yield ("easy", "answer"), entry.easy.answer
    for language, variant in entry.translations.items():
        yield ("translations", language, "answer"), variant.answer


def _faults(text: str, ids: Collection[str]) -> Iterable[tuple[int, str]]:
    for found in _HTML.finditer(text):
        yield found.start(), f"HTML「{found.group()[:20]}」は使えません。Markdown で書いてください"
    for found in _HEADING.finditer(text):
        yield found.start(), "見出し（#）は使えません。**太字** の行にしてください"
    for found in _IMAGE.finditer(text):
        yield found.start(), "画像は使えません。リンクにしてください"
    for found in _LINK.finditer(text):
        url = found.group(1)
        if not url.startswith(_SCHEMES):
            yield found.start(), f"リンク「{url}」は https:// か /faq/ で始めてください"
        elif url.startswith(_INTERNAL) and url.removeprefix(_INTERNAL) not in ids:
            yield found.start(), f"リンク「{url}」の先の FAQ がありません"
