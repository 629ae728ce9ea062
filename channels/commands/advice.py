"""Advice on the やさしい日本語 of a book, one line each."""

from collections.abc import Iterator
from typing import Final

from faq.book import FaqBook
from nlp.easy_japanese import advice_on
from nlp.tokeniser import SudachiTokeniser

_SHOWN: Final = 12


def advice_lines(book: FaqBook) -> Iterator[str]:
    """Yield what is hard to read in the book's やさしい日本語, entry by entry, and a sum."""
    tokeniser = SudachiTokeniser()
    texts = {
        entry.id: f"{entry.easy.question}\n{entry.easy.answer}"
        for entry in book.entries
        if entry.easy
    }
    texts |= {f"replies.yaml {one.id}": one.easy for one in book.sentences if one.easy}
    count = 0
    for name, text in texts.items():
        for advice in advice_on(text, tokeniser):
            count += 1
            around = text[advice.offset : advice.offset + _SHOWN].replace("\n", " ")
            yield f"助言 {name}「{around}…」 {advice.message}"
    yield f"やさしい日本語 {len(texts)} 件に、助言が {count} 件あります。"
