"""An answer's sentences without the parts that every answer has (contacts, hours, telephone)."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_BREAK: Final = re.compile(r"(?<=[。！？!?])|\n+|(?=■)|(?=【)")
_TAIL: Final = re.compile(
    r"[【\[［＜<■]?\s*(?:お問い?合わ?せ先?|関連する(?:FAQ|ＦＡＱ|質問|情報)|連絡先|担当(?:課|部署)?)\s*[】\]］＞>]"
)
_NOISE: Final = re.compile(
    r"(?:電話|TEL|ＴＥＬ|FAX|ＦＡＸ|ファクス)[番号：:\s]*[0-9０-９]"
    r"|^[■【\[]?\s*(?:問い?合わ?せ(?:時間|先)|受付時間|開庁時間|休日|休館日|閉庁日|午前|土[・曜、])"
    r"|(?:番地|丁目)[^。]{0,12}。?$|\[URL\]|［ＵＲＬ］|^＜改＞"
)
_MARKS: Final = re.compile(r"＜改＞|<改>|［ＵＲＬ］|\[URL\]")
MIN_CHARACTERS: Final = 6


def sentences(answer: str) -> list[str]:
    """The sentences that say something, in order, without repeats."""
    found: list[str] = []
    tail = _TAIL.search(answer)
    body = answer[: tail.start()] if tail and tail.start() > 0 else answer
    body = _MARKS.sub("。", body)
    for part in _BREAK.split(body):
        part = (part or "").strip(" \u3000■●・。*#-")
        if len(part) < MIN_CHARACTERS or _NOISE.search(part):
            continue
        if part not in found:
            found.append(part)
    return found


def clean(answer: str) -> str:
    """The answer's sentences joined; the answer itself when nothing remains."""
    return joined(answer, sentences(answer))


def joined(answer: str, kept: Sequence[str]) -> str:
    """An answer's sentences that were kept as one text; the answer itself when there are none."""
    return "。".join(kept) or unicodedata.normalize("NFKC", answer)
