"""What a good clerk does beside finding an answer: wards, hours, items, follow-ups, languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.conversation import Conversation
from bot.desk import InquiryDesk
from bot.question import Question
from bot.reply import Answered, Fixed, Reply, Unanswered, Unsure, shown_entries
from faq.book import FaqBook
from faq.city import City
from faq.entry import FaqEntry
from faq.item import Item
from faq.sentence import EmergencyContact, FixedSentence
from nlp.normalise import normalise
from tests.conftest import NOON

SENTENCES = {
    "ward-question": "どの区にお住まいですか。",
    "follow-up-unclear": "何のことでしょうか。",
    "expired-entry": "この案内は終わりました。",
    "long-unreviewed": "しばらく見直していません。",
    "translation-stale": "訳が古いことがあります。",
    "hours-open": "ただいま受け付けています。",
    "hours-closed": "ただいまは時間外です。",
    "hours-days": "お尋ねの日の時間です。",
    "unfound-part": "次のことは見つかりませんでした。",
    "item-unknown": "表にありませんでした。",
    "for-others": "そこにお尋ねください。",
}
NO_TEXT = FixedSentence(
    "language-unavailable",
    "訳がない",
    "answering",
    ("その言語の答えはありません。",),
    translations={"en": "Not in English yet.", "vi": "Chưa có tiếng Việt."},
    contacts=(EmergencyContact("通訳", "0999-10-0001"),),
)
ITEMS = (
    Item("布団", "粗大ごみ", "ふとん", note="申し込んでください", table="gomi", guide="gomi-day"),
    Item("ハンガー(針金)", "小型金属", table="gomi", guide="gomi-day"),
    Item("ハンガー(木)", "普通ごみ", table="gomi", guide="gomi-day"),
)
PASSPORT = FaqEntry(
    "passport",
    "パスポートの申請はどこでできますか。",
    "旅券窓口でできます。",
    topic="証明書",
    owner="call",
)
FEE = FaqEntry(
    "sodai-fee", "粗大ごみの料金はいくらですか。", "300円からです。", topic="ごみ", owner="gomi"
)


@pytest.fixture(scope="module")
def desk(small_book: FaqBook, desk_of: Callable[..., InquiryDesk]) -> InquiryDesk:
    written = [FixedSentence(name, name, "answering", (text,)) for name, text in SENTENCES.items()]
    book = FaqBook.of(
        [*small_book.entries, PASSPORT, FEE],
        city=small_book.city,
        wards=small_book.wards,
        offices=small_book.offices,
        groups=small_book.groups,
        sentences=(*small_book.sentences, *written, NO_TEXT),
        items=ITEMS,
    )
    return desk_of(book, with_meaning=True)


class Talk:
    """A conversation with a desk."""

    def __init__(self, desk: InquiryDesk) -> None:
        self.desk = desk
        self.known = Conversation()

    def say(self, text: str, minutes: int = 0, language: str = "ja") -> Reply:
        question = Question.from_text(
            text,
            "web",
            NOON + timedelta(minutes=minutes),
            language=language,
            ward=self.known.ward,
            entry_id=self.known.entry_id,
        )
        reply = self.desk.consider(question)
        self.known = Conversation.after(self.desk.placed(question), reply)
        return reply


@pytest.fixture
def talk(desk: InquiryDesk) -> Talk:
    return Talk(desk)


def sentence_of(reply: Reply) -> str:
    assert isinstance(reply, Fixed), reply.kind
    return reply.sentence.id


def test_the_ward_is_asked_once_and_remembered(talk: Talk) -> None:
    first = talk.say("ごみの収集日はいつですか。")
    assert isinstance(first, Answered)
    assert first.ward_question is not None
    assert [ward.id for ward in first.ward_question.wards] == ["kita", "minami"]
    assert first.answer.text == "区によって曜日がちがいます。"
    second = talk.say("南区です")
    assert isinstance(second, Answered)
    assert (second.answer.text, second.ward_question) == ("南区は火曜日と金曜日です。", None)
    third = talk.say("ごみの収集日はいつですか。")
    assert isinstance(third, Answered)
    assert third.answer.text == "南区は火曜日と金曜日です。"
    other = talk.say("住民票の写しはどこで取れますか。")
    assert isinstance(other, Answered)
    assert other.ward_question is None
    assert other.contact is not None
    assert other.contact.office.id == "minami-kumin"


def test_a_ward_with_nothing_before_is_only_remembered(talk: Talk) -> None:
    assert sentence_of(talk.say("北区です")) == "follow-up-unclear"
    assert talk.known.ward == "kita"


def test_where_somebody_lives_is_not_searched(talk: Talk) -> None:
    reply = talk.say("ごみの収集日はいつですか。藤見町に住んでいます")
    assert isinstance(reply, Answered)
    assert reply.answer.text == "北区は月曜日と木曜日です。"


@pytest.mark.parametrize(
    ("text", "sentence", "office"),
    [
        ("いまやってる？", "hours-open", "call"),
        ("北区役所は今開いてますか", "hours-closed", "kita-kumin"),  # lunch
        ("コールセンターは何時まで", "hours-open", "call"),
        ("南区役所は土日やってる？", "hours-days", "minami-kumin"),
    ],
)
def test_hours_are_answered_from_the_data(
    talk: Talk, text: str, sentence: str, office: str
) -> None:
    reply = talk.say(text)
    assert sentence_of(reply) == sentence
    assert isinstance(reply, Fixed)
    assert reply.contact is not None
    assert reply.contact.office.id == office


def test_a_day_after_an_answer_asks_for_its_office(talk: Talk) -> None:
    talk.say("住民票の写しはどこで取れますか。")
    talk.say("北区です")
    reply = talk.say("土日は？")
    assert isinstance(reply, Fixed)
    assert [(one.day, bool(one.spans)) for one in reply.days] == [
        (date(2026, 11, 28), True),
        (date(2026, 11, 29), False),
    ]


def test_what_goes_on_with_an_answer_is_found_beside_it(talk: Talk) -> None:
    assert sentence_of(talk.say("それはどうやるの？")) == "follow-up-unclear"
    talk.say("粗大ごみの出し方を教えてください。")
    assert shown_entries(talk.say("いくら？"))[0] == "sodai-fee"
    alone = talk.say("パスポートの申請はどこでできますか。")
    assert shown_entries(alone)[0] == "passport"


def test_an_item_is_answered_from_the_table(talk: Talk) -> None:
    reply = talk.say("ふとんの捨て方")
    assert isinstance(reply, Answered)
    assert reply.answer.question == "布団"
    assert reply.answer.text == "**粗大ごみ**\n\n申し込んでください"
    assert reply.contact is not None
    assert reply.contact.office.id == "gomi"
    several = talk.say("ハンガー")
    assert isinstance(several, Unsure)
    assert {one.question for one in several.candidates} == {"ハンガー(針金)", "ハンガー(木)"}
    near = talk.say("羽毛布団の捨て方")
    assert isinstance(near, Unsure)
    assert near.candidates[0].question == "布団"
    unknown = talk.say("宇宙船の捨て方")
    assert isinstance(unknown, Unanswered)
    assert unknown.prompt == SENTENCES["item-unknown"]


def test_what_was_chosen_is_given_whatever_its_place_in_the_ranking(talk: Talk) -> None:
    book = talk.desk.book
    question = Question.from_text("北区です", "web", NOON)
    for entry in [*book.entries, *book.item_entries.values()]:
        if question.may_see(entry):
            reply = talk.desk.given(question, entry)
            assert isinstance(reply, Answered)
            assert reply.answer.entry == entry


def test_a_ward_after_an_item_is_still_of_the_item(talk: Talk) -> None:
    talk.say("ふとんの捨て方")
    reply = talk.say("北区です")
    assert isinstance(reply, Answered)
    assert reply.answer.question == "布団"


def test_several_needs_are_answered_each(talk: Talk) -> None:
    reply = talk.say("パスポートの申請はどこですか。それと、粗大ごみの料金はいくらですか")
    assert isinstance(reply, Answered)
    assert [reply.answer.entry.id, *(one.entry.id for one in reply.more)] == [
        "passport",
        "sodai-fee",
    ]
    part = talk.say("粗大ごみの料金はいくらですか。あと、明日の天気予報")
    assert isinstance(part, Answered)
    assert part.answer.entry.id == "sodai-fee"
    assert [str(one) for one in part.unfound] == ["明日の天気予報"]
    assert part.unfound_note == SENTENCES["unfound-part"]


def test_an_expired_entry_is_said_to_be_over(desk: InquiryDesk) -> None:
    text = "乾電池の特別回収はいつまでですか。"
    over = NOON.replace(year=2027, month=3, day=31, hour=15)  # midnight in Japan
    last = Question.from_text(text, "web", over - timedelta(minutes=1))
    assert shown_entries(desk.consider(last))[0] == "battery-campaign"
    reply = desk.consider(Question.from_text(text, "web", over))
    assert sentence_of(reply) == "expired-entry"
    assert isinstance(reply, Fixed)
    assert reply.contact is not None
    assert reply.contact.office.id == "gomi"


def test_a_long_unreviewed_answer_and_a_stale_translation_are_labelled(
    desk: InquiryDesk,
) -> None:
    old = NOON + timedelta(days=3 * 365)
    tennyu = desk.book.by_id["tennyu"]
    assert desk.writer.answer_of(tennyu, "ja", None, NOON).caution == ""
    caution = desk.writer.answer_of(tennyu, "ja", None, old).caution
    assert caution == SENTENCES["long-unreviewed"]
    english = replace(tennyu.translations["en"], of="0123456789ab")
    stale = replace(tennyu, translations={"en": english})
    caution = desk.writer.answer_of(stale, "en", None, NOON).caution
    assert caution == SENTENCES["translation-stale"]
    withholding = replace(desk.book, city=City("市", stale_translations="withhold"))
    assert withholding.variant(stale, "en") is None


def test_a_language_without_an_approved_text_is_told_so(talk: Talk) -> None:
    reply = talk.say("Where can I apply for a passport?")
    assert isinstance(reply, Fixed)
    assert (sentence_of(reply), reply.prompt) == ("language-unavailable", "Not in English yet.")
    assert shown_entries(reply) == (("passport",) if reply.page else ())
    nothing = talk.say("Tôi muốn đăng ký cư trú")
    assert isinstance(nothing, Fixed)
    assert nothing.prompt == "Chưa có tiếng Việt."
    spoken = talk.say("I have moved into the city. What should I do?")
    assert isinstance(spoken, Answered)
    assert spoken.answer.language == "en"


def test_what_is_known_but_not_in_the_book_is_dropped(desk: InquiryDesk) -> None:
    asked = Question.from_text("いくら？", "web", NOON, ward="nowhere", entry_id="gone")
    placed = desk.placed(asked)
    assert (placed.ward, placed.entry_id) == (None, None)
    manual = Question.from_text("いくら？", "web", NOON, entry_id="counter-manual")
    assert desk.placed(manual).entry_id is None
    assert normalise(manual.text) == "いくら?"


@pytest.mark.parametrize(
    "text",
    [
        "名古屋市の粗大ごみの料金はいくらですか。",
        "隣の県のパスポートの申請はどこでできますか。",
        "県立図書館でパスポートの申請はできますか。",
        "国営のところで粗大ごみの料金はいくらですか。",
    ],
)
def test_what_others_do_is_not_answered_as_ours(talk: Talk, text: str) -> None:
    reply = talk.say(text)
    assert sentence_of(reply) == "for-others"
    assert 1 <= len(shown_entries(reply)) <= 3


@pytest.mark.parametrize(
    "text",
    [
        "名古屋市から引っ越してきました。パスポートの申請はどこでできますか。",
        "{city}の粗大ごみの料金はいくらですか。",
        "ほかの県の人もパスポートの申請はできますか。",
        "粗大ごみの料金はいくらですか。",
    ],
)
def test_where_somebody_comes_from_is_not_what_they_ask_for(talk: Talk, text: str) -> None:
    reply = talk.say(text.format(city=talk.desk.book.city.name))
    assert not isinstance(reply, Fixed)
    assert isinstance(reply, Answered | Unsure)


def test_a_city_without_a_word_for_it_asks_back(
    small_book: FaqBook, desk_of: Callable[..., InquiryDesk]
) -> None:
    desk = desk_of(small_book, with_meaning=True)
    assert isinstance(
        desk.consider(Question.from_text(small_book.entries[0].question, "web", NOON)), Answered
    )
    reply = desk.consider(
        Question.from_text(f"名古屋市の{small_book.entries[0].question}", "web", NOON)
    )
    assert isinstance(reply, Unsure)
    assert small_book.entries[0].id in shown_entries(reply)
