"""The FAQ as a small site of its own: topics, search, what robots read, and a booklet."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest

from channels.backend import Backend, ensure_release, open_backend
from channels.settings import Settings
from channels.web.faq_head import faq_head
from channels.web.schemas import AnswerOut
from tests.conftest import NOON, serving

URL = "https://toiawase.example"
HOSTILE = """
- id: hostile
  question: これは</script><script>alert(1)</script>ですか。
  answer: |
    はい。<で始まる文 & "引用" です。
  topic: ごみ/分け方
  owner: {owner}
- id: secret
  question: 職員だけの質問ですか。
  answer: はい。
  topic: ごみ/分け方
  owner: {owner}
  audience: staff
- id: over
  question: 終わった質問ですか。
  answer: はい。
  topic: ごみ/分け方
  owner: {owner}
  expires_on: 2026-04-01
"""


@pytest.fixture
def backend(tmp_path: Path, city_folder: Path) -> Backend:
    offices = (city_folder / "offices.yaml").read_text(encoding="utf-8")
    owner = re.findall(r"- id: (\S+)", offices)[0]
    written = HOSTILE.format(owner=owner)
    (city_folder / "entries" / "hostile.yaml").write_text(written, encoding="utf-8")
    settings = Settings(state_folder=tmp_path / "var", faq_folder=city_folder, public_url=URL)
    opened = open_backend(settings, lambda: NOON)
    ensure_release(opened)
    return opened


@pytest.fixture
def site(backend: Backend) -> Iterator[httpx.Client]:
    with serving(backend) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client


def structured(page: str) -> dict[str, object]:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    told: dict[str, object] = json.loads(block)
    return told


def test_an_entry_tells_robots_what_it_is_whatever_it_says(site: httpx.Client) -> None:
    page = site.get("/faq/hostile").text
    assert "<script>alert" not in page
    (asked,) = structured(page)["mainEntity"]  # type: ignore[misc]
    assert asked["name"] == "これは</script><script>alert(1)</script>ですか。"
    assert '<で始まる文 & "引用"' in asked["acceptedAnswer"]["text"]
    assert f'<link rel="canonical" href="{URL}/faq/hostile">' in page
    assert f'href="/faq/topics/{quote("ごみ/分け方", safe="/")}"' in page


def test_no_answer_can_close_its_script() -> None:
    answer = AnswerOut(
        entry_id="one",
        question="<!--<script>",
        text="</script><script>alert(1)</script>\u2028",
        html="",
        blocks=[],
        page="/faq/one",
        owner="",
        links=[],
        reviewed_on=NOON.date(),
        lang="easy",
        caution="",
        contact=None,
    )
    head = faq_head(answer, "**太字**の[題名](/faq/two)で" + "長" * 200, ["ja", "easy"], URL)
    assert "<" not in head.structured
    told = json.loads(head.structured)
    assert told["mainEntity"][0]["acceptedAnswer"]["text"] == answer.text
    assert (told["inLanguage"], told["url"]) == ("ja-simple", f"{URL}/faq/one?lang=easy")
    assert told["lastReviewed"] == "2026-11-24"
    assert head.description.startswith("太字の題名で長")
    assert len(head.description) == 110
    assert ("x-default", f"{URL}/faq/one") in head.alternates


def test_a_translation_has_an_address_of_its_own(site: httpx.Client, backend: Backend) -> None:
    book = backend.shelf.desk().book
    entry = next(one for one in book.entries if one.translations)
    code = next(iter(entry.translations))
    page = site.get(f"/faq/{entry.id}", params={"lang": code}).text
    assert f'<link rel="canonical" href="{URL}/faq/{entry.id}?lang={code}">' in page
    assert f'hreflang="{code}"' in page
    assert structured(page)["inLanguage"] == code


def test_the_sitemap_lists_what_citizens_may_read(site: httpx.Client, backend: Backend) -> None:
    listed = ElementTree.fromstring(site.get("/sitemap.xml").content)
    pages = {one.text for one in listed.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    public = {
        f"{URL}/faq/{one.id}"
        for one in backend.shelf.desk().book.entries
        if one.audience == "public" and one.id != "over"
    }
    assert public <= pages
    assert not pages & {f"{URL}/faq/secret", f"{URL}/faq/over"}
    for page in pages:
        assert page is not None
        assert site.get(page.removeprefix(URL)).status_code == 200, page
    robots = site.get("/robots.txt").text
    assert f"Sitemap: {URL}/sitemap.xml" in robots
    assert {"Disallow: /faq/search", "Disallow: /chat"} <= set(robots.splitlines())
    tennyu = next(one for one in listed if one[0].text == f"{URL}/faq/tennyu")
    assert tennyu[1].text == "2026-04-01"


def test_a_topic_has_a_page_and_a_booklet(site: httpx.Client, backend: Backend) -> None:
    path = f"/faq/topics/{quote('ごみ/分け方', safe='/')}"
    page = site.get(path).text
    assert 'href="/faq/hostile"' in page
    assert "secret" not in page
    assert "終わった質問" not in page
    booklet = site.get(f"{path}/booklet").text
    assert "はい。&lt;で始まる文" in booklet
    assert "令和8年（2026年）11月24日に印刷" in booklet
    gomi = site.get(f"/faq/topics/{quote('ごみ')}/booklet").text
    for entry in backend.shelf.desk().book.entries:
        if entry.topic == "ごみ" and entry.audience == "public":
            assert entry.question in gomi
            for answer in (entry.answer, *entry.by_ward.values()):
                assert answer.splitlines()[0] in gomi
    for told in ("ごみ対策課", "0999-13-0001", "月〜金 8:30〜17:00", "令和8年（2026年）4月1日"):
        assert told in gomi
    wards = site.get(f"/faq/topics/{quote('引っ越し')}/booklet").text
    assert wards.index("</article>") < wards.index("0999-12-0001"), "told once, at the end"
    assert 'href="/' not in gomi[gomi.index("<article") : gomi.rindex("</article>")]
    for unknown in ("/faq/topics/ない", "/faq/topics/ない/booklet", "/faq/topics/"):
        assert site.get(unknown).status_code == 404


def test_words_find_questions_and_nothing_is_recorded(site: httpx.Client, backend: Backend) -> None:
    found = site.get("/faq/search", params={"q": "粗大ごみ"}).text
    assert "粗大ごみの出し方を教えてください。" in found
    assert 'name="robots" content="noindex"' in found
    nothing = site.get("/faq/search", params={"q": "ぬるぽ"}).text
    assert "見つかりませんでした" in nothing
    empty = site.get("/faq/search").text
    assert "見つかりませんでした" not in empty
    assert "探したいことばを入れて" in empty
    hostile = site.get("/faq/search", params={"q": '"><script>alert(1)</script>\x00'})
    assert hostile.status_code == 200
    assert "<script>alert" not in hostile.text
    long = site.get("/faq/search", params={"q": "あ" * 501})
    assert long.status_code == 422
    assert "500文字までで" in long.text
    for secret in ("職員だけの質問", "終わった質問"):
        hidden = site.get("/faq/search", params={"q": secret}).text
        assert 'href="/faq/secret"' not in hidden
        assert 'href="/faq/over"' not in hidden
    assert list(backend.inquiries.each()) == []
