"""A desk for a book and the folder of its index, wherever both come from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.decision import Thresholds
from bot.desk import InquiryDesk
from bot.understanding import Understanding
from faq.book import FaqBook
from faq.index import FaqIndex
from nlp.text_cache import Remembered
from nlp.tokeniser import SudachiTokeniser


def open_desk(
    book: FaqBook,
    folder: Path,
    tokeniser: SudachiTokeniser,
    thresholds: Thresholds,
    *,
    number: int = 0,
    known: Remembered[bytes] | None = None,
    pause: Callable[[], None] = lambda: None,
) -> InquiryDesk:
    """Return the desk of a book; raises IndexDamaged when the folder holds no index of it.

    `known` are the vectors of questions that are asked again and again, `number` its release.
    Calls `pause` between the pieces.
    """
    # An index made before indexes were shared bears the digest of the whole book.
    index = FaqIndex.load(folder, book.index_digest, book.digest)
    pause()
    understanding = Understanding.load(folder)
    pause()
    if known is not None and understanding.meaning:
        meaning = understanding.meaning.remembering(known)
        understanding = replace(understanding, meaning=meaning)
    return InquiryDesk(
        book,
        index,
        tokeniser,
        understanding=understanding,
        thresholds=thresholds,
        release=number,
    )
