"""The FAQ folder's files as people and other programs leave them, and many writers at once."""

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faq.files.folder import inspect_folder
from faq.files.folder_edit import EditConflict, EditRefused, FolderEditor
from faq.files.yaml_edit import CannotEdit
from nlp.normalise import normalise
from tests.faq.editing import GOMI, NEW, NOTICE, asked, contents, rewritten


@pytest.fixture
def editor(city_folder: Path) -> FolderEditor:
    return FolderEditor(city_folder, normalise)


@pytest.mark.parametrize(
    "shape",
    [
        lambda raw: raw.rstrip(b"\n"),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n").rstrip(),
        lambda raw: raw.replace(b"\n- id", b"\n\n# ---- next ----\n\n- id") + b"\n# end\n",
        lambda raw: raw.replace(b"  topic", b"  # about the topic\n  topic"),
        lambda raw: raw + b"- {id: flow, question: f?, answer: a, owner: gomi}\n",
    ],
)
def test_the_ways_of_editors_survive(editor: FolderEditor, shape: Any) -> None:
    raw = rewritten(editor, GOMI, shape)
    before = contents(editor.folder)
    last = re.findall(rb"^- \{?id: ([a-z-]+)", raw, re.MULTILINE)[-1].decode()
    for entry_id in ("sodai-gomi", "gomi-day", last):
        change = asked(editor, entry_id, question="新しい質問", answer="一\n二", phrasings=("三",))
        after = editor.entry(entry_id).value
        assert (after.question, after.answer, after.phrasings) == ("新しい質問", "一\n二", ("三",))
        now = (editor.folder / GOMI).read_bytes()
        assert now.startswith(b"\xef\xbb\xbf") == raw.startswith(b"\xef\xbb\xbf")
        assert now.endswith(b"\n") == raw.endswith(b"\n")
        assert (b"\r\n" in raw) == (b"\r\n" in now)
        assert now.count(b"\r\n") in (0, now.count(b"\n"))
        assert re.findall(rb"#.*", now) == re.findall(rb"#.*", raw)
        editor.undo(change)
        assert contents(editor.folder) == before
    added = editor.add_entry(NEW)
    assert editor.entry("new-one").value == NEW
    editor.undo(added)
    assert contents(editor.folder) == before
    removed = editor.remove_entry("battery-campaign", editor.entry("battery-campaign").version)
    beside = re.compile(rb"^#.*", re.MULTILINE)
    assert beside.findall((editor.folder / GOMI).read_bytes()) == beside.findall(raw)
    editor.undo(removed)
    assert contents(editor.folder) == before


@pytest.mark.parametrize(
    "shape",
    [
        lambda raw: b"---\n" + raw,
        lambda raw: raw + b"...\n",
        lambda raw: b"  " + raw.replace(b"\n", b"\n  ").rstrip(b" "),
        lambda raw: raw.replace(b"- id: gomi-day", b"-\n  id: gomi-day"),
        lambda raw: raw.replace("ごみ".encode(), "ごみ".encode("cp932"), 1),
        lambda raw: raw.replace(b"  answer", b"\tanswer", 1),
    ],
)
def test_what_cannot_be_edited_is_refused_and_nothing_lost(
    editor: FolderEditor, shape: Any
) -> None:
    entry = editor.entry("sodai-gomi")
    rewritten(editor, GOMI, shape)
    before = contents(editor.folder)
    with pytest.raises(CannotEdit, match="画面から直せる書き方"):
        editor.change_entry(entry.value, entry.version)
    with pytest.raises(CannotEdit, match="書けない文字"):
        editor.put_notice(replace(NOTICE, text="\ud83d"))
    assert contents(editor.folder) == before
    other = asked(editor, "juminhyo", question="ほかのファイルは直せますか")
    editor.undo(other)
    assert contents(editor.folder) == before


def test_writing_keeps_the_mode_and_leaves_nothing_behind(editor: FolderEditor) -> None:
    path = editor.folder / GOMI
    path.chmod(0o640)
    names = set(contents(editor.folder))
    asked(editor, "gomi-day", topic="別")
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(EditRefused):
        asked(editor, "gomi-day", owner="nobody")
    assert set(contents(editor.folder)) == names
    assert editor.put_notice(NOTICE).file == "notices.yaml"
    assert (editor.folder / "notices.yaml").stat().st_mode & 0o777 == 0o644


def test_a_linked_file_stays_a_link(editor: FolderEditor, tmp_path: Path) -> None:
    path = editor.folder / GOMI
    real = path.rename(tmp_path / "elsewhere.yaml")
    path.symlink_to(real)
    asked(editor, "gomi-day", topic="別")
    assert path.is_symlink()
    assert "topic: 別" in real.read_text()


def save(folder: Path, entry_id: str, version: str, topic: str) -> bool:
    editor = FolderEditor(folder, normalise)
    return try_to_save(editor, entry_id, version, topic)


def try_to_save(editor: FolderEditor, entry_id: str, version: str, topic: str) -> bool:
    there = editor.entry(entry_id)
    try:
        editor.change_entry(replace(there.value, topic=topic), version)
    except EditConflict:
        return False
    return True


def test_one_of_fifty_writers_wins(editor: FolderEditor) -> None:
    for turn in range(3):
        version = editor.entry("gomi-day").version
        with ThreadPoolExecutor(50) as pool:
            won = list(
                pool.map(
                    lambda at, version=version, turn=turn: try_to_save(
                        editor, "gomi-day", version, f"話題 {turn} {at}"
                    ),
                    range(50),
                )
            )
        assert won.count(True) == 1
        assert editor.entry("gomi-day").value.topic == f"話題 {turn} {won.index(True)}"
        assert inspect_folder(editor.folder, normalise).problems == ()


def test_one_of_four_processes_wins(editor: FolderEditor) -> None:
    version = editor.entry("gomi-day").version
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=spawning) as pool:
        topics = [f"話題 {at}" for at in range(12)]
        many = len(topics)
        won = list(
            pool.map(save, [editor.folder] * many, ["gomi-day"] * many, [version] * many, topics)
        )
    assert won.count(True) == 1
    assert editor.entry("gomi-day").value.topic == topics[won.index(True)]
    assert inspect_folder(editor.folder, normalise).problems == ()


def test_many_phrasings_at_once_are_all_kept(editor: FolderEditor) -> None:
    other = FolderEditor(editor.folder, normalise)
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda at: (editor, other)[at % 2].add_phrasing("gomi-day", f"別の聞き方その{at}"),
                range(20),
            )
        )
    kept = set(editor.entry("gomi-day").value.phrasings)
    assert {f"別の聞き方その{at}" for at in range(20)} <= kept
