"""An entry as the fields of a form, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from faq.book import FaqBook
from faq.entry import EASY, LANGUAGES, FaqEntry, Link, Variant
from faq.files.folder_edit import EditRefused

Values = Mapping[str, str]

MOST_LINKS: Final = 50
LINK_ROWS: Final = 2
"""Empty rows for links beside those there are."""

LANGUAGE_LABELS: Final[Mapping[str, str]] = {
    EASY: "やさしい日本語",
    "en": "英語",
    "zh": "中国語",
    "ko": "韓国語",
    "vi": "ベトナム語",
    "pt": "ポルトガル語",
    "tl": "フィリピノ語",
    "ne": "ネパール語",
    "es": "スペイン語",
}

FIELD_LABELS: Final[Mapping[str, str]] = {
    "id": "FAQの番号（id）",
    "question": "質問",
    "phrasings": "別の聞き方",
    "answer": "回答",
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


@dataclass(frozen=True, slots=True)
class FormFault:
    """What cannot be read in a form, and in which field."""

    field: str
    message: str


def values_of(entry: FaqEntry) -> dict[str, str]:
    """Return an entry as the values of the form's fields."""
    values = {
        "id": entry.id,
        "question": entry.question,
        "phrasings": "\n".join(entry.phrasings),
        "answer": entry.answer,
        "topic": entry.topic,
        "owner": entry.owner,
        "contact": entry.contact,
        "keywords": "\n".join(entry.keywords),
        "reviewed_on": str(entry.reviewed_on or ""),
        "expires_on": str(entry.expires_on or ""),
        "audience": entry.audience,
    }
    for at, link in enumerate(entry.links):
        values |= {f"link-title-{at}": link.title, f"link-url-{at}": link.url}
    values |= {f"ward-{ward}": text for ward, text in entry.by_ward.items()}
    for language in LANGUAGE_LABELS:
        variant = entry.variant(language)
        if variant:
            values |= {
                f"question-{language}": variant.question,
                f"answer-{language}": variant.answer,
            }
    return values


def entry_from(values: Values, book: FaqBook, before: FaqEntry | None) -> FaqEntry:
    """Return the entry a form describes; dates that cannot be read are left as they were.

    A translation keeps the mark of the Japanese it was made from, unless it was changed or marked
    as looked at again.
    """
    entry = FaqEntry(
        id=_text(values, "id"),
        question=_text(values, "question"),
        answer=_text(values, "answer"),
        phrasings=_lines(values, "phrasings"),
        topic=_text(values, "topic"),
        owner=_text(values, "owner"),
        contact=_text(values, "contact"),
        links=tuple(_links(values)),
        keywords=_lines(values, "keywords"),
        reviewed_on=_day(values, "reviewed_on"),
        expires_on=_day(values, "expires_on"),
        audience="staff" if values.get("audience") == "staff" else "public",
        by_ward={
            ward.id: text for ward in book.wards if (text := _text(values, f"ward-{ward.id}"))
        },
    )
    variants = {
        language: variant
        for language in (EASY, *LANGUAGES)
        if (variant := _variant(values, language, entry, before))
    }
    easy = variants.pop(EASY, None)
    return replace(entry, easy=easy, translations=variants)


def faults_of(values: Values) -> tuple[FormFault, ...]:
    """Return what of a form cannot be read at all."""
    return tuple(
        FormFault(name, "日付が読めません。2026-04-01 の形で書いてください")
        for name in ("reviewed_on", "expires_on")
        if _text(values, name) and _day(values, name) is None
    )


def faults_from(refused: EditRefused) -> tuple[FormFault, ...]:
    """Return what stood against a change of the folder, by field."""
    return tuple(FormFault(one.field, one.message) for one in refused.fields)


def link_rows(values: Values) -> int:
    """Return how many rows for links the form shows."""
    filled = [
        at for at in range(50) if values.get(f"link-url-{at}") or values.get(f"link-title-{at}")
    ]
    return (filled[-1] + 1 if filled else 0) + LINK_ROWS


def _has_link(values: Values, at: int) -> bool:
    return bool(values.get(f"link-url-{at}") or values.get(f"link-title-{at}"))


def _variant(
    values: Values, language: str, entry: FaqEntry, before: FaqEntry | None
) -> Variant | None:
    question, answer = _text(values, f"question-{language}"), _text(values, f"answer-{language}")
    if not question and not answer:
        return None
    known = before.variant(language) if before else None
    is_same = known is not None and (known.question, known.answer) == (question, answer)
    if known and is_same and not values.get(f"current-{language}"):
        return known
    return Variant(question, answer, entry.mark)


def _links(values: Values) -> Iterator[Link]:
    for at in range(link_rows(values)):
        title, url = _text(values, f"link-title-{at}"), _text(values, f"link-url-{at}")
        if title or url:
            yield Link(title or url, url)


def _text(values: Values, name: str) -> str:
    return values.get(name, "").replace("\r\n", "\n").strip()


def _lines(values: Values, name: str) -> tuple[str, ...]:
    lines = (line.strip() for line in _text(values, name).split("\n"))
    return tuple(line for line in lines if line)


def _day(values: Values, name: str) -> date | None:
    try:
        return date.fromisoformat(_text(values, name))
    except ValueError:
        return None
