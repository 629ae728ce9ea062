"""One question, one reply."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decision import Thresholds, confidence, decide
from bot.desk import InquiryDesk
from bot.inquiry import Inquiry
from bot.question import Question
from bot.ranking import Ranked, Ranking
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
            best = small_desk.rank(asking(text, channel)).best[0]
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
    assert shown_entries(reply) == ("tennyu",)


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
    reply = small_desk.consider(asking("ごみの券の色"))
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
    assert shown_entries(small_desk.consider(asking(text, "staff"))) == ("counter-manual",)
    for channel in ("web", "line", "cli"):
        reply = small_desk.consider(asking(text, channel), depth=50)
        assert not isinstance(reply, Fixed)
        assert "counter-manual" not in {ranked.entry_id for ranked in reply.ranking.best}


def test_an_expired_entry_is_not_given(small_desk: InquiryDesk, asking: Asking) -> None:
    text = "乾電池の特別回収はいつまでですか。"
    last_minute = NOON.replace(year=2027, month=3, day=31, hour=14, minute=59)
    assert shown_entries(small_desk.consider(asking(text, at=last_minute))) == ("battery-campaign",)
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
    korean = small_desk.consider(asking("引っ越してきた 何をする", language="ko"))
    assert isinstance(korean, Answered)
    assert korean.answer.language == "ja"


@given(st.text(st.characters(codec=None), max_size=80))
def test_contributions_sum_to_the_score_for_any_question(text: str) -> None:
    desk = DESKS[0]
    if not normalise(text):
        return
    question = Question.from_text(text, "web", NOON)
    ranking = desk.rank(question)
    for ranked in ranking.best:
        parts = desk.explain(ranking, ranked.entry_id)
        assert abs(sum(part.value for part in parts) - ranked.score) < 1e-9
        assert 0 <= ranked.coverage <= 1 + 1e-12


DESKS: list[InquiryDesk] = []


@pytest.fixture(autouse=True)
def _shared_desk(small_desk: InquiryDesk) -> None:
    DESKS[:] = [small_desk]


def test_synonyms_are_named_in_the_explanation(small_desk: InquiryDesk, asking: Asking) -> None:
    ranking = small_desk.rank(asking("廃棄物の日"))
    parts = small_desk.explain(ranking, "gomi-day")
    found = next(part for part in parts if part.term == "ごみ")
    assert found.is_synonym
    assert "廃棄" in "".join(found.typed)


def test_ties_are_in_the_order_of_ids(desk_of: Callable[[FaqBook], InquiryDesk]) -> None:
    entries = [FaqEntry(name, "同じ質問", "同じ答え") for name in ("c", "a", "b")]
    ranking = desk_of(FaqBook.of(entries)).rank(Question.from_text("同じ質問", "web", NOON))
    assert [ranked.entry_id for ranked in ranking.best] == ["a", "b", "c"]


def test_an_empty_book_answers_nothing(desk_of: Callable[[FaqBook], InquiryDesk]) -> None:
    desk = desk_of(FaqBook.of([]))
    reply = desk.consider(Question.from_text("ごみ", "web", NOON))
    assert isinstance(reply, Unanswered)
    assert (reply.confidence, reply.contact) == (0.0, None)
    assert desk.contact_centre(NOON) is None


def test_suggestions_while_typing(small_desk: InquiryDesk) -> None:
    assert small_desk.suggest("粗大", NOON)[0].id == "sodai-gomi"
    assert small_desk.suggest("", NOON) == []
    assert small_desk.suggest("天気予報", NOON) == []
    assert small_desk.suggest("\ud83d", NOON) == []


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
    @pytest.mark.parametrize("pair", [(0.2, 0.5), (-0.1, -0.2), (1.2, 0.3)])
    def test_thresholds_must_be_in_order(self, pair: tuple[float, float]) -> None:
        with pytest.raises(ValueError, match="thresholds"):
            Thresholds(*pair)

    @pytest.mark.parametrize(
        ("score", "kind"), [(0.9, "answered"), (0.4, "unsure"), (0.1, "unanswered")]
    )
    def test_the_first_entry_decides(self, score: float, kind: str) -> None:
        ranking = Ranking((), (Ranked("a", score, score), Ranked("b", 1.0, 1.0)))
        assert decide(ranking, Thresholds(0.5, 0.3)) == kind

    @given(st.floats(0, 5), st.floats(0, 1))
    def test_confidence_is_a_share(self, score: float, coverage: float) -> None:
        assert 0 <= confidence(Ranked("a", score, coverage)) <= 1

    def test_every_kind_has_a_label(self) -> None:
        assert set(KIND_LABELS) == {"answered", "unsure", "unanswered", "fixed"}
