"""What search engines read of an entry's page: its addresses, its question and its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from channels.markdown import outline
from channels.web.addresses import entry_path
from channels.web.schemas import AnswerOut
from faq.entry import EASY

_DESCRIBED: Final = 110
"""How much of an answer describes its page: about what search engines show, in characters."""


@dataclass(frozen=True, slots=True)
class FaqHead:
    """The head of an entry's page in one language."""

    description: str
    canonical: str
    alternates: tuple[tuple[str, str], ...]
    structured: Markup


def faq_head(
    answer: AnswerOut, markdown: str, languages: Sequence[str], public_url: str
) -> FaqHead:
    """Return the head of a page that shows `answer`, which is also there in `languages`."""
    canonical = public_url + entry_path(answer.entry_id, answer.lang)
    alternates = [
        (_tag(code), public_url + entry_path(answer.entry_id, code)) for code in languages
    ]
    alternates.append(("x-default", public_url + entry_path(answer.entry_id)))
    return FaqHead(
        description=shortened(markdown, _DESCRIBED),
        canonical=canonical,
        alternates=tuple(alternates) if len(languages) > 1 else (),
        # What ends an element or opens one is written as \u003c: no text can leave the script.
        structured=htmlsafe_json_dumps(_faq_page(answer, canonical), ensure_ascii=False),
    )


def shortened(markdown: str, length: int) -> str:
    """Return the beginning of an answer on one line, with the titles of its links only."""
    text = " ".join(" ".join(piece.text for piece in outline(markdown)).split())
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _faq_page(answer: AnswerOut, canonical: str) -> dict[str, Any]:
    """Return the page in the words of schema.org."""
    page: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "url": canonical,
        "inLanguage": _tag(answer.lang),
        "mainEntity": [
            {
                "@type": "Question",
                "name": answer.question,
                "acceptedAnswer": {"@type": "Answer", "text": answer.text},
            }
        ],
    }
    if answer.reviewed_on:
        page["lastReviewed"] = answer.reviewed_on.isoformat()
    return page


def _tag(language: str) -> str:
    """Return the BCP 47 tag of a language; "simple" is registered for plain language."""
    return "ja-simple" if language == EASY else language
