"""Adding and removing records of the FAQ folder, and undoing what was done."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from faq.files.folder import read_folder
from faq.files.folder_edit import EditConflict, EditRefused, FolderEditor, UnknownItem
from nlp.normalise import normalise
from tests.faq.editing import GOMI, NEW, NOTICE, asked, contents, rewritten


@pytest.fixture
def editor(city_folder: Path) -> FolderEditor:
    return FolderEditor(city_folder, normalise)


def test_an_entry_goes_where_its_topic_is(editor: FolderEditor) -> None:
    before = contents(editor.folder)
    assert editor.problems(NEW, is_new=True) == ()
    assert editor.proposed_id(NEW) == "gomi-1"
    change = editor.add_entry(replace(NEW, id="gomi-1"))
    assert change.file == GOMI
    assert editor.proposed_id(NEW) == "gomi-2"
    with pytest.raises(EditRefused) as refused:
        editor.add_entry(replace(NEW, id="gomi-1"))
    assert refused.value.fields[0].field == "id"
    editor.undo(change)
    assert contents(editor.folder) == before


def test_a_new_topic_makes_a_new_file(editor: FolderEditor) -> None:
    before, entry = contents(editor.folder), replace(NEW, topic="空き家")
    assert editor.proposed_id(entry) == "new-1"
    first = editor.add_entry(replace(entry, id="new-1"))
    second = editor.add_entry(replace(entry, id="new-2", question="次の質問"))
    assert first.file == second.file == "entries/new.yaml"
    assert {editor.entry(one).value.topic for one in ("new-1", "new-2")} == {"空き家"}
    editor.undo(first)
    assert editor.entry("new-2").value.question == "次の質問"
    editor.undo(second)
    assert contents(editor.folder) == before


def test_golden_questions_are_added_once(editor: FolderEditor) -> None:
    before = contents(editor.folder)
    change = editor.add_golden("「新しい」質問\n二行", {"gomi-day": 2})
    assert change
    assert editor.add_golden("「新しい」質問\n二行", {"gomi-day": 2}) is None
    golden = read_folder(editor.folder, normalise).golden
    assert (golden[-1].query, golden[-1].relevant) == ("「新しい」質問\n二行", {"gomi-day": 2})
    editor.undo(change)
    assert contents(editor.folder) == before
    with pytest.raises(EditConflict):
        editor.undo(change)
    with pytest.raises(EditRefused, match="nowhere"):
        editor.add_golden("x", {"nowhere": 2})
    rewritten(editor, "golden.jsonl", lambda raw: raw.rstrip())
    before = contents(editor.folder)
    first, second = (editor.add_golden(text, {"gomi-day": 1}) for text in "ab")
    assert first
    assert second
    editor.undo(first)
    editor.undo(second)
    assert (
        len(read_folder(editor.folder, normalise).golden) == before["golden.jsonl"].count(b"{") // 2
    )


@pytest.mark.parametrize("text", [None, "[]\n", "# なにもない\n[]\n# 終わり\n", "[]", "[]\r\n", ""])
def test_notices_come_and_go(editor: FolderEditor, text: str | None) -> None:
    path = editor.folder / "notices.yaml"
    if text is not None:
        path.write_bytes(text.encode())
    before = contents(editor.folder)
    added = editor.put_notice(NOTICE)
    assert editor.notice("taifu").value == NOTICE
    changed = editor.put_notice(replace(NOTICE, text="一\n二", translations={"en": "Go: up"}))
    assert editor.notice("taifu").value.text == "一\n二"
    removed = editor.remove_notice("taifu")
    with pytest.raises(UnknownItem):
        editor.notice("taifu")
    for change in (removed, changed, added):
        editor.undo(change)
    assert contents(editor.folder) | {"notices.yaml": b""} == before | {"notices.yaml": b""}
    assert path.read_bytes().decode() == text if text else True


def test_undoing_the_first_of_two_notices_keeps_the_second(editor: FolderEditor) -> None:
    (editor.folder / "notices.yaml").write_text("# 期間\n[]\n")
    first = editor.put_notice(NOTICE)
    second = editor.put_notice(replace(NOTICE, id="yuki", text="雪です。"))
    editor.undo(first)
    assert editor.notice("yuki").value.text == "雪です。"
    editor.undo(second)
    assert (editor.folder / "notices.yaml").read_text() == "# 期間\n"


def test_undo_gives_way_to_later_changes(editor: FolderEditor) -> None:
    before = contents(editor.folder)
    there = editor.entry("battery-campaign")
    removed = editor.remove_entry("battery-campaign", there.version)
    back = editor.undo(removed)
    assert contents(editor.folder) == before
    with pytest.raises(EditConflict) as raised:
        editor.undo(removed)
    assert raised.value.text == there.text
    editor.undo(back)
    with pytest.raises(UnknownItem):
        editor.entry("battery-campaign")
    added = asked(editor, "juminhyo", keywords=("後から",))
    asked(editor, "juminhyo", expires_on=date(2030, 1, 1))
    with pytest.raises(EditConflict):
        editor.undo(added)


def test_a_removed_entry_comes_back_though_its_neighbours_changed(editor: FolderEditor) -> None:
    there = editor.entry("battery-campaign")
    removed = editor.remove_entry("battery-campaign", there.version)
    asked(editor, "gomi-day", topic="別", reviewed_on=date(2026, 5, 5), by_ward={})
    editor.undo(removed)
    assert editor.entry("battery-campaign").value == there.value
    assert editor.entry("gomi-day").value.topic == "別"
