"""Advice on plain Japanese."""

import pytest

from nlp.easy_japanese import advice_on
from nlp.tokeniser import SudachiTokeniser


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("届けを出します。", "「届」に読みがな"),
        ("お金は" + "とても" * 20 + "高いです。", "1文が長い"),
        ("ここで受け取っていただきます。", "敬語「いただ」"),
        ("ご覧ください。", "敬語「ご覧」"),
        ("もらえないわけではありません。", "二重の否定"),
        ("紙が先生に読まれます。", "受け身"),
    ],
)
def test_what_is_hard_is_named(tokeniser: SudachiTokeniser, text: str, part: str) -> None:
    messages = [one.message for one in advice_on(text, tokeniser)]
    assert any(part in message for message in messages), messages


@pytest.mark.parametrize(
    "text",
    [
        "区役所（くやくしょ）で 紙を もらって ください。",
        "届いて（とどいて）います。届いたら、電話（でんわ）してください。",
        "14日までに 行きます。お金は いりません。",
        "ありがとう ございます。どういたしまして。",
        "[市のページ](https://www.city.example/a/very/long/address/to/a/page)を 見て ください。",
    ],
)
def test_plain_japanese_needs_no_advice(tokeniser: SudachiTokeniser, text: str) -> None:
    assert advice_on(text, tokeniser) == []


def test_advice_says_where(tokeniser: SudachiTokeniser) -> None:
    text = "紙を出します。届けです。"
    assert [text[one.offset] for one in advice_on(text, tokeniser)] == ["届"]
