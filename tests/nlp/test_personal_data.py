"""Masking of personal data."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import normalise
from nlp.personal_data import mask, without_labels

KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
FULL = str.maketrans("0123456789-", "０１２３４５６７８９－")


def masked(text: str) -> str:
    return mask(normalise(text))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("電話は090-1234-5678です", "電話は〔電話番号〕です"),
        ("０９０ー１２３４ー５６７８", "〔電話番号〕"),
        ("(044)200-1234 まで", "〔電話番号〕 まで"),
        ("+81 90-1234-5678", "〔電話番号〕"),
        ("〇九〇-一二三四-五六七八", "〔電話番号〕"),
        ("taro.yamada@example.co.jp へ", "〔メールアドレス〕 へ"),
        ("番号は 1234 5678 9012 です", "番号は 〔12桁の番号〕 です"),
        ("1234\u200b5678\u200b9012", "〔12桁の番号〕"),
        ("〒210-0001", "〔郵便番号〕"),
        ("4111 1111 1111 1111", "〔カード番号〕"),
        ("基礎年金番号1234-567890", "基礎年金番号〔番号〕"),
        ("14日以内に300円", "14日以内に300円"),
        ("2026年11月24日の9:00-17:00", "2026年11月24日の9:00-17:00"),
        ("119番", "119番"),
    ],
)
def test_what_is_masked_and_what_is_not(typed: str, expected: str) -> None:
    assert masked(typed) == expected


def variants(number: str, groups: tuple[int, ...], rng: random.Random) -> str:
    parts, at = [], 0
    for size in groups:
        parts.append(number[at : at + size])
        at += size
    text = rng.choice(["-", " ", "", "ー", "－", "・", "\u200b", ".", "‐", "　"]).join(parts)
    return rng.choice([text, text.translate(FULL), text.translate(KANJI)])


def test_two_thousand_spellings_of_numbers_leave_no_digit() -> None:
    rng = random.Random(20261124)
    shapes = [
        ("0{}", 10, (3, 4, 4)),
        ("0{}", 9, (2, 4, 4)),
        ("{}", 12, (4, 4, 4)),
        ("{}", 16, (4, 4, 4, 4)),
        ("{}", 7, (3, 4)),
    ]
    for _ in range(2_000):
        form, count, groups = rng.choice(shapes)
        number = form.format("".join(rng.choices("123456789", k=count)))
        shown = masked(f"番号は{variants(number, groups, rng)}です")
        assert not re.search(r"[0-9一二三四五六七八九]", shown.replace("12桁", "")), shown


@given(st.emails(domains=st.just("mail.example.jp")))
def test_no_mail_address_passes(address: str) -> None:
    name = normalise(address).split("@")[0]
    if re.fullmatch(r"[\w.%+-]+", name, re.ASCII):
        assert normalise(address) not in masked(f"連絡先 {address} です")


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text)
    assert mask(once) == once


def test_hostile_digits_are_masked_without_backtracking() -> None:
    assert "0" not in mask("0-" * 250)
    assert mask("a@" * 250) == "a@" * 250


def test_labels_are_no_words_of_the_question() -> None:
    assert without_labels(mask("090-1234-5678 粗大ごみ")).strip() == "粗大ごみ"
