"""Other search engines, all asked the same: terms and text in, positions of the best texts out.

Every peer is used through its public interface, with its own defaults, and gets exactly the terms
that toiawase gets. Only the two that look at characters get the text itself.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import bm25s
import numpy as np
import tantivy
from rank_bm25 import BM25Okapi
from sklearn.feature_extraction.text import TfidfVectorizer

Terms = Sequence[str]
Search = Callable[[Terms, str, int], list[int]]
"""(terms, text, how many) -> positions, best first."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The same texts for everyone: as they are, and as terms."""

    texts: Sequence[str]
    terms: Sequence[Terms]


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine, and up to how many texts it is worth waiting for."""

    name: str
    open: Callable[[Corpus], Search]
    largest: int = 1_000_000
    label: str = ""


def open_bm25s(corpus: Corpus) -> Search:
    retriever = bm25s.BM25(backend="numpy")
    retriever.index([list(terms) for terms in corpus.terms], show_progress=False)
    known = retriever.vocab_dict

    def search(terms: Terms, _text: str, many: int) -> list[int]:
        asked = [term for term in terms if term in known]
        if not asked:
            return []
        found, _scores = retriever.retrieve(
            [asked], k=min(many, len(corpus.terms)), show_progress=False, n_threads=0
        )
        return [int(at) for at in found[0]]

    return search


def open_rank_bm25(corpus: Corpus) -> Search:
    okapi = BM25Okapi([list(terms) for terms in corpus.terms])

    def search(terms: Terms, _text: str, many: int) -> list[int]:
        return best_of(np.asarray(okapi.get_scores(list(terms))), many)

    return search


def open_tantivy(corpus: Corpus) -> Search:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=1_000_000_000, num_threads=1)
    for terms in corpus.terms:
        # Terms hold no space of their own: they are single morphemes.
        writer.add_document(tantivy.Document(body=[" ".join(terms)]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    if searcher.num_segments != 1:
        raise RuntimeError("tantivy made several segments: positions would be mixed up")

    def search(terms: Terms, _text: str, many: int) -> list[int]:
        parts = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", term)) for term in terms
        ]
        hits = searcher.search(tantivy.Query.boolean_query(parts), many, count=False).hits
        return [address.doc for _score, address in hits]

    return search


def open_fts5(corpus: Corpus) -> Search:
    # A term is written as its number: FTS5's own tokeniser then cannot split it again.
    number: dict[str, int] = {}
    rows = (
        (at, " ".join(f"t{number.setdefault(term, len(number))}" for term in terms))
        for at, terms in enumerate(corpus.terms, 1)
    )
    base = _fts5("tokenize='ascii'", rows)

    def search(terms: Terms, _text: str, many: int) -> list[int]:
        known = dict.fromkeys(f"t{number[term]}" for term in terms if term in number)
        return _match(base, " OR ".join(known), many)

    return search


def open_fts5_trigram(corpus: Corpus) -> Search:
    base = _fts5("tokenize='trigram'", enumerate(corpus.texts, 1))

    def search(_terms: Terms, text: str, many: int) -> list[int]:
        pieces = dict.fromkeys(text[at : at + 3].replace('"', '""') for at in range(len(text) - 2))
        return _match(base, " OR ".join(f'"{piece}"' for piece in pieces), many)

    return search


def open_ngrams(corpus: Corpus) -> Search:
    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), dtype=np.float32)
    by_term = vectoriser.fit_transform(corpus.texts).T.tocsr()

    def search(_terms: Terms, text: str, many: int) -> list[int]:
        scores = vectoriser.transform([text]) @ by_term
        return best_of(scores.toarray()[0], many)

    return search


def best_of(scores: np.ndarray[Any, Any], many: int) -> list[int]:
    """Return the positions of the highest positive scores, best first, ties in their order."""
    many = min(many, len(scores))
    near = np.argpartition(-scores, many - 1)[:many]
    ordered = sorted(near.tolist(), key=lambda at: (-float(scores[at]), at))
    return [at for at in ordered if scores[at] > 0]


def _fts5(options: str, rows: Any) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.execute(f"CREATE VIRTUAL TABLE texts USING fts5(body, content='', {options})")
    base.executemany("INSERT INTO texts(rowid, body) VALUES (?, ?)", rows)
    base.execute("INSERT INTO texts(texts) VALUES ('optimize')")
    base.commit()
    return base


def _match(base: sqlite3.Connection, query: str, many: int) -> list[int]:
    if not query:
        return []
    found = base.execute(
        "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (query, many)
    )
    return [row[0] - 1 for row in found]


PEERS: Final = (
    Peer("bm25s", open_bm25s, label="bm25s"),
    Peer("rank-bm25", open_rank_bm25, largest=20_000, label="rank-bm25"),
    Peer("tantivy", open_tantivy, label="tantivy"),
    Peer("FTS5", open_fts5, label="SQLite FTS5（同じ語）"),
    Peer("FTS5 trigram", open_fts5_trigram, label="SQLite FTS5（3文字ずつ）"),
    Peer("n-gram TF-IDF", open_ngrams, largest=20_000, label="文字 2〜3-gram TF-IDF"),
)
