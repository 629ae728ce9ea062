"""What the tests of editing a folder share."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from faq.entry import FaqEntry
from faq.files.folder_edit import Change, FolderEditor
from faq.notice import Notice
from faq.office import JAPAN

GOMI = "entries/gomi.yaml"
NEW = FaqEntry("new-one", "新しい質問ですか。", "答えです。", owner="gomi", topic="ごみ")
NOTICE = Notice("taifu", "danger", "避難してください。", datetime(2026, 9, 1, 9, tzinfo=JAPAN))


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def asked(editor: FolderEditor, entry_id: str, **fields: Any) -> Change:
    there = editor.entry(entry_id)
    return editor.change_entry(replace(there.value, **fields), there.version)


def rewritten(editor: FolderEditor, file: str, change: Any) -> bytes:
    path = editor.folder / file
    path.write_bytes(change(path.read_bytes()))
    return path.read_bytes()
