"""Answers as HTML and as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.markdown import to_html, to_text
from faq.files.folder import read_folder
from nlp.normalise import normalise
from tests.conftest import SAMPLE_CITY

ANSWER = """次の**2つ**が必要です。
改行もそのままです。

1. 申請書
2. 本人確認書類
   - 免許証
   - 旅券

[様式](https://www.city.kohamate.example/a)と[関連](/faq/b)"""


def test_html() -> None:
    html = to_html(ANSWER)
    for part in ("<strong>2つ</strong>", "<br", "<ol>", "<ul>", 'href="/faq/b"'):
        assert part in html


def test_text() -> None:
    assert to_text(ANSWER).splitlines() == [
        "次の2つが必要です。",
        "改行もそのままです。",
        "1. 申請書",
        "2. 本人確認書類",
        "　・免許証",
        "　・旅券",
        "様式（https://www.city.kohamate.example/a）と関連（/faq/b）",
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/a.png)",
        '<a href="//evil.example">x</a>',
        "[x](data:text/html;base64,AAAA)",
        "# 見出し\n\n---\n\n| a | b |",
    ],
)
def test_nothing_but_paragraphs_lists_links_and_bold(hostile: str) -> None:
    html = to_html(hostile)
    for part in ("<script", "<img", "<h1", "<table", "<hr", 'href="javascript', 'href="data'):
        assert part not in html


@given(st.text(max_size=200))
def test_any_text_can_be_shown(text: str) -> None:
    assert "<script" not in to_html(text)
    to_text(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("袋に**「小型金属」**と書く", "袋に<strong>「小型金属」</strong>と書く"),
        ("**189（いちはやく）**に電話", "<strong>189（いちはやく）</strong>に電話"),
        ("**[様式](/faq/a)**です", '<strong><a href="/faq/a">様式</a></strong>です'),
        ("**2つ**と**3つ**", "<strong>2つ</strong>と<strong>3つ</strong>"),
        ("**閉じない", "**閉じない"),
        ("****", "****"),
        (r"\*\*そのまま\*\*", "**そのまま**"),
    ],
)
def test_bold_needs_no_spaces_around_it(text: str, html: str) -> None:
    assert to_html(text) == f"<p>{html}</p>\n"


def test_no_mark_is_left_in_the_answers_of_the_sample_city() -> None:
    book = read_folder(SAMPLE_CITY, normalise).book
    answers = [
        text.answer
        for entry in book.entries
        for text in (entry, entry.easy, *entry.translations.values())
        if text
    ]
    assert [answer for answer in answers if "**" in to_text(answer)] == []
