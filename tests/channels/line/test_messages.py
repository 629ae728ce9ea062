"""Whatever a city writes, what is sent is within LINE's limits and loses nothing in the SDK."""

import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linebot.v3.messaging import ReplyMessageRequest

from bot.reply import (
    Answer,
    Answered,
    Candidate,
    Choice,
    Clarification,
    Contact,
    Fixed,
    Reply,
    Unanswered,
    Unsure,
    WardQuestion,
)
from channels.line.actions import call, link_to, press
from channels.line.cards import Showing
from channels.line.limits import fitted, fitted_label, fitted_sentences, graphemes, units
from channels.line.message import Card, Line, Text, to_send
from channels.line.postback import Postback, read_postback
from channels.line.render import in_words, render
from faq.book import FaqBook
from faq.city import Ward
from faq.entry import FaqEntry, Link
from faq.office import Office
from faq.sentence import EmergencyContact, FixedSentence
from tests.channels.line.platform import pressable
from tests.channels.line.schema import Json, problems_of

NOON = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
ODD = [
    "👨‍👩‍👧‍👦" * 50,
    "か\u3099" * 100,
    "e" + "\u0301" * 3_000,
    "\u202e逆\u200b" * 40,
    "\ud83d",
    "\x00\x07",
    " \n\t",
    "﷽" * 500,
    "**[a](javascript:alert(1))** ![x](http://x) <script>" * 20,
    "1. 一\n2. 二\n\n- 三\n  - 四\n\n" * 60,
    "住民票は区役所で取れます。" * 500,
    "あ" * 5_000,
    "あ" * 40,
]

texts = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=300),
    st.text(alphabet="あ亜a1、。\n*[]()-👍🇯🇵\u3099\u0301\u200d ", max_size=2_000),
    st.text(min_size=1, max_size=60).map(lambda text: text * 100),
)
urls = st.one_of(
    st.sampled_from(
        [
            "https://www.city.shiomi.example/くらし?q=ごみ#分別",
            "http://",
            "javascript:alert(1)",
            "https://例え.テスト/道",
            "https://a.example/" + "x" * 2_000,
            "mailto:a@b.example",
            "https://[::1",
            'https://a.example/a b"<>\\^`{|}',
        ]
    ),
    st.text(max_size=100),
)
telephones = st.one_of(
    st.sampled_from(["0999-10-1000", "119", "", "代表", "+81 999"]), st.text(max_size=30)
)
links = st.builds(Link, title=texts, url=urls)
offices = st.builds(
    Office, id=st.just("gomi"), name=texts, telephone=telephones, name_en=texts, page=urls
)
contacts = st.one_of(
    st.none(),
    st.builds(
        Contact,
        office=offices,
        open_now=st.booleans(),
        closes_at=st.just(NOON),
        next_opening=st.one_of(st.none(), st.just(NOON)),
    ),
)
entries = st.builds(
    FaqEntry,
    id=st.one_of(st.just("sodai"), st.text(min_size=1, max_size=250)),
    question=texts,
    answer=texts,
    topic=texts,
    owner=st.sampled_from(["gomi", ""]),
    contact=st.just(""),
    links=st.lists(links, max_size=6).map(tuple),
    reviewed_on=st.one_of(st.none(), st.just(date(2026, 10, 1))),
)
languages = st.sampled_from(["ja", "easy", "en", "zh", "vi"])
answers = st.builds(
    Answer,
    entry=entries,
    question=texts,
    text=texts,
    language=languages,
    contact=contacts,
    caution=texts,
)
candidates = st.lists(
    st.builds(
        Candidate,
        entry_id=st.text(min_size=1, max_size=200),
        question=texts,
        confidence=st.just(0.5),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
wards = st.lists(st.builds(Ward, id=st.just("kita"), name=texts), min_size=1, max_size=24)
ranking: Any = None
sentences = st.builds(
    FixedSentence,
    id=st.just("fire"),
    label=st.just("fire"),
    group=st.sampled_from(["danger", "opinions", "individual", "small_talk"]),
    text=st.tuples(texts),
    private=st.booleans(),
    contacts=st.lists(
        st.builds(EmergencyContact, name=texts, telephone=telephones), max_size=4
    ).map(tuple),
    links=st.lists(links, max_size=3).map(tuple),
)
replies = st.one_of(
    st.builds(
        Answered,
        answer=answers,
        confidence=st.just(0.9),
        candidates=candidates,
        contact=contacts,
        ranking=st.just(ranking),
        ward_question=st.one_of(
            st.none(), st.builds(WardQuestion, prompt=texts, wards=wards.map(tuple))
        ),
        more=st.lists(answers, max_size=2).map(tuple),
        unfound=st.sampled_from([(), ("x",)]),
        unfound_note=texts,
    ),
    st.builds(
        Unsure,
        prompt=texts,
        confidence=st.just(0.4),
        candidates=candidates,
        clarification=st.one_of(
            st.none(),
            st.builds(
                Clarification,
                prompt=texts,
                choices=st.lists(
                    st.builds(Choice, label=texts, candidates=candidates), min_size=2, max_size=5
                ).map(tuple),
            ),
        ),
        contact=contacts,
        ranking=st.just(ranking),
    ),
    st.builds(
        Unanswered,
        prompt=texts,
        confidence=st.just(0.1),
        contact=contacts,
        ranking=st.just(ranking),
    ),
    st.builds(
        Fixed,
        sentence=sentences,
        prompt=texts,
        contact=contacts,
        page=st.one_of(st.none(), entries),
    ),
)


def body_of(messages: list[Json]) -> Json:
    return {"replyToken": "token", "messages": messages}


@settings(max_examples=200)
@given(reply=replies, language=languages, text_only=st.booleans())
def test_no_reply_is_ever_invalid(
    small_book: FaqBook, reply: Reply, language: str, text_only: bool
) -> None:
    showing = Showing(small_book, "https://toiawase.example", NOON, language, "0" * 36)
    messages = render(reply, showing)
    sent = to_send(in_words(messages) if text_only else messages)
    assert problems_of("ReplyMessageRequest", body_of(sent)) == []


@settings(max_examples=60)
@given(reply=replies)
def test_the_sdk_sends_all_that_was_made(small_book: FaqBook, reply: Reply) -> None:
    showing = Showing(small_book, "https://toiawase.example", NOON, "ja", "0" * 36)
    sent = to_send(render(reply, showing))
    made = ReplyMessageRequest.from_dict(body_of(sent)).to_dict()
    assert made == body_of(sent) | {"notificationDisabled": False}


@given(text=texts, most=st.integers(2, 400))
def test_a_fitted_text_is_neither_too_long_nor_empty(text: str, most: int) -> None:
    for cut in (fitted, fitted_sentences):
        kept = cut(text, most)
        assert 1 <= units(kept) <= most
        assert kept.strip()
    label = fitted_label(text, most)
    assert 1 <= graphemes(label) <= most
    assert "\n" not in label


def test_texts_are_counted_as_line_counts_them() -> None:
    family = "👨‍👩‍👧‍👦"
    assert (units(family), graphemes(family)) == (11, 1)
    assert fitted_label(family * 20, 20) == family * 20
    assert fitted_label(family * 21, 20) == family * 19 + "…"
    assert fitted("か\u3099" * 4, 6) == "か\u3099" * 2 + "…"
    assert unicodedata.is_normalized("NFD", "か\u3099")


def test_a_long_answer_ends_with_a_sentence() -> None:
    text = "一つ目の文です。二つ目の文です。三つ目の長い文です。"
    assert fitted_sentences(text, 20) == "一つ目の文です。二つ目の文です。"
    assert fitted_sentences("句点のない長い文" * 5, 10) == "句点のない長い文句…"


def test_a_long_answer_leads_to_its_page(small_book: FaqBook) -> None:
    entry = small_book.entries[0]
    text = "この手続きは窓口でできます。" * 200
    answer = Answer(entry, entry.question, text, "ja")
    reply = Answered(answer, 0.9, (), None, ranking)
    (card,) = to_send(render(reply, Showing(small_book, "https://toiawase.example", NOON)))
    page = next(one for one in pressable([card]) if one["label"] == "つづきを読む")
    assert page["uri"] == f"https://toiawase.example/faq/{entry.id}"
    told = [part["text"] for part in card["contents"]["body"]["contents"] if "text" in part]
    assert told[1].endswith("できます。")
    assert units(told[1]) <= 900


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "http://", "mailto:a@b.example", "https://[::1", "くらし"]
)
def test_an_address_that_line_refuses_makes_no_button(url: str) -> None:
    assert link_to("見る", url) is None


def test_addresses_and_numbers_are_written_as_line_takes_them() -> None:
    link = link_to("見る", "https://例え.テスト/道 案内?q=ごみ")
    assert link is not None
    assert link.uri == (
        "https://xn--r8jz45g.xn--zckzah/%E9%81%93%20%E6%A1%88%E5%86%85?q=%E3%81%94%E3%81%BF"
    )
    called = call("電話", "0999-10-1000（代表）")
    assert called is not None
    assert called.uri == "tel:0999101000"
    assert call("電話", "代表") is None
    assert press("選ぶ", "choose::" + "あ" * 300) is None


def test_only_our_own_buttons_are_read() -> None:
    made = Postback("choose", "0192", "sodai:gomi")
    assert read_postback(made.to_data()) == made
    assert read_postback("action=buyItem&itemId=123123&color=red") is None
    assert read_postback("") is None


def test_quick_replies_stand_at_the_last_message() -> None:
    press_one, press_two = press("一", "help"), press("二", "topics")
    assert press_one is not None
    assert press_two is not None
    sent = to_send([Card("a", (Line("a"),), quick=(press_one,)), Text("b", (press_two,))])
    assert "quickReply" not in sent[0]
    labels = [item["action"]["label"] for item in sent[1]["quickReply"]["items"]]
    assert labels == ["一", "二"]
    assert len(to_send([Text("x")] * 9)) == 5
