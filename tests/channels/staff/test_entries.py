"""Editing the draft: nothing is lost, nothing wrong is kept."""

import html
import re
import subprocess
import time
from pathlib import Path

import pytest

from channels.backend import Backend
from faq.entry import FaqEntry
from faq.files.folder import read_folder
from faq.files.folder_edit import version_of
from nlp.normalise import normalise
from tests.channels.staff.conftest import Clerk
from tests.conftest import SWITCH_SECONDS


def entry(folder: Path, entry_id: str = "tennyu") -> FaqEntry:
    return read_folder(folder, normalise).book.by_id[entry_id]


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send of the form of an entry."""
    form = page.partition('id="entry"')[2].partition("</form>")[0]
    found = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form)
        if name not in ("audience", "form_token") and not name.startswith("current-")
    }
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    found |= {name: html.unescape(value) for name, value in areas}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else ""
    checked = re.search(r'name="audience" value="(\w+)" checked', form)
    return found | {"audience": checked.group(1) if checked else "public"}


def test_saving_a_form_as_it_is_changes_nothing(
    editor: Clerk, city_folder: Path, backend: Backend
) -> None:
    before = {path: path.read_bytes() for path in city_folder.rglob("*.yaml")}
    for known in backend.shelf.desk().book.entries:
        page = editor.get(f"/staff/entries/{known.id}")
        assert editor.post("/staff/entries", fields(page.text)).status_code == 303
    assert {path: path.read_bytes() for path in before} == before


def test_a_change_is_kept_in_the_draft_and_shown_as_not_public(
    editor: Clerk, city_folder: Path, backend: Backend
) -> None:
    sent = fields(editor.get("/staff/entries/tennyu").text)
    sent |= {"answer": "新しい回答です。\n\n- 一つ\n- 二つ", "expires_on": "2027-03-31"}
    saved = editor.post("/staff/entries", sent)
    assert saved.status_code == 303, saved.text
    kept = entry(city_folder)
    assert kept.answer == "新しい回答です。\n\n- 一つ\n- 二つ"
    assert str(kept.expires_on) == "2027-03-31"
    assert backend.shelf.desk().book.by_id["tennyu"].answer != kept.answer
    page = editor.get(saved.headers["location"]).text
    assert "変更・まだ公開していません" in page
    assert "新しい回答です" in editor.get("/staff/entries/tennyu/history").text
    listed = editor.get("/staff/entries", params={"show": "changed"}).text
    assert "変更（未公開）" in listed


def test_of_two_who_edit_the_first_wins_and_the_second_sees_both(
    editor: Clerk, city_folder: Path
) -> None:
    sent = fields(editor.get("/staff/entries/tennyu").text)
    first = editor.post("/staff/entries", sent | {"question": "一人目の質問ですか。"})
    assert first.status_code == 303
    second = editor.post("/staff/entries", sent | {"question": "二人目の質問ですか。"})
    assert second.status_code == 409
    for part in ("ほかの人が先に変えました", "一人目の質問ですか。", "二人目の質問ですか。"):
        assert part in second.text
    assert entry(city_folder).question == "一人目の質問ですか。"
    again = fields(second.text)
    assert again["question"] == "二人目の質問ですか。"
    assert editor.post("/staff/entries", again).status_code == 303
    assert entry(city_folder).question == "二人目の質問ですか。"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"question": ""}, "質問："),
        ({"answer": "<b>太字</b>"}, "回答：HTML"),
        ({"owner": "nobody"}, "所管課："),
        ({"reviewed_on": "令和の何日か"}, "確認日：日付が読めません"),
        ({"link-title-0": "名前だけ", "link-url-0": ""}, "関連ページ："),
        ({"phrasings": "あ\nあ"}, "別の聞き方："),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(
    editor: Clerk, city_folder: Path, changed: dict[str, str], told: str
) -> None:
    before = entry(city_folder)
    sent = fields(editor.get("/staff/entries/tennyu").text) | changed
    refused = editor.post("/staff/entries", sent)
    assert refused.status_code == 422
    assert told in refused.text
    assert entry(city_folder) == before
    looked = editor.post("/staff/entries/look", sent)
    assert told in looked.text


def test_a_new_entry_gets_an_id_of_its_own(editor: Clerk, city_folder: Path) -> None:
    owner = entry(city_folder).owner
    told = {"is_new": "true", "question": "新しい質問ですか。", "answer": "はい。", "owner": owner}
    saved = editor.post("/staff/entries", told)
    assert saved.status_code == 303, saved.text
    added = read_folder(city_folder, normalise).book.by_id
    assert "新しい質問ですか。" in {one.question for one in added.values()}
    taken = editor.post("/staff/entries", told | {"id": "tennyu", "question": "別の質問ですか。"})
    assert taken.status_code == 422
    assert "もう使われています" in taken.text


def test_a_removed_entry_comes_back(editor: Clerk, city_folder: Path) -> None:
    before = {path: path.read_bytes() for path in city_folder.rglob("*.yaml")}
    victim = next(
        one for one in read_folder(city_folder, normalise).book.entries if one.id == "tennyu"
    )
    page = editor.get(f"/staff/entries/{victim.id}").text
    sent = {"id": victim.id, "version": fields(page)["version"]}
    removed = editor.post("/staff/entries/remove", sent)
    if removed.status_code == 422:  # golden questions still lead to it
        assert "golden" not in removed.text
        assert entry(city_folder) == victim
        return
    assert victim.id not in read_folder(city_folder, normalise).book.by_id
    number = removed.headers["location"].partition("done=")[2]
    assert editor.post("/staff/undo", {"number": number}).status_code == 303
    assert {path: path.read_bytes() for path in before} == before


def test_a_look_shows_every_channel_and_the_difference(editor: Clerk) -> None:
    sent = fields(editor.get("/staff/entries/tennyu").text)
    page = editor.post("/staff/entries/look", sent | {"answer": "まったく**新しい**回答。"}).text
    for part in ("ウェブサイトのページ", "LINE", "<strong>新しい</strong>", "公開中のものとの違い"):
        assert part in page
    assert page.count("新しい") >= 3


def test_a_question_is_tried_on_the_draft(editor: Clerk, city_folder: Path) -> None:
    sent = fields(editor.get("/staff/entries/tennyu").text)
    phrasings = f"{sent['phrasings']}\nうちゅうじんが すみはじめた"
    editor.post("/staff/entries", sent | {"phrasings": phrasings})
    tried = {"id": "tennyu", "text": "うちゅうじんが すみはじめた"}
    page = editor.post("/staff/entries/try", tried).text
    deadline = time.monotonic() + SWITCH_SECONDS
    while "下書きの準備をしています" in page and time.monotonic() < deadline:
        time.sleep(0.2)
        page = editor.post("/staff/entries/try", tried).text
    assert "<strong>回答</strong>" in page
    assert "このFAQ" in page
    assert "ことばの一致" in page
    assert editor.post("/staff/entries/try", tried | {"text": ""}).status_code == 200


def test_a_translation_keeps_the_mark_of_what_it_was_made_from(
    editor: Clerk, city_folder: Path
) -> None:
    sent = fields(editor.get("/staff/entries/tennyu").text)
    english = {"question-en": "How do I move in?", "answer-en": "Register within 14 days."}
    editor.post("/staff/entries", sent | english)
    made = entry(city_folder)
    assert made.translations["en"].of == made.mark
    sent = fields(editor.get("/staff/entries/tennyu").text)
    editor.post("/staff/entries", sent | {"answer": "日本語だけを直した。"})
    stale = entry(city_folder)
    assert stale.is_stale(stale.translations["en"])
    page = editor.get("/staff/entries/tennyu").text
    assert "日本語が変わったので、見直しが必要です" in page
    editor.post("/staff/entries", fields(page) | {"current-en": "true"})
    looked_at = entry(city_folder)
    assert not looked_at.is_stale(looked_at.translations["en"])


def test_versions_tell_texts_apart() -> None:
    assert version_of("a") != version_of("b")
    assert version_of("a") == version_of("a")


def test_there_is_no_form_without_its_entry(editor: Clerk) -> None:
    assert editor.get("/staff/entries/nobody").status_code == 404
    assert editor.get("/staff/entries/nobody/history").status_code == 404
    assert editor.post("/staff/entries", {"id": "nobody"}).status_code == 404


def test_every_save_is_a_commit_where_the_folder_is_a_repository(
    editor: Clerk, city_folder: Path
) -> None:
    subprocess.run(["git", "init", "-q"], cwd=city_folder, check=True)
    sent = fields(editor.get("/staff/entries/tennyu").text)
    saved = editor.post("/staff/entries", sent | {"question": "転入の手続きは。"})
    number = saved.headers["location"].partition("done=")[2]
    editor.post("/staff/undo", {"number": number})
    told = ["git", "log", "--format=%an %s"]
    log = subprocess.run(told, cwd=city_folder, check=True, capture_output=True, text=True).stdout
    assert log.splitlines() == [
        f"職員 editor 取り消し（操作 {number}）",
        "職員 editor FAQ「転入の手続きは。」を保存しました（まだ公開していません）",
    ]
    page = editor.get("/staff/entries/tennyu/history").text
    assert "git の記録" in page
    assert "転入の手続きは。" in page
