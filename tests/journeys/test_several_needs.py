"""Messages that ask for several things: each is answered, and one need is left whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.desk import InquiryDesk
from bot.question import Question
from bot.reply import Answered, Reply
from channels.backend import open_backend
from channels.settings import Settings
from tests.conftest import NOON, SAMPLE_CITY

MESSAGES: list[dict[str, Any]] = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("several_needs.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
SEVERAL = [one for one in MESSAGES if one["needs"]]
SINGLE = [one for one in MESSAGES if not one["needs"]]
LEAST_SPLIT = 0.78
LEAST_RIGHT = 0.65
MOST_SPLIT = 0.06
"""Of single needs that all look like two: of golden questions a hundredth is split."""


@pytest.fixture(scope="module")
def desk(sample_state: Path) -> InquiryDesk:
    settings = Settings(state_folder=sample_state, faq_folder=SAMPLE_CITY)
    return open_backend(settings, lambda: NOON).shelf.desk()


def asked(desk: InquiryDesk, text: str) -> Reply:
    return desk.consider(Question.from_text(text, "web", NOON))


def answers(reply: Reply) -> list[str]:
    if not isinstance(reply, Answered):
        return []
    return [reply.answer.entry.id, *(one.entry.id for one in reply.more)]


def test_several_needs_are_answered_each(desk: InquiryDesk) -> None:
    found = [(one, answers(asked(desk, one["query"].replace("|", "")))) for one in SEVERAL]
    split = [(one, ids) for one, ids in found if len(ids) == len(one["needs"])]
    right = [
        one
        for one, ids in split
        if all(found in need for found, need in zip(ids, one["needs"], strict=True))
    ]
    assert len(split) / len(SEVERAL) >= LEAST_SPLIT
    assert len(right) / len(SEVERAL) >= LEAST_RIGHT


def test_one_need_is_left_whole(desk: InquiryDesk) -> None:
    split = [one["query"] for one in SINGLE if len(answers(asked(desk, one["query"]))) > 1]
    assert len(split) / len(SINGLE) <= MOST_SPLIT, split


@pytest.mark.parametrize(
    "text",
    [
        "住民票と戸籍の附票の違いは何ですか",
        "銀行から印鑑証明がいると言われた",
        "子どもと一緒に住民票を移したい",
        "父が亡くなりました。年金を止めたい",
        "運転免許証かマイナンバーカード、どちらか持っていけば印鑑登録できますか",
    ],
)
def test_what_belongs_to_one_need_does_not_part_it(desk: InquiryDesk, text: str) -> None:
    assert len(answers(asked(desk, text))) <= 1


def test_four_things_are_too_many_to_guess(desk: InquiryDesk) -> None:
    text = "犬の登録をしたい。図書館の時間も知りたい。住民票もほしい。粗大ごみも出したい。"
    assert len(answers(asked(desk, text))) <= 1


def test_what_is_added_and_found_nothing_is_named(desk: InquiryDesk) -> None:
    reply = asked(desk, "犬の登録をしたい。それと、ギターの弦の張り替え方も知りたい")
    assert isinstance(reply, Answered)
    assert answers(reply) == ["inu-toroku"]
    assert [str(one) for one in reply.unfound] == ["ギターの弦の張り替え方も知りたい"]
