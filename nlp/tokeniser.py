"""Words of a Japanese text, as Sudachi sees them."""

import re
import threading
from collections.abc import Callable, Iterator
from typing import Final

from sudachipy import Dictionary, SplitMode, Tokenizer

from nlp.normalise import normalise

# Sudachi refuses more than 49,149 bytes at a time; answers are cut well below, on line borders.
_CHUNK: Final = 4_000
_LINES: Final = re.compile(r"(?<=[。！？!?\n])")

_CONTENT: Final = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞"})
_ALPHABET: Final = ("記号", "文字")
# Words of asking and of grammar: they stand in every question and tell none apart.
_EMPTY: Final = frozenset(
    "為る 居る 有る 成る 出来る 下さる 頂く 教える 知る 言う 願う 御 様 物 事 時 方 場合 為 "
    "良い 無い 遣る 致す 仕舞う 貰う 来る 行く 見る 置く 呉れる 欲しい 様 等 達 者".split()
)
# Spellings of one word that Sudachi's normalised form leaves apart.
_ONE_WORD: Final = {"ゴミ": "ごみ", "塵": "ごみ", "塵芥": "ごみ"}


class SudachiTokeniser:
    """Turns text into its content words in normalised form; safe to share between threads.

    One dictionary is shared; each thread has a tokeniser of its own, since a Sudachi tokeniser
    refuses to be used by two threads at once.
    """

    def __init__(self) -> None:
        self._dictionary = Dictionary(dict="core")
        self._local = threading.local()

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the content words of `text` in order, repeated as often as they occur."""
        return tuple(
            morpheme
            for chunk in _chunks(normalise(text))
            for morpheme in self._content_words(chunk)
        )

    def _content_words(self, text: str) -> Iterator[str]:
        for morpheme in self._tokenizer().tokenize(text, SplitMode.A):
            pos = morpheme.part_of_speech()
            if pos[0] not in _CONTENT and tuple(pos[:2]) != _ALPHABET:
                continue
            form = morpheme.normalized_form().casefold().strip()
            if form and form not in _EMPTY:
                yield _ONE_WORD.get(form, form)

    def _tokenizer(self) -> Tokenizer:
        tokenizer: Tokenizer | None = getattr(self._local, "tokenizer", None)
        if tokenizer is None:
            tokenizer = self._dictionary.tokenizer()
            self._local.tokenizer = tokenizer
        return tokenizer


def _chunks(text: str) -> Iterator[str]:
    if len(text) <= _CHUNK:
        yield text
        return
    held = ""
    for sentence in _LINES.split(text):
        while len(sentence) > _CHUNK:
            yield sentence[:_CHUNK]
            sentence = sentence[_CHUNK:]
        if len(held) + len(sentence) > _CHUNK:
            yield held
            held = ""
        held += sentence
    yield held


def sudachi_terms() -> Callable[[str], tuple[str, ...]]:
    """Return a new tokeniser's `terms`; importable by name, for processes of their own."""
    return SudachiTokeniser().terms
