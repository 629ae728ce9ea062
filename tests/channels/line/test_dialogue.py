"""Conversations on LINE: what each kind of event is answered with, and what is remembered."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from channels.backend import ensure_release, open_backend
from channels.settings import Settings
from faq.notice import Notice
from tests.channels.line.account import Account, files_of
from tests.channels.line.platform import again, pressable, words
from tests.channels.line.schema import Json
from tests.conftest import NOON, SMALL_CITY

SENTENCES = {
    "line-greeting": "友だち追加ありがとうございます。",
    "line-welcome-back": "おかえりなさい。",
    "line-help": "聞きたいことを送ってください。",
    "line-sticker": "スタンプをありがとうございます。",
    "line-media": "写真や音声は見られません。",
    "line-location": "区が分かりませんでした。",
    "line-private": "送信取消で消せます。",
    "line-topics": "話題を選んでください。",
    "line-text-only": "文字だけでお返事します。",
    "line-cards": "カードにもどしました。",
    "personal-data-sent": "送信取消で消してください。",
    "none-of-these": "ことばを変えてください。",
    "feedback-thanks": "よかったです。",
    "feedback-sorry": "お役に立てず申し訳ありません。",
}
WORDS = {"line-text-only": ["文字だけ"], "line-cards": ["カード"], "line-help": ["使い方"]}


@pytest.fixture(scope="session")
def state_with_line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder in which the small city is published with the sentences of LINE."""
    root = tmp_path_factory.mktemp("line")
    folder = Path(shutil.copytree(SMALL_CITY, root / "faq"))
    yaml = YAML()
    replies: list[Any] = yaml.load((folder / "replies.yaml").read_text(encoding="utf-8"))
    for name, text in SENTENCES.items():
        made = {"id": name, "label": name, "group": "line", "text": [text]}
        replies.append(made | {"words": WORDS.get(name, [])})
    with (folder / "replies.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(replies, file)
    settings = Settings(state_folder=root / "var", faq_folder=folder)
    ensure_release(open_backend(settings, lambda: NOON))
    return root / "var"


@pytest.fixture
def published_state(state_with_line: Path) -> Path:
    return state_with_line


def action(messages: list[Json], label: str) -> Json:
    return next(one for one in pressable(messages) if one.get("label", "").startswith(label))


def labels(messages: list[Json]) -> list[str]:
    return [one.get("label", "") for one in pressable(messages)]


def test_an_answer_is_a_card_with_all_that_is_needed(account: Account) -> None:
    (card,) = account.ask("粗大ごみを捨てたい")
    assert card["type"] == "flex"
    question, summary, *_ = card["altText"].split("\n")
    assert question == "粗大ごみの出し方を教えてください。"
    assert summary
    call = action([card], "電話する")
    assert call["uri"].startswith("tel:")
    page = action([card], "ページで見る")
    assert page["uri"].startswith("https://toiawase.example/faq/")
    assert {"解決した", "解決しなかった"} <= set(labels([card]))
    assert "粗大ごみを捨てたい" not in words([card])


def test_a_reply_that_did_not_help_is_thanked_for_once(account: Account) -> None:
    answer = account.ask("粗大ごみを捨てたい")
    assert SENTENCES["feedback-thanks"] in words(account.press(action(answer, "解決した")))
    twice = account.platform.press(action(answer, "解決した"), "U1")
    account.send(twice)
    account.settle()
    assert account.platform.replies_to(twice) == []
    ((inquiry, helpful),) = account.backend.inquiries.verdicts()
    assert helpful
    assert inquiry.channel == "line"
    other = account.ask("粗大ごみの出し方は", "U2")
    sorry = account.press(action(other, "解決しなかった"), "U2")
    assert SENTENCES["feedback-sorry"] in words(sorry)
    assert action(sorry, "話題から探す")
    assert [miss.reason for miss in account.backend.inquiries.misses(9)] == ["not_helpful"]


def test_choices_lead_to_answers_and_none_of_them_to_whom_to_call(account: Account) -> None:
    asked = account.ask("引っ越してきた")
    assert "どれでもない" in labels(asked)
    chosen = next(one for one in pressable(asked) if one["data"].startswith("choose"))
    (card,) = account.press(chosen)
    assert card["altText"].split("\n")[0] == chosen["displayText"]
    account.press(action([card], "解決した"))
    assert account.backend.inquiries.misses(9) == []
    none = account.press(action(account.ask("引っ越してきた", "U2"), "どれでもない"), "U2")
    assert SENTENCES["none-of-these"] in words(none)
    assert [miss.reason for miss in account.backend.inquiries.misses(9)] == ["not_helpful"]


def test_what_is_not_there_is_said_with_whom_to_call(account: Account) -> None:
    (card,) = account.ask("宇宙旅行の予約")
    assert action([card], "電話する")
    topics = account.press(action([card], "話題から探す"))
    entries = account.press(action(topics, "ごみ"))
    assert action(account.press(action(entries, "粗大ごみの出し方")), "ページで見る")


def test_danger_comes_with_the_number_to_call(account: Account) -> None:
    (card,) = account.ask("火事です")
    assert "119" in card["altText"]
    assert [one["uri"] for one in pressable([card]) if one["type"] == "uri"][0] == "tel:119"


def test_who_only_asked_finds_the_answer_beneath_a_danger(account: Account) -> None:
    told = account.ask("火が出た 粗大ごみの出し方を教えてください")
    assert "119" in told[0]["altText"]
    assert action(account.press(action(told, "粗大ごみの出し方")), "ページで見る")


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"type": "sticker", "packageId": "1", "stickerId": "1"}, "line-sticker"),
        ({"type": "image"}, "line-media"),
        ({"type": "video"}, "line-media"),
        ({"type": "audio"}, "line-media"),
        ({"type": "file", "fileName": "住所録.xlsx"}, "line-media"),
        ({"type": "location", "address": "どこか"}, "line-location"),
        ({"type": "location", "latitude": 35.1, "longitude": 139.1}, "line-location"),
    ],
)
def test_what_is_no_text_is_asked_for_as_text(
    account: Account, message: Json, sentence: str
) -> None:
    told = account.answer_to(account.platform.event(message={"id": "1", **message}))
    assert SENTENCES[sentence] in words(told)


def test_who_comes_is_greeted_and_who_comes_back_more_shortly(account: Account) -> None:
    (card,) = account.answer_to(account.platform.event("follow", follow={"isUnblocked": False}))
    assert SENTENCES["line-greeting"] in words([card])
    assert {"話題から探す", "使い方", "文字だけで読む"} <= set(labels([card]))
    back = account.platform.event("follow", follow={"isUnblocked": True})
    assert SENTENCES["line-welcome-back"] in words(account.answer_to(back))


def test_plain_text_is_remembered_for_the_conversation(account: Account) -> None:
    assert SENTENCES["line-text-only"] in words(account.ask("文字だけ"))
    (plain,) = account.ask("粗大ごみを捨てたい")
    assert plain["type"] == "text"
    assert "https://toiawase.example/faq/" in plain["text"]
    assert "解決した" in labels([plain])
    assert account.ask("引っ越してきた")[0]["type"] == "text"
    assert account.ask("粗大ごみを捨てたい", "U2")[0]["type"] == "flex"
    account.clock.pass_by(31 * 60)
    assert account.ask("粗大ごみを捨てたい")[0]["type"] == "flex"
    account.ask("文字だけ")
    assert SENTENCES["line-cards"] in words(account.ask("カード"))
    assert account.ask("粗大ごみを捨てたい")[0]["type"] == "flex"


def test_a_place_tells_the_ward_and_is_not_kept(account: Account) -> None:
    place = {"type": "location", "id": "5", "address": "小川市北区1-2-3", "latitude": 35.123456}
    account.answer_to(account.platform.event(message=place))
    account.settle()
    assert b"35.123456" not in files_of(account.backend.settings.state_folder)


def test_personal_data_is_asked_to_be_taken_back(account: Account) -> None:
    warned, card = account.ask("090-1234-5678 ですが粗大ごみを捨てたい")
    assert SENTENCES["personal-data-sent"] in words([warned])
    assert action([warned], "電話する")
    assert "粗大ごみの出し方" in card["altText"]
    (only,) = account.ask("taro@example.jp")
    assert SENTENCES["personal-data-sent"] in words([only])


def test_a_message_that_is_taken_back_is_erased(account: Account) -> None:
    event = account.platform.text("粗大ごみを捨てたい")
    account.answer_to(event)
    taken = account.platform.event("unsend", unsend={"messageId": event["message"]["id"]})
    account.send(taken)
    account.settle()
    assert [one.text for one in account.backend.inquiries.each()] == [""]
    account.send(again(event, account.platform.new_token()))
    account.settle()
    assert len(account.platform.sent) == 1


def test_a_message_that_is_taken_back_before_it_came_is_not_answered(account: Account) -> None:
    event = account.platform.text("粗大ごみを捨てたい")
    taken = account.platform.event("unsend", unsend={"messageId": event["message"]["id"]})
    account.send(taken)
    account.settle()
    account.send(again(event))
    account.settle()
    assert account.platform.sent == []
    assert list(account.backend.inquiries.each()) == []


def test_an_edited_message_is_answered_anew(account: Account) -> None:
    event = account.platform.text("粗大ごみを捨てたい")
    account.answer_to(event)
    message = event["message"] | {"text": "引っ越してきた"}
    (card,) = account.answer_to(
        account.platform.event("messageEdited", message=message) | {"source": event["source"]}
    )
    assert "引っ越し" in card["altText"] or "転入" in card["altText"]
    # Both have come in the same millisecond: their order says nothing.
    kept = [one.text for one in account.backend.inquiries.each()]
    assert sorted(kept) == ["", "引っ越してきた"]


def test_who_leaves_is_forgotten(account: Account) -> None:
    account.ask("文字だけ")
    account.ask("粗大ごみを捨てたい")
    account.send(account.platform.event("unfollow", "U1"))
    account.settle()
    with account.backend.deliveries._engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM deliveries").scalar() == 0
    assert account.ask("粗大ごみを捨てたい")[0]["type"] == "flex"


def test_a_long_or_empty_message_is_told_so(account: Account) -> None:
    assert account.ask("あ" * 600)[0]["type"] == "text"
    assert account.ask("\u200b")[0]["type"] == "text"
    assert list(account.backend.inquiries.each()) == []


def test_a_closed_channel_says_only_that(account: Account) -> None:
    account.backend.board.close("line", "ただいま調整中です。", NOON)
    notice = Notice("taifu", "danger", "窓口を休みます。", NOON - timedelta(hours=1))
    account.backend.board.put_up(notice)
    for _ in range(100):
        told = account.ask("粗大ごみを捨てたい")
        if len(told) == 1 and told[0].get("text") == "ただいま調整中です。":
            break
    assert [one["text"] for one in told] == ["ただいま調整中です。"]
    account.backend.board.open("line")
    for _ in range(100):
        told = account.ask("粗大ごみを捨てたい")
        if told[0].get("text") == "窓口を休みます。":
            break
    assert [one["type"] for one in told] == ["text", "flex"]


def test_nothing_that_tells_who_somebody_is_comes_to_disk(account: Account) -> None:
    user = "Uffeeddccbbaa99887766554433221100"
    account.ask("粗大ごみを捨てたい", user)
    account.settle()
    assert user.encode() not in files_of(account.backend.settings.state_folder)
    with account.backend.deliveries._engine.connect() as connection:
        kept = "SELECT text, data, reply_token FROM deliveries"
        assert connection.exec_driver_sql(kept).all() == [("", "", "")]
