"""Fixed sentences, offices, notices and closed channels."""

import re
from pathlib import Path

import httpx
import pytest

from channels.backend import Backend
from channels.staff.hours_text import (
    HoursUnreadable,
    hours_lines,
    read_hours,
    read_special,
    special_lines,
)
from faq.files.folder import read_folder
from nlp.normalise import normalise
from tests.channels.staff.conftest import Clerk
from tests.conftest import SAMPLE_CITY


def version_in(page: str) -> str:
    return re.findall(r'name="version" value="(\w+)"', page)[0]


def test_a_fixed_sentence_is_changed_in_the_draft(editor: Clerk, city_folder: Path) -> None:
    path = "/staff/texts/sentences/greeting"
    version = version_in(editor.get(path).text)
    sent = {"version": version, "text-0": "新しいあいさつです。", "answer-en": "Hello."}
    saved = editor.post(path, sent)
    assert saved.status_code == 303, saved.text
    kept = read_folder(city_folder, normalise).book.sentence("greeting")
    assert kept
    assert kept.text == ("新しいあいさつです。",)
    assert kept.translations["en"] == "Hello."
    assert editor.post(path, sent).status_code == 409
    assert editor.post(path, sent | {"text-0": " "}).status_code == 422
    assert editor.get("/staff/texts/sentences/nobody").status_code == 404


def test_an_office_is_changed_in_the_draft(editor: Clerk, city_folder: Path) -> None:
    path = "/staff/texts/offices/call"
    page = editor.get(path).text
    assert "これからの7日" in page
    sent = {
        "version": version_in(page),
        "name": "コールセンター",
        "telephone": "0999-10-0000",
        "hours": "月火水木金 8:30-17:00\n土(2,4) 9:00-12:00 午前だけ",
        "special_days": "2027-02-13 休み 点検",
        "holidays": "true",
    }
    assert editor.post(path, sent).status_code == 303
    kept = read_folder(city_folder, normalise).book.office("call")
    assert kept
    assert hours_lines(kept) == sent["hours"]
    assert special_lines(kept) == sent["special_days"]
    assert (kept.closed_on_holidays, kept.closed_at_year_end) == (True, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": "毎日 いつでも"},
        {"hours": "月 17:00-8:30"},
        {"hours": "月 25:00-26:00"},
        {"special_days": "2027-02-30 休み"},
        {"telephone": "でんわ"},
        {"name": ""},
    ],
)
def test_what_is_wrong_with_an_office_is_told(
    editor: Clerk, city_folder: Path, changed: dict[str, str]
) -> None:
    before = read_folder(city_folder, normalise).book
    path = "/staff/texts/offices/call"
    sent = {"version": version_in(editor.get(path).text), "name": "コールセンター", **changed}
    assert editor.post(path, sent).status_code == 422
    assert read_folder(city_folder, normalise).book == before


def test_the_hours_of_the_sample_city_come_back_as_they_were() -> None:
    for office in read_folder(SAMPLE_CITY, normalise).book.offices:
        assert read_hours(hours_lines(office)) == office.hours
        assert read_special(special_lines(office)) == office.special_days


def test_a_line_that_cannot_be_read_is_named() -> None:
    with pytest.raises(HoursUnreadable, match="「げつ 9-5」が読めません"):
        read_hours("月 9:00-17:00\nげつ 9-5")


def test_a_notice_is_up_at_once_and_down_at_once(
    editor: Clerk, console: httpx.Client, backend: Backend
) -> None:
    sent = {"text": "大雨のため窓口を閉めています。", "level": "danger", "up": "true"}
    assert editor.post("/staff/texts/notices", sent).status_code == 303
    (notice,) = backend.board.board().notices
    assert notice.text == sent["text"]
    page = editor.get("/staff/texts/notices").text
    assert "取り下げる" in page
    editor.post("/staff/texts/notices/down", {"notice_id": notice.id})
    assert backend.board.board().notices == ()
    page = editor.get("/staff/texts/notices").text
    assert "今すぐ掲げる" in page
    editor.post("/staff/texts/notices/up", {"notice_id": notice.id})
    assert [one.id for one in backend.board.board().notices] == [notice.id]
    assert editor.post("/staff/texts/notices/up", {"notice_id": "x"}).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"text": " "},
        {"text": "終わりが先", "starts": "2026-12-02T09:00", "ends": "2026-12-01T09:00"},
    ],
)
def test_a_notice_that_cannot_be_is_told_so(
    editor: Clerk, backend: Backend, sent: dict[str, str]
) -> None:
    answer = editor.post("/staff/texts/notices", sent)
    assert answer.status_code == 422
    assert backend.board.board().notices == ()


def test_a_channel_is_closed_and_opened_by_who_may_publish(
    approver: Clerk, backend: Backend
) -> None:
    path = "/staff/texts/notices"
    told = {"channel": "line", "sentence": "ただいま点検中です。"}
    assert approver.post(f"{path}/close", told).status_code == 303
    assert backend.board.board().closed == {"line": "ただいま点検中です。"}
    assert "停止中「ただいま点検中です。」" in approver.get(path).text
    approver.post(f"{path}/open", {"channel": "line"})
    assert backend.board.board().closed == {}
    approver.post(f"{path}/close", {"channel": "web"})
    assert backend.board.board().closed["web"], "the city's own sentence where none is given"
    assert approver.get("/staff/").status_code == 200, "the console stays open"


def test_all_that_is_no_entry_is_listed(editor: Clerk) -> None:
    page = editor.get("/staff/texts").text
    for part in ("/staff/texts/sentences/greeting", "/staff/texts/offices/call"):
        assert part in page
