"""The plain pages, as a browser without JavaScript gets them."""

import re

import httpx
import pytest

from channels.backend import Backend

HTML = {"accept": "text/html"}


def test_the_first_page_offers_a_question_and_topics(site: httpx.Client) -> None:
    page = site.get("/", headers=HTML).text
    for part in ("小浜手市", 'action="/chat"', "お名前や住所は書かないで", "ごみ", "0999-10-0000"):
        assert part in page


def test_a_question_by_the_plain_form_is_answered(site: httpx.Client, backend: Backend) -> None:
    page = site.post("/chat", data={"text": "引っ越してきた 何をする"}).text
    for part in ("転入届", 'href="/faq/tennyu"', "お問い合わせ先", "お役に立ちましたか"):
        assert part in page
    assert [inquiry.entry_id for inquiry in backend.inquiries.each()] == ["tennyu"]


def test_a_danger_comes_before_the_questions_near_it(site: httpx.Client) -> None:
    page = site.post("/chat", data={"text": "火が出た 粗大ごみの出し方を教えてください"}).text
    assert page.index("tel:119") < page.index("近い質問") < page.index('href="/faq/sodai-gomi"')


def test_what_was_typed_is_escaped_and_masked(site: httpx.Client) -> None:
    page = site.post("/chat", data={"text": "<script>alert(1)</script> 090-1234-5678"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "1234" not in page


@pytest.mark.parametrize(
    ("text", "problem"), [("", "質問を入力してください"), ("あ" * 501, "500文字までで")]
)
def test_a_rejected_question_keeps_what_was_typed(
    site: httpx.Client, text: str, problem: str
) -> None:
    response = site.post("/chat", data={"text": text})
    assert response.status_code == 422
    assert problem in response.text
    assert text[:500] in response.text


def test_feedback_by_the_plain_form(site: httpx.Client, backend: Backend) -> None:
    site.post("/chat", data={"text": "粗大ごみを捨てたい"})
    inquiry = next(backend.inquiries.each())
    given = {"inquiry_id": inquiry.id, "helpful": "false", "reason": "古い"}
    response = site.post("/chat/feedback", data=given)
    assert (response.status_code, response.headers["location"]) == (303, "/chat?thanks=true")
    assert "ありがとうございました" in site.get("/chat?thanks=true").text
    assert len(backend.inquiries.misses(5)) == 1


def test_the_list_links_every_public_entry(site: httpx.Client) -> None:
    page = site.get("/faq/").text
    assert 'href="/faq/tennyu"' in page
    assert "counter-manual" not in page


def test_an_entry_has_its_languages_wards_and_contacts(site: httpx.Client) -> None:
    page = site.get("/faq/tennyu").text
    for part in ("やさしい日本語", "English", "0999-11-0001", "確認日", "令和8年（2026年）4月1日"):
        assert part in page
    assert 'rel="canonical" href="http://127.0.0.1:8000/faq/tennyu"' in page
    english = site.get("/faq/tennyu?lang=en").text
    assert "I have moved into the city" in english
    assert 'lang="en"' in english
    gomi = site.get("/faq/gomi-day").text
    assert "南区は火曜日と金曜日です" in gomi


@pytest.mark.parametrize("path", ["/faq/counter-manual", "/faq/nothing", "/nowhere"])
def test_what_is_not_public_is_not_found(site: httpx.Client, path: str) -> None:
    response = site.get(path, headers=HTML)
    assert response.status_code == 404
    assert "ページが見つかりません" in response.text
    assert site.get(path).json()["error"]["code"] == "not_found"


def test_the_plain_page_answers_in_the_language_that_was_chosen(
    site: httpx.Client, backend: Backend
) -> None:
    entry = next(one for one in backend.shelf.desk().book.entries if "en" in one.translations)
    page = site.post("/chat", data={"text": entry.question, "lang": "en"}).text
    assert entry.translations["en"].question in page
    assert '<option value="en" lang="en" selected>' in page
    assert '<option value="ja" lang="ja" selected>' in site.get("/chat?lang=xx").text


def test_who_was_not_helped_may_say_why_without_javascript(
    site: httpx.Client, backend: Backend
) -> None:
    page = site.post("/chat", data={"text": "粗大ごみを捨てたい"}).text
    (inquiry_id,) = re.findall(r'name="inquiry_id" value="([^"]+)"', page)
    given = {"inquiry_id": inquiry_id, "helpful": "false"}
    asked = site.post("/chat/feedback", data=given, follow_redirects=True).text
    assert "足りなかったことを教えてください" in asked
    told = given | {"reason": "電話は090-1234-5678です"}
    thanked = site.post("/chat/feedback", data=told, follow_redirects=True).text
    assert "足りなかったことを教えてください" not in thanked
    assert [one.reason for one in backend.inquiries.misses(5)] == ["not_helpful"]
