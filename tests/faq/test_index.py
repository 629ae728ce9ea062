"""The index gives scikit-learn's scores without scikit-learn."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.archive import pack, unpack
from faq.book import FaqBook
from faq.build import build_words, field_text
from faq.entry import FaqEntry
from faq.index import FIELDS, FaqIndex
from faq.problem import IndexDamaged
from tests.conftest import ROOT

WORDS = [f"w{number}" for number in range(40)]


def split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def book_of(*texts: str) -> FaqBook:
    return FaqBook.of(
        FaqEntry(f"e{at:03}", text, " ".join(reversed(text.split()[:3])))
        for at, text in enumerate(texts)
    )


@pytest.fixture(scope="module")
def book() -> FaqBook:
    rng = np.random.default_rng(7)
    return book_of(*(" ".join(rng.choice(WORDS, size=rng.integers(1, 12))) for _ in range(60)))


@pytest.fixture(scope="module")
def folder(book: FaqBook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("index") / book.digest
    made.mkdir()
    build_words(book, made, split)
    return made


@pytest.fixture(scope="module")
def index(book: FaqBook, folder: Path) -> FaqIndex:
    return FaqIndex.load(folder, book.index_digest)


@pytest.mark.parametrize("field", FIELDS)
def test_scores_equal_scikit_learns_cosines(book: FaqBook, index: FaqIndex, field: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import cosine_similarity

    oracle = TfidfVectorizer(analyzer=split)
    rows = oracle.fit_transform(field_text(entry, field) for entry in book.entries)
    for question in ("w1 w2 w3", "w5 w5 unknown", "w39", "unknown", "w0 w7 w8 w9 w10 w11"):
        counts = {term: float(split(question).count(term)) for term in split(question)}
        searched = index.fields[field]
        scores = searched.scores(searched.query(counts), index.size)
        expected = cosine_similarity(oracle.transform([question]), rows)[0]
        np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_bm25_equals_its_formula(book: FaqBook, index: FaqIndex) -> None:
    rows = [
        split(question) + split(answer)
        for entry in book.entries
        for question, answer in entry.wordings()
    ]
    mean = sum(map(len, rows)) / len(rows)
    term = "w3"
    held = sum(term in row for row in rows)
    assert index.words.idf_of(term) == pytest.approx(
        np.log(1 + (len(rows) - held + 0.5) / (held + 0.5))
    )
    found, strength = index.words.holders(term)
    for at, value in zip(found, strength, strict=True):
        tf = rows[at].count(term)
        assert value == pytest.approx(
            tf * 3.0 / (tf + 2.0 * (0.25 + 0.75 * len(rows[at]) / mean)), abs=1e-6
        )
    assert index.words.count_of(term) == sum(row.count(term) for row in rows)
    assert index.words.count_of("unknown") == 0
    assert index.words.idf_of("unknown") == index.words.unknown_idf


@given(words=st.dictionaries(st.sampled_from(WORDS), st.floats(0.1, 2.0), min_size=1, max_size=8))
def test_contributions_sum_to_the_score(words: dict[str, float]) -> None:
    index = INDEX[0]
    for searched in index.fields.values():
        query = searched.query(words)
        scores = searched.scores(query, index.size)
        for at in range(index.size):
            parts = dict(searched.contributions(query, at))
            assert abs(sum(parts.values()) - scores[at]) < 1e-9


INDEX: list[FaqIndex] = []


@pytest.fixture(autouse=True, scope="module")
def _shared_index(index: FaqIndex) -> None:
    INDEX[:] = [index]


def test_the_order_of_entries_changes_nothing(book: FaqBook) -> None:
    turned = FaqBook.of(reversed(book.entries))
    assert turned.digest == book.digest
    assert turned == book


def test_serving_does_not_load_scikit_learn() -> None:
    code = (
        "import sys, channels.cli, channels.app;"
        "loaded = {name.partition('.')[0] for name in sys.modules};"
        "sys.stdout.write(', '.join(loaded & {'sklearn', 'scipy', 'linebot', 'alembic'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode() == ""


@pytest.mark.parametrize("texts", [(), ("",)], ids=["no entries", "no words"])
def test_a_book_without_words_can_be_indexed(texts: tuple[str, ...], tmp_path: Path) -> None:
    book = book_of(*texts)
    build_words(book, tmp_path, split)
    index = FaqIndex.load(tmp_path, book.index_digest)
    searched = index.fields["question"]
    assert searched.scores(searched.query({"w1": 1.0}), index.size).tolist() == [0.0] * len(texts)


class TestDamage:
    @pytest.fixture
    def copy(self, folder: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(folder, tmp_path / "copy"))

    def damaged(self, copy: Path, book: FaqBook) -> None:
        with pytest.raises(IndexDamaged):
            FaqIndex.load(copy, book.index_digest)

    def test_another_book(self, copy: Path) -> None:
        with pytest.raises(IndexDamaged, match="belongs to book"):
            FaqIndex.load(copy, "0" * 64)

    @pytest.mark.parametrize(
        "name", ["index.json", "answer.idf.npy", "question.terms.json", "words.idf.npy"]
    )
    def test_a_file_is_missing(self, copy: Path, book: FaqBook, name: str) -> None:
        (copy / name).unlink()
        self.damaged(copy, book)

    @pytest.mark.parametrize(
        "name", ["question.entries.npy", "answer.weights.npy", "words.rows.npy", "row-starts.npy"]
    )
    @pytest.mark.parametrize("size", [0, 60, 200])
    def test_a_file_is_cut_short(self, copy: Path, book: FaqBook, name: str, size: int) -> None:
        whole = (copy / name).read_bytes()
        (copy / name).write_bytes(whole[:size])
        self.damaged(copy, book)

    def test_arrays_that_do_not_fit(self, copy: Path, book: FaqBook) -> None:
        np.save(copy / "answer.weights.npy", np.zeros(3, dtype=np.float32))
        self.damaged(copy, book)

    @pytest.mark.parametrize("name", ["words.strength.npy", "words.idf.npy", "words.starts.npy"])
    def test_words_that_do_not_fit(self, copy: Path, book: FaqBook, name: str) -> None:
        np.save(copy / name, np.zeros(3, dtype=np.int64))
        self.damaged(copy, book)

    def test_an_older_format(self, copy: Path, book: FaqBook) -> None:
        manifest = json.loads((copy / "index.json").read_text())
        (copy / "index.json").write_text(json.dumps(manifest | {"format": 0}))
        self.damaged(copy, book)

    def test_packed_and_unpacked_it_is_the_same(self, folder: Path, tmp_path: Path) -> None:
        unpack(pack(folder), tmp_path / "back")
        for path in folder.iterdir():
            assert path.read_bytes() == (tmp_path / "back" / path.name).read_bytes()

    def test_a_damaged_archive_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(IndexDamaged):
            unpack(b"no archive", tmp_path / "back")
        assert list(tmp_path.iterdir()) == []
