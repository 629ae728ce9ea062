"""Looking up during a call."""

import time
from pathlib import Path

import pytest

from channels.backend import Backend
from tests.channels.staff.conftest import Clerk


def asked(clerk: Clerk, text: str) -> str:
    return clerk.post("/staff/look-up", {"text": text}).text


def inquiry_in(page: str) -> str:
    return page.partition('name="inquiry_id" value="')[2].partition('"')[0]


def test_an_operator_sees_answer_source_and_contact(editor: Clerk, backend: Backend) -> None:
    page = asked(editor, "引っ越してきた 何をする")
    for part in ("出典：FAQ", "担当", "区ごとの窓口", "違う", "見つからない"):
        assert part in page
    (kept,) = backend.inquiries.each()
    assert (kept.channel, kept.entry_id) == ("staff", "tennyu")


@pytest.mark.parametrize(
    ("verdict", "reason"), [("wrong", "not_helpful"), ("missing", "not_helpful")]
)
def test_what_was_wrong_or_missing_goes_to_the_inbox(
    editor: Clerk, backend: Backend, verdict: str, reason: str
) -> None:
    page = asked(editor, "引っ越してきた 何をする")
    said = editor.post("/staff/look-up/said", {"inquiry_id": inquiry_in(page), "verdict": verdict})
    assert "要対応に入れました" in said.text
    assert [miss.reason for miss in backend.inquiries.misses(9)] == [reason]


def test_what_was_right_is_no_miss(editor: Clerk, backend: Backend) -> None:
    page = asked(editor, "引っ越してきた 何をする")
    editor.post("/staff/look-up/said", {"inquiry_id": inquiry_in(page), "verdict": "right"})
    assert backend.inquiries.misses(9) == []


def test_names_and_numbers_are_masked_before_they_are_kept(editor: Clerk, backend: Backend) -> None:
    page = asked(editor, "電話 090-1234-5678 の人の転入届")
    assert "1234-5678" not in page
    assert all("1234" not in one.text for one in backend.inquiries.each())


def test_entries_for_staff_show_here_and_nowhere_else(
    editor: Clerk, city_folder: Path, backend: Backend
) -> None:
    secret = (
        "- id: naisen\n  question: 内線番号の一覧はどこですか。\n"
        "  answer: 内線は共有の表にあります。\n  owner: call\n  audience: staff\n"
    )
    (city_folder / "entries" / "staff.yaml").write_text(secret, encoding="utf-8")
    draft = backend.publisher.draft(city_folder, (), backend.clock())
    backend.publisher.publish(draft, backend.clock(), reason="", by="test", accept_broken=True)
    text = "内線番号の一覧はどこですか"
    page = asked(editor, text)
    for _ in range(100):
        if "内線は共有の表" in page:
            break
        time.sleep(0.1)
        page = asked(editor, text)
    assert "職員だけに見える回答" in page
    public = editor.client.post("/api/v1/questions", json={"text": text}).text
    assert "共有の表" not in public


@pytest.mark.parametrize("text", ["", "あ" * 501])
def test_what_is_no_question_is_told_so(editor: Clerk, text: str) -> None:
    answer = editor.post("/staff/look-up", {"text": text})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_danger_shows_the_fixed_sentence(editor: Clerk) -> None:
    assert "119" in asked(editor, "火事です")
