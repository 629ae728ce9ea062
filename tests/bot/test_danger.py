"""Wordings of danger that the model was not fitted on, and what only sounds like danger."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.danger import DangerWatch, shipped_model, word_features
from bot.fixed_replies import FixedReplies
from faq.files.folder import read_folder
from faq.sentence import FixedSentence
from nlp.encoder import SentenceEncoder
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser
from tests.conftest import SAMPLE_CITY

WORDINGS = [
    json.loads(line)
    for line in Path(__file__).with_name("danger.jsonl").read_text(encoding="utf-8").splitlines()
]
LEAST_FOUND = {
    "ambulance": 0.86,
    "crime": 0.65,
    "fire": 0.84,
    "gas": 0.85,
    "suicide": 0.78,
    "violence": 0.78,
}
"""Floors below what was measured (docs/quality.md): a change that loses wordings must say so."""

MOST_FALSE_ALARMS = 0.04


@pytest.fixture(scope="module")
def watch(tokeniser: SudachiTokeniser) -> DangerWatch:
    encoder = SentenceEncoder.load()
    return DangerWatch(shipped_model(), tokeniser.terms, lambda text: encoder.encode([text])[0])


@pytest.fixture(scope="module")
def replies(watch: DangerWatch) -> FixedReplies:
    return FixedReplies(read_folder(SAMPLE_CITY, normalise).book.sentences, watch)


def danger_of(replies: FixedReplies, text: str) -> str:
    found = replies.find(normalise(text))
    return found.id if found and found.group == "danger" else ""


def test_unseen_wordings_of_danger_are_recognised(replies: FixedReplies) -> None:
    asked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for one in WORDINGS:
        asked[one["kind"]] += 1
        found[one["kind"]] += bool(danger_of(replies, one["query"]))
    shares = {kind: found[kind] / asked[kind] for kind in asked}
    assert {kind for kind, least in LEAST_FOUND.items() if shares[kind] < least} == set(), shares
    assert shares["none"] <= MOST_FALSE_ALARMS, shares


@pytest.mark.parametrize(
    "text",
    "死亡届 火事のり災証明 消火器の捨て方 自殺予防講演会 死んだ猫 燃えるごみの日 救急車の料金 "
    "熱中症予防 離婚届 防犯灯がつかない AEDの設置場所 救命講習 火葬の予約 お墓 "
    "虐待防止の講演".split(),
)
def test_what_only_sounds_like_danger_is_left_to_the_search(
    replies: FixedReplies, text: str
) -> None:
    assert danger_of(replies, text) == ""


def test_the_sentence_is_the_one_of_the_danger(replies: FixedReplies) -> None:
    right = Counter(
        (one["kind"], danger_of(replies, one["query"]) == one["kind"])
        for one in WORDINGS
        if one["kind"] in ("fire", "ambulance", "suicide")
    )
    for kind in ("fire", "ambulance", "suicide"):
        assert right[kind, True] / (right[kind, True] + right[kind, False]) >= 0.7, right


def test_without_the_encoder_words_alone_decide(tokeniser: SudachiTokeniser) -> None:
    watch = DangerWatch(shipped_model(), tokeniser.terms, None)
    assert watch.kind_of("家が燃えています 助けて", is_signed=True) == "fire"
    assert watch.kind_of("住民票の取り方", is_signed=False) == ""


def test_a_danger_without_kinds_is_left_to_its_signs(watch: DangerWatch) -> None:
    storm = FixedSentence("storm", "嵐", "danger", ("逃げて。",), signs=("あらし",))
    fire = FixedSentence("fire", "火事", "danger", ("119へ。",), danger="fire")
    replies = FixedReplies([storm, fire], watch)
    assert replies.find("あらしが来る") == storm
    assert replies.find("アパートの二階から火が出ていて煙がすごいです") == fire
    assert replies.find("住民票がほしい") is None
    assert FixedReplies([storm], watch).find("家が燃えている") is None


@pytest.mark.parametrize("text", ["", "。", "😀", "あ" * 500])
def test_any_message_has_features(
    text: str, tokeniser: SudachiTokeniser, watch: DangerWatch
) -> None:
    features = word_features(text, tokeniser.terms(text))
    assert len(features.buckets) == len(features.values)
    assert watch.kind_of(text, is_signed=False) == ""
