"""Building the index of a book, with scikit-learn, in a process of its own.

Fitting in the serving process would stall its event loop for more than 100 ms and keep 120 MB of
scikit-learn in memory, so the publisher spawns a process, and serving reads the arrays it wrote.
"""

import json
import multiprocessing
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np

from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.index import FIELDS, FORMAT, MANIFEST
from faq.problem import IndexDamaged

Terms = Callable[[str], tuple[str, ...]]


def field_text(entry: FaqEntry, field: str) -> str:
    """Return the text of an entry that a field is built from."""
    if field == "question":
        return "\n".join((entry.question, *entry.phrasings, *entry.keywords))
    return "\n".join((entry.answer, *entry.by_ward.values()))


def build_index(book: FaqBook, folder: Path, terms: Terms) -> None:
    """Write the index of `book` into `folder`, whole or not at all."""
    building = folder.with_name(f".building-{uuid.uuid4().hex}")
    building.mkdir(parents=True)
    try:
        for field in FIELDS:
            _build_field(
                [field_text(entry, field) for entry in book.entries], building, field, terms
            )
        manifest = {"format": FORMAT, "digest": book.digest, "size": len(book.entries)}
        (building / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def build_index_apart(book: FaqBook, folder: Path, make_terms: Callable[[], Terms]) -> None:
    """Do the same in a spawned process; `make_terms` must be importable by name.

    Raises IndexDamaged when the process ends without an index.
    """
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_build_snapshot, args=(book.to_json(), folder, make_terms))
    process.start()
    process.join()
    if process.exitcode:
        raise IndexDamaged(f"building the index failed (exit code {process.exitcode})")


def _build_snapshot(snapshot: bytes, folder: Path, make_terms: Callable[[], Terms]) -> None:
    build_index(FaqBook.from_json(snapshot), folder, make_terms())


def _build_field(texts: list[str], folder: Path, field: str, terms: Terms) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer  # costs 1.3 s and 120 MB

    split = [terms(text) for text in texts]
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
