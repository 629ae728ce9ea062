"""Wordings of danger that the model was not fitted on, and what only sounds like danger."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.danger import Alarm, DangerWatch, shipped_model, word_features
from bot.desk import InquiryDesk
from bot.fixed_replies import CalledFor, FixedReplies
from bot.question import Question
from bot.reply import Answered, Fixed, Reply, shown_entries
from faq.book import FaqBook
from faq.files.folder import read_folder
from faq.sentence import DANGERS, FixedSentence
from nlp.encoder import SentenceEncoder
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser
from tests.conftest import SAMPLE_CITY
from tests.json_lines import lines_of


def wordings(name: str) -> list[dict[str, str]]:
    return lines_of(Path(__file__).with_name(name))


INDIRECT = wordings("danger.jsonl")
"""Many of them as no list of words would find them."""
PLAIN = wordings("danger_plain.jsonl")
"""Written later by another hand: as most people would put it."""
LATEST = wordings("danger_exam.jsonl")
"""By a third hand, after all wordings the model was fitted on; a fifth of them indirect."""
LEAST_FOUND = {
    "danger.jsonl": {
        "ambulance": 0.96,
        "crime": 0.91,
        "fire": 0.93,
        "gas": 0.92,
        "suicide": 0.87,
        "violence": 0.88,
    },
    "danger_exam.jsonl": {"ambulance": 0.96, "fire": 0.96, "suicide": 0.95, "violence": 0.98},
    "danger_plain.jsonl": {"ambulance": 0.97, "fire": 0.98, "suicide": 0.97, "violence": 0.97},
}
"""Floors below what was measured (docs/quality.md): a change that loses wordings must say so."""

MOST_FALSE_ALARMS = {"danger.jsonl": 0.12, "danger_exam.jsonl": 0.04, "danger_plain.jsonl": 0.01}
"""Of messages in the same styles, also where an answer would stand in spite of the alarm."""


@pytest.fixture(scope="module")
def watch(tokeniser: SudachiTokeniser) -> DangerWatch:
    encoder = SentenceEncoder.load()
    return DangerWatch(shipped_model(), tokeniser.terms, lambda text: encoder.encode([text])[0])


@pytest.fixture(scope="module")
def replies(watch: DangerWatch) -> FixedReplies:
    return FixedReplies(read_folder(SAMPLE_CITY, normalise).book.sentences, watch)


def danger_of(replies: FixedReplies, text: str) -> str:
    called = replies.find(normalise(text))
    return called.sentence.id if called and called.sentence.group == "danger" else ""


@pytest.mark.parametrize("name", sorted(LEAST_FOUND))
def test_unseen_wordings_of_danger_are_recognised(replies: FixedReplies, name: str) -> None:
    asked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for one in wordings(name):
        asked[one["kind"]] += 1
        found[one["kind"]] += bool(danger_of(replies, one["query"]))
    shares = {kind: found[kind] / asked[kind] for kind in asked}
    assert {kind for kind, least in LEAST_FOUND[name].items() if shares[kind] < least} == set(), (
        shares
    )
    assert shares["none"] <= MOST_FALSE_ALARMS[name], shares


def is_known(reply: Reply) -> bool:
    return isinstance(reply, Answered | Fixed)


def test_only_a_possible_danger_leaves_an_answer_standing(
    small_book: FaqBook,
    desk_of: Callable[..., InquiryDesk],
    asking: Callable[..., Question],
    watch: DangerWatch,
) -> None:
    alarms = [FixedSentence(kind, kind, "danger", ("電話を。",), danger=kind) for kind in DANGERS]
    book = replace(small_book, sentences=(*alarms, *small_book.sentences))
    desk, replies = desk_of(book, with_meaning=True), FixedReplies(book.sentences, watch)
    seen: Counter[tuple[bool, bool]] = Counter()
    for one in (*PLAIN[::3], *INDIRECT[::3], *LATEST[::3]):
        called = replies.find(normalise(one["query"]))
        reply = desk.consider(asking(one["query"]))
        shown = reply.sentence if isinstance(reply, Fixed) else None
        if called is None:
            assert shown is None or shown.group != "danger"
        elif called.sentence.group == "danger":
            seen[called.is_sure, shown is not None] += 1
            assert shown == called.sentence or (called.is_sure is False and is_known(reply))
            assert len(shown_entries(reply)) <= 3 or shown is None
    assert seen[True, True]
    assert seen[False, True]
    assert not seen[True, False]


def test_beneath_a_danger_stands_what_would_have_been_answered(
    small_book: FaqBook, desk_of: Callable[..., InquiryDesk], asking: Callable[..., Question]
) -> None:
    entry = small_book.entries[0]
    scare = FixedSentence("scare", "こわい", "danger", ("電話を。",), signs=("こわい",))
    book = replace(small_book, sentences=(scare, *small_book.sentences))
    reply = desk_of(book, with_meaning=True).consider(asking(f"こわい。{entry.question}"))
    assert isinstance(reply, Fixed)
    assert reply.sentence == scare
    assert reply.near[0].entry_id == entry.id


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
        for one in INDIRECT
        if one["kind"] in ("fire", "ambulance", "suicide")
    )
    for kind in ("fire", "ambulance", "suicide"):
        assert right[kind, True] / (right[kind, True] + right[kind, False]) >= 0.7, right


def test_without_the_encoder_words_alone_decide(tokeniser: SudachiTokeniser) -> None:
    watch = DangerWatch(shipped_model(), tokeniser.terms, None)
    assert watch.alarm("家が燃えています 助けて", is_signed=True) == Alarm("fire", is_sure=True)
    assert watch.alarm("住民票の取り方", is_signed=False) is None


def test_a_danger_without_kinds_is_left_to_its_signs(watch: DangerWatch) -> None:
    storm = FixedSentence("storm", "嵐", "danger", ("逃げて。",), signs=("あらし",))
    fire = FixedSentence("fire", "火事", "danger", ("119へ。",), danger="fire")
    replies = FixedReplies([storm, fire], watch)
    assert replies.find("あらしが来る") == CalledFor(storm)
    assert replies.find("アパートの二階から火が出ていて煙がすごいです") == CalledFor(fire)
    assert replies.find("住民票がほしい") is None
    assert FixedReplies([storm], watch).find("家が燃えている") is None


@pytest.mark.parametrize("text", ["", "。", "😀", "あ" * 500])
def test_any_message_has_features(
    text: str, tokeniser: SudachiTokeniser, watch: DangerWatch
) -> None:
    features = word_features(text, tokeniser.terms(text))
    assert len(features.buckets) == len(features.values)
    assert watch.alarm(text, is_signed=False) is None
