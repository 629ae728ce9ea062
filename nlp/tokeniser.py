"""Words of a Japanese text, as Sudachi sees them."""

import copy
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sudachipy import Dictionary, SplitMode, Tokenizer

from nlp.normalise import normalise

# Sudachi refuses more than 49,149 bytes at a time; answers are cut well below, on line borders.
_CHUNK: Final = 4_000
_REMEMBERED: Final = 256
_LINES: Final = re.compile(r"(?<=[。！？!?\n])")

_CONTENT: Final = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞"})
_COMPOUNDING: Final = frozenset({"名詞", "接頭辞", "接尾辞"})
_EMPTY: Final = frozenset({"為る", "有る", "居る", "成る", "出来る", "事", "物"})
_NEGATIONS: Final = frozenset({"ない", "ず", "ぬ"})
# Spellings of one word that Sudachi's normalised form leaves apart.
_ONE_WORD: Final = {"ゴミ": "ごみ", "塵": "ごみ", "塵芥": "ごみ"}


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word as it is written and read (katakana); nouns may go on as a compound.

    `part` is its part of speech with two finer classes, as Sudachi names them; `base` its
    dictionary form.
    """

    surface: str
    reading: str
    may_go_on: bool
    part: tuple[str, str, str]
    base: str = ""


class SudachiTokeniser:
    """Turns text into its content words in normalised form; safe to share between threads.

    One dictionary is shared; each thread has a tokeniser of its own, since a Sudachi tokeniser
    refuses to be used by two threads at once.
    """

    def __init__(self) -> None:
        self._dictionary = Dictionary(dict="core")
        self._local = threading.local()
        self._known: Mapping[str, tuple[str, ...]] = {}
        # One question is looked at from many sides, each of which wants its words.
        self._terms_of = lru_cache(_REMEMBERED)(self._terms)
        self._readings_of = lru_cache(_REMEMBERED)(self._readings)

    def knowing(self, terms: Mapping[str, tuple[str, ...]]) -> "SudachiTokeniser":
        """Return the same tokeniser, which has at hand what `terms` gave of some texts before."""
        knowing = copy.copy(self)
        knowing._known = terms
        return knowing

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the content words of `text` in order, repeated as often as they occur.

        A negated verb gives a word of its own beside the verb (燃えない: 燃える, 燃えるない):
        without it 燃えないごみ would be the same as 燃えるごみ.
        """
        known = self._known.get(text)
        return self._terms_of(text) if known is None else known

    def reading(self, text: str) -> str:
        """Return how a text is read, in katakana."""
        return "".join(word.reading or word.surface for word in self.readings(text))

    def readings(self, text: str) -> tuple[ReadWord, ...]:
        """Return all words as written, with their readings."""
        return self._readings_of(text)

    def _terms(self, text: str) -> tuple[str, ...]:
        return tuple(
            term for chunk in _chunks(normalise(text)) for term in self._content_words(chunk)
        )

    def _readings(self, text: str) -> tuple[ReadWord, ...]:
        return tuple(
            ReadWord(
                morpheme.surface(),
                morpheme.reading_form(),
                kind in _COMPOUNDING,
                (kind, finer, finest),
                morpheme.dictionary_form(),
            )
            for chunk in _chunks(text)
            for morpheme in self._tokenizer().tokenize(chunk, SplitMode.A)
            for kind, finer, finest, *_ in (morpheme.part_of_speech(),)
        )

    def _content_words(self, text: str) -> Iterator[str]:
        verb = ""  # the verb just read, for a negation that may follow it
        for morpheme in self._tokenizer().tokenize(text, SplitMode.A):
            kind, detail, *_ = morpheme.part_of_speech()
            form = morpheme.normalized_form().casefold().strip()
            if verb and kind == "助動詞" and form in _NEGATIONS:
                yield f"{verb}ない"
            verb = ""
            if kind not in _CONTENT or detail == "代名詞" or form in _EMPTY:
                continue
            if any(char.isalnum() for char in form):
                yield _ONE_WORD.get(form, form)
                verb = form if kind == "動詞" else ""

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
