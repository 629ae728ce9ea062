"""One question, one reply."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.confidence import Confidence, shipped_models
from bot.decision import Thresholds, decide
from bot.desk import InquiryDesk
from bot.inquiry import Inquiry
from bot.question import Question
from bot.ranking import SIGNAL_LABELS
from bot.reply import KIND_LABELS, Answered, Fixed, Unanswered, Unsure, shown_entries
from faq.book import FaqBook
from faq.entry import FaqEntry
from nlp.normalise import normalise
from tests.conftest import NOON

Asking = Callable[..., Question]


def test_every_question_and_phrasing_finds_its_own_entry(
    small_desk: InquiryDesk, asking: Asking
) -> None:
    for entry in small_desk.book.entries:
        channel = "staff" if entry.audience == "staff" else "web"
        for text in (entry.question, *entry.phrasings):
            best = small_desk.search.rank(asking(text, channel)).best[0]
            assert best.entry_id == entry.id, text


def test_an_answer_comes_with_contact_and_candidates(
    small_desk: InquiryDesk, asking: Asking
) -> None:
    reply = small_desk.consider(asking("引っ越してきたけど何をすればいい？", ward="北区"))
    assert isinstance(reply, Answered)
    assert reply.answer.entry.id == "tennyu"
    assert reply.contact is not None
    assert reply.contact.office.name == "北区役所 区民課"
    assert not reply.contact.open_now  # noon is lunch time there
    assert reply.candidates[0].entry_id == "tennyu"
    assert shown_entries(reply)[0] == "tennyu"


def test_what_no_entry_answers_is_said_to_be_unanswered(
    small_desk: InquiryDesk, asking: Asking
) -> None:
    reply = small_desk.consider(asking("明日の天気は？"))
    assert isinstance(reply, Unanswered)
    assert "見つかりませんでした" in reply.prompt
    assert reply.contact is not None
    assert reply.contact.office.name == "コールセンター"
    assert shown_entries(reply) == ()


def test_between_the_thresholds_the_desk_asks_back(small_desk: InquiryDesk, asking: Asking) -> None:
    reply = small_desk.consider(asking("区役所の場所"))
    assert isinstance(reply, Unsure)
    assert 1 <= len(reply.candidates) <= 5
    assert reply.prompt == "もしかして、次のどれかでしょうか。"
    assert "counter-manual" not in shown_entries(reply)


def test_fixed_sentences_come_before_any_search(small_desk: InquiryDesk, asking: Asking) -> None:
    for text in ("ありがとう", "火事です！！", " どうも。"):
        reply = small_desk.consider(asking(text))
        assert isinstance(reply, Fixed), text
    assert isinstance(small_desk.consider(asking("ありがとうの手紙の出し方")), Unsure | Unanswered)


def test_staff_entries_never_reach_a_public_channel(
    small_desk: InquiryDesk, asking: Asking
) -> None:
    text = "窓口でのごみ券の払い戻しの処理手順は何ですか。"
    assert shown_entries(small_desk.consider(asking(text, "staff")))[0] == "counter-manual"
    for channel in ("web", "line", "cli"):
        reply = small_desk.consider(asking(text, channel), depth=50)
        assert not isinstance(reply, Fixed)
        assert "counter-manual" not in {ranked.entry_id for ranked in reply.ranking.best}


def test_an_expired_entry_is_not_given(small_desk: InquiryDesk, asking: Asking) -> None:
    text = "乾電池の特別回収はいつまでですか。"
    last_minute = NOON.replace(year=2027, month=3, day=31, hour=14, minute=59)
    assert shown_entries(small_desk.consider(asking(text, at=last_minute)))[0] == "battery-campaign"
    after = small_desk.consider(asking(text, at=last_minute + timedelta(minutes=1)))
    assert "battery-campaign" not in shown_entries(after)


def test_wards_and_languages_choose_the_text(small_desk: InquiryDesk, asking: Asking) -> None:
    kita = small_desk.consider(asking("ごみの収集日はいつですか。", ward="kita"))
    assert isinstance(kita, Answered)
    assert kita.answer.text == "北区は月曜日と木曜日です。"
    english = small_desk.consider(asking("引っ越してきた 何をする", language="en"))
    assert isinstance(english, Answered)
    assert english.answer.language == "en"
    assert "14 days" in english.answer.text
    asked_in_english = small_desk.consider(asking("I have moved into the city. What should I do?"))
    assert isinstance(asked_in_english, Answered)
    assert asked_in_english.answer.language == "en"
    weather = small_desk.consider(asking("Will it rain tomorrow?"))
    assert not isinstance(weather, Answered | Fixed)
    korean = small_desk.consider(asking("引っ越してきた 何をする", language="ko"))
    assert isinstance(korean, Answered)
    assert korean.answer.language == "ja"


@given(st.text(st.characters(codec=None), max_size=80), st.sampled_from(["small", "wordy"]))
def test_contributions_sum_to_the_score_for_any_question(text: str, which: str) -> None:
    desk = DESKS[which]
    if not normalise(text):
        return
    ranking = desk.search.rank(Question.from_text(text, "web", NOON))
    for ranked in ranking.best:
        parts = desk.search.explain(ranking, ranked.entry_id)
        assert abs(sum(part.value for part in parts) - ranked.score) < 1e-9
        assert {part.signal for part in parts} <= SIGNAL_LABELS.keys()


@pytest.mark.parametrize("text", ["粗大ゴミ 出したい", "廃棄物の日", "引っ越しで住民票がいる"])
def test_words_carry_the_lexical_score(
    small_desk: InquiryDesk, wordy_desk: InquiryDesk, asking: Asking, text: str
) -> None:
    for desk in (small_desk, wordy_desk):
        ranking = desk.search.rank(asking(text))
        first = desk.search.explain(ranking, ranking.best[0].entry_id)
        named = {part.signal for part in first if part.term}
        assert named >= {"lexical", "coverage"}


DESKS: dict[str, InquiryDesk] = {}


@pytest.fixture(autouse=True)
def _shared_desks(small_desk: InquiryDesk, wordy_desk: InquiryDesk) -> None:
    DESKS.update(small=small_desk, wordy=wordy_desk)


def test_synonyms_are_named_in_the_explanation(small_desk: InquiryDesk, asking: Asking) -> None:
    ranking = small_desk.search.rank(asking("廃棄物の日"))
    parts = small_desk.search.explain(ranking, "gomi-day")
    found = next(part for part in parts if part.term == "ごみ" and part.is_synonym)
    assert "廃棄" in found.typed


@pytest.mark.parametrize("which", ["small", "wordy"])
def test_kana_find_what_is_written_in_kanji(which: str, asking: Asking) -> None:
    for text in ("じゅうみんひょうがほしい", "ジュウミンヒョウ", "そだいごみをすてたい"):
        best = DESKS[which].search.rank(asking(text)).best[0].entry_id
        assert best == ("sodai-gomi" if "そだい" in text else "juminhyo")


def test_without_meaning_words_alone_answer(wordy_desk: InquiryDesk, asking: Asking) -> None:
    ranking = wordy_desk.search.rank(asking("粗大ごみを捨てたい"))
    assert set(ranking.signals.weights) == {"lexical", "cosine", "coverage"}
    assert ranking.best[0].entry_id == "sodai-gomi"


def test_a_question_in_english_is_searched_by_meaning(
    small_desk: InquiryDesk, asking: Asking
) -> None:
    ranking = small_desk.search.rank(asking("I have just moved here. Which procedure do I need?"))
    assert set(ranking.signals.weights) == {"meaning", "passages"}
    assert ranking.best[0].entry_id == "tennyu"


def test_ties_are_in_the_order_of_ids(desk_of: Callable[[FaqBook], InquiryDesk]) -> None:
    entries = [FaqEntry(name, "同じ質問", "同じ答え") for name in ("c", "a", "b")]
    ranking = desk_of(FaqBook.of(entries)).search.rank(Question.from_text("同じ質問", "web", NOON))
    assert [ranked.entry_id for ranked in ranking.best] == ["a", "b", "c"]


def test_an_empty_book_answers_nothing(desk_of: Callable[[FaqBook], InquiryDesk]) -> None:
    desk = desk_of(FaqBook.of([]))
    reply = desk.consider(Question.from_text("ごみ", "web", NOON))
    assert isinstance(reply, Unanswered)
    assert (reply.confidence, reply.contact) == (0.0, None)
    assert desk.writer.contact_centre(NOON) is None


def test_suggestions_while_typing(small_desk: InquiryDesk) -> None:
    assert small_desk.search.suggest("粗大", NOON)[0].id == "sodai-gomi"
    assert small_desk.search.suggest("", NOON) == []
    assert small_desk.search.suggest("天気予報", NOON) == []
    assert small_desk.search.suggest("\ud83d", NOON) == []


class Recorder:
    def __init__(self) -> None:
        self.kept: list[Inquiry] = []

    async def record(self, inquiry: Inquiry) -> None:
        self.kept.append(inquiry)


def test_an_answer_is_recorded_before_it_is_given(small_desk: InquiryDesk, asking: Asking) -> None:
    recorder = Recorder()
    considered = asyncio.run(small_desk.answer(asking("住民票ほしい 090-1234-5678"), recorder))
    assert recorder.kept == [considered.inquiry]
    kept = recorder.kept[0]
    assert (kept.kind, kept.entry_id) == ("answered", "juminhyo")
    assert kept.text == "住民票ほしい 〔電話番号〕"
    assert kept.nearest[0].entry_id == "juminhyo"


def test_eight_threads_ask_one_desk(small_desk: InquiryDesk, asking: Asking) -> None:
    texts = ["ごみの日", "住民票ほしい", "引っ越してきた", "明日の天気は？"]
    expected = [small_desk.consider(asking(text)) for text in texts]
    wrong: list[object] = []

    def ask() -> None:
        for at in range(1_000):
            if small_desk.consider(asking(texts[at % 4])) != expected[at % 4]:
                wrong.append(at)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


class TestDecision:
    @pytest.mark.parametrize(
        ("right", "scope", "kind"),
        [
            (0.9, 0.99, "answered"),
            (0.9, 0.7, "unsure"),
            (0.2, 0.99, "unsure"),
            (0.9, 0.1, "unanswered"),
        ],
    )
    def test_both_models_must_agree_to_answer(self, right: float, scope: float, kind: str) -> None:
        model = shipped_models()["with_meaning"]
        assert decide(Confidence(right, scope, {}), model, Thresholds()) == kind

    def test_a_city_may_cut_elsewhere(self) -> None:
        model, sure = shipped_models()["with_meaning"], Confidence(0.5, 0.9, {})
        assert decide(sure, model, Thresholds(answer=0.4)) == "answered"
        assert decide(sure, model, Thresholds(answer=0.6)) == "unsure"
        assert decide(sure, model, Thresholds(unsure=0.95)) == "unanswered"

    def test_shipped_cuts_are_shares_in_order(self) -> None:
        for model in shipped_models().values():
            assert 0 < model.reject_below <= model.answer_scope < 1
            assert 0 < model.answer_from < 1

    @pytest.mark.parametrize("which", ["small", "wordy"])
    @pytest.mark.parametrize("text", ["ごみの日", "明日の天気は？", "!?", "x", "住民票"])
    def test_confidence_is_a_probability(self, which: str, text: str, asking: Asking) -> None:
        desk = DESKS[which]
        ranking = desk.search.rank(asking(text))
        sure = desk.search.confidence(ranking)
        assert 0 <= sure.right <= 1
        assert 0 <= sure.scope <= 1
        model = DESKS[which].search.model_for(ranking)
        assert set(model.right.weights) <= set(sure.features)
        assert set(model.scope.weights) <= set(sure.features)

    def test_every_kind_has_a_label(self) -> None:
        assert set(KIND_LABELS) == {"answered", "unsure", "unanswered", "fixed"}


def test_a_desk_that_serves_no_longer_is_gone_at_once(
    small_book: FaqBook, desk_of: Callable[..., InquiryDesk], asking: Callable[..., Question]
) -> None:
    desk = desk_of(small_book, with_meaning=True)
    desk.consider(asking("引っ越してきたので住民票を移したい、粗大ごみも捨てたい"))
    # What is loaded is kept from the garbage collector: in a cycle it would stay for good.
    gc.disable()
    try:
        gone = weakref.ref(desk)
        del desk
        assert gone() is None
    finally:
        gc.enable()
