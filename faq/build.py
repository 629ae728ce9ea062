"""Building the word arrays of a book, with scikit-learn.

Fitting in the serving process would stall its event loop for more than 100 ms and keep 120 MB of
scikit-learn in memory, so this runs in a process of its own (`bot.building_process`).
"""

import importlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.index import FIELDS, FORMAT, MANIFEST
from faq.word_index import K1, B, save_words

Terms = Callable[[str], tuple[str, ...]]


def load_scikit_learn() -> None:
    """Load what building needs ahead of time: it costs more than a second."""
    importlib.import_module("sklearn.feature_extraction.text")


def field_text(entry: FaqEntry, field: str) -> str:
    """Return the text of an entry that a field is built from."""
    if field == "question":
        return "\n".join((entry.question, *entry.phrasings, *entry.keywords))
    return "\n".join((entry.answer, *entry.by_ward.values()))


def build_words(book: FaqBook, folder: Path, terms: Terms) -> None:
    """Write all word arrays of a book, and its manifest, into an existing folder."""
    split = _Split(terms)
    _build_bm25(book, folder, split)
    for field in FIELDS:
        texts = [field_text(entry, field) for entry in book.entries]
        _build_field([split.of(text) for text in texts], folder, field)
    manifest = {"format": FORMAT, "digest": book.index_digest, "size": len(book.entries)}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


class _Split:
    """Splits each text once: an answer stands beside every wording of its question."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, text: str) -> tuple[str, ...]:
        if text not in self._known:
            self._known[text] = self._terms(text)
        return self._known[text]


def _build_bm25(book: FaqBook, folder: Path, split: _Split) -> None:
    wordings = [entry.wordings() for entry in book.entries]
    row_starts = np.concatenate([[0], np.cumsum([len(one) for one in wordings])]).astype(np.int64)
    counts, names = _counted_together([pair for one in wordings for pair in one], split)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    by_term = counts.T.tocsr().astype(np.float64)
    by_term.sort_indices()
    tf, at = by_term.data, by_term.indices
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if len(lengths) else 0.0, 1.0))
    owner = np.repeat(np.arange(len(wordings)), np.diff(row_starts))
    held = _distinct(owner[at], by_term.indptr).astype(np.float64)
    main = row_starts[:-1]
    arrays = {
        "starts": by_term.indptr.astype(np.int64),
        "rows": at.astype(np.int32),
        "strength": (tf * (K1 + 1) / (tf + norm[at])).astype(np.float32),
        "idf": np.log(1 + (len(wordings) - held + 0.5) / (held + 0.5)),
        "counts": np.asarray(counts[main].sum(axis=0)).ravel().astype(np.int64),
    }
    save_words(folder, names, arrays)
    np.save(folder / "row-starts.npy", row_starts, allow_pickle=False)


def _distinct(values: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many different values each span holds, of values that ascend within it."""
    is_new = np.ones(len(values), dtype=np.int64)
    is_new[1:] = values[1:] != values[:-1]
    is_new[starts[:-1][starts[:-1] < len(values)]] = 1
    so_far = np.concatenate([[0], np.cumsum(is_new)])
    return np.asarray(np.diff(so_far[starts]), dtype=np.int64)


def _counted_together(pairs: list[tuple[str, str]], split: _Split) -> tuple[Any, list[str]]:
    """Count the words of both texts of each pair; each text is counted once, however often used."""
    places = {text: at for at, text in enumerate(dict.fromkeys(itertools.chain(*pairs)))}
    counts, names = _counted([split.of(text) for text in places])
    first, second = (np.array([places[one[at]] for one in pairs], dtype=np.int64) for at in (0, 1))
    return counts[first] + counts[second], names


def _counted(rows: list[tuple[str, ...]]) -> tuple[Any, list[str]]:
    from sklearn.feature_extraction.text import CountVectorizer  # costs 1.3 s and 120 MB

    if not any(rows):  # scikit-learn refuses an empty vocabulary; a city may start with nothing
        empty = CountVectorizer(analyzer=tuple).fit([("",)])
        return empty.transform(rows), [""]
    vectorizer = CountVectorizer(analyzer=tuple)
    counts = vectorizer.fit_transform(rows)
    return counts, vectorizer.get_feature_names_out().tolist()


def _build_field(split: list[tuple[str, ...]], folder: Path, field: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer  # costs 1.3 s and 120 MB

    if not any(split):  # scikit-learn refuses an empty vocabulary; a city may start with nothing
        split = [("",), *split[1:]]
    vectorizer = TfidfVectorizer(analyzer=tuple)
    by_term = vectorizer.fit_transform(split).T.tocsr()
    by_term.sort_indices()
    names = vectorizer.get_feature_names_out().tolist()
    (folder / f"{field}.terms.json").write_text(
        json.dumps(names, ensure_ascii=False), encoding="utf-8"
    )
    arrays = {
        "idf": vectorizer.idf_.astype(np.float64),
        "starts": by_term.indptr.astype(np.int64),
        "entries": by_term.indices.astype(np.int32),
        "weights": by_term.data.astype(np.float32),
    }
    for part, array in arrays.items():
        np.save(folder / f"{field}.{part}.npy", array, allow_pickle=False)
