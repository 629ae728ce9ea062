"""What `toiawase doctor` sees on the disk."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.errors import BotError
from bot.store.backup import damage
from channels.commands.finding import Finding, Mark
from channels.secret_key import existing_key
from channels.settings import Settings
from faq.files.folder import read_folder
from faq.problem import FaqFolderError
from nlp.normalise import normalise

_LITTLE_SPACE: Final = 1 << 30
_NO_SPACE: Final = 200 << 20
_FOR_OTHERS: Final = 0o077
_LATER: Final = "まだありません（受付を始めるときに作ります）"


def looks_at_files(settings: Settings) -> list[tuple[str, Callable[[], Finding]]]:
    """Return the looks at folders and files, each with its name."""
    return [
        ("空き容量", lambda: _space(settings)),
        ("状態フォルダ", lambda: _writable(settings.state_folder)),
        ("鍵", lambda: _key(settings)),
        ("FAQ のフォルダ", lambda: _folder(settings.draft_folder)),
        ("データベースのファイル", lambda: _file(settings)),
        ("データベースの写し", lambda: _copies(settings)),
    ]


def _space(settings: Settings) -> Finding:
    folders = [settings.state_folder]
    if settings.database_file is not None:
        folders.append(settings.database_file.parent)
    free, where = min((shutil.disk_usage(_there(one)).free, one) for one in folders)
    said = f"{free / (1 << 30):.1f} GB 空いています"
    if free >= _LITTLE_SPACE:
        return Finding("ok", "空き容量", said)
    mark: Mark = "bad" if free < _NO_SPACE else "look"
    todo = f"{where} のあるディスクの、いらないファイルを消すか、容量を増やします"
    return Finding(mark, "空き容量", said, todo)


def _there(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that exists."""
    return next(one for one in (folder, *folder.absolute().parents) if one.exists())


def _writable(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("ok", "状態フォルダ", _LATER)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        todo = f"受付を動かす利用者が {folder} に書けるようにします"
        return Finding("bad", "状態フォルダ", f"書けません（{error.strerror}）", todo)
    return Finding("ok", "状態フォルダ", f"{folder} に書けます")


def _key(settings: Settings) -> Finding:
    file = settings.key_file
    if not file.exists():
        return Finding("ok", "鍵", "まだありません（要るときに作ります）")
    try:
        existing_key(file)
    except BotError as error:
        todo = "写しておいた鍵を戻し、受付を動かす利用者だけが読めるようにします"
        return Finding("bad", "鍵", str(error), todo)
    kept, folder = file.stat(), _there(settings.state_folder)
    if kept.st_mode & _FOR_OTHERS:
        todo = f"chmod 600 {file} を実行します"
        return Finding("look", "鍵", "ほかの利用者も読めます", todo)
    if kept.st_uid != folder.stat().st_uid:
        said = f"持ち主（{_owner(file)}）が、{folder} の持ち主（{_owner(folder)}）とちがいます"
        todo = f"受付を動かす利用者を確かめ、chown {_owner(folder)} {file} を実行します"
        return Finding("look", "鍵", said, todo)
    return Finding("ok", "鍵", "受付を動かす利用者だけが読めます")


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # a user that only a container knows
        return str(path.stat().st_uid)


def _folder(folder: Path) -> Finding:
    if not folder.exists():
        todo = "TOIAWASE_FAQ_FOLDER を確かめます（公開した回答には影響しません）"
        return Finding("look", "FAQ のフォルダ", f"{folder} がありません", todo)
    try:
        book = read_folder(folder, normalise).book
    except FaqFolderError as error:
        said = f"直すところが {len(error.problems)} 件あります（公開中の回答は変わりません）"
        return Finding("look", "FAQ のフォルダ", said, f"toiawase check {folder} で見て、直します")
    return Finding("ok", "FAQ のフォルダ", f"FAQ {len(book.entries)} 件に、問題はありません")


def _file(settings: Settings) -> Finding:
    what, file = "データベースのファイル", settings.database_file
    if file is None:
        return Finding("ok", what, "PostgreSQL です（壊れていないかは、PostgreSQL が確かめます）")
    if not file.exists():
        return Finding("ok", what, _LATER)
    said = damage(file)
    if said:
        todo = "受付を止め、控えから戻します（toiawase restore 控え --replace）"
        return Finding("bad", what, f"壊れています（{said}）", todo)
    return Finding("ok", what, "壊れていません")


def _copies(settings: Settings) -> Finding:
    """Look for copies that restoring and bringing up to date left: they are never forgotten."""
    what, file = "データベースの写し", settings.database_file
    copies = sorted(file.parent.glob(f"{file.name}.before-*")) if file else []
    if not copies:
        return Finding("ok", what, "古い写しはありません")
    megabytes = sum(one.stat().st_size for one in copies) / 1e6
    said = f"前に入れかえたものが {len(copies)} 個（{megabytes:,.1f} MB）残っています"
    names = "、".join(str(one) for one in copies)
    return Finding("look", what, said, f"市民の文が入っています。要らなければ消します（{names}）")
