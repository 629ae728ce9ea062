"""All that is needed to search one book, opened from the files its publisher wrote."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from faq.arrays import Floats
from faq.problem import IndexDamaged
from faq.text_field import TextField, load_field
from faq.vector_index import VectorIndex
from faq.word_index import WordIndex

FORMAT: Final = 4
"""Version of the files of an index; one of another version is built anew."""

FIELDS: Final = ("question", "answer")
"""The texts of an entry that are searched apart: question with phrasings, and answer."""

MANIFEST: Final = "index.json"


@dataclass(frozen=True)
class FaqIndex:
    """The searchable form of a book with `size` entries; `digest` is of what it was made from.

    Wordings (an entry's question, phrasings, variants) are rows, grouped by entry: `row_starts`
    (size+1) says where each entry's rows start. `vectors` is None when published without meaning.
    """

    digest: str
    size: int
    row_starts: NDArray[np.int64]
    words: WordIndex
    fields: Mapping[str, TextField]
    vectors: VectorIndex | None

    @classmethod
    def load(cls, folder: Path, *digests: str) -> "FaqIndex":
        """Open an index, arrays mapped, not read: one of the `digests`, or any when none is named.

        Raises IndexDamaged when files are missing, cut short, of another format or another book.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            _check_manifest(manifest, digests)
            size = int(manifest["size"])
            row_starts = np.load(folder / "row-starts.npy", allow_pickle=False)
            rows = int(row_starts[-1])
            opened = cls(
                digest=str(manifest["digest"]),
                size=size,
                row_starts=row_starts,
                words=WordIndex.load(folder, rows, size),
                fields={name: load_field(folder, name) for name in FIELDS},
                vectors=VectorIndex.load(folder, rows, size),
            )
        except IndexDamaged:
            raise
        except (OSError, ValueError, KeyError, IndexError, EOFError) as error:
            raise IndexDamaged(f"the index in {folder.name} cannot be read: {error}") from error
        if len(row_starts) != size + 1:
            raise IndexDamaged("the rows do not fit the book")
        return opened

    def best_rows(self, values: Floats) -> Floats:
        """Return, for each entry, the highest value among its rows."""
        if len(values) == self.size or not self.size:
            return values
        best: Floats = np.maximum.reduceat(values, self.row_starts[:-1])
        return best


def _check_manifest(manifest: Mapping[str, Any], digests: Collection[str]) -> None:
    if manifest["format"] != FORMAT:
        raise IndexDamaged(f"the index has format {manifest['format']}, not {FORMAT}")
    if digests and manifest["digest"] not in digests:
        raise IndexDamaged(f"the index belongs to book {manifest['digest'][:12]}")
