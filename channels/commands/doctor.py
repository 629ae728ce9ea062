"""`toiawase doctor`: is everything as it should be, and if not, what to do."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import click

from bot.audit import first_broken
from bot.errors import BotError
from bot.store.backup import damage
from channels.backend import Backend, open_backend
from channels.clock import now
from channels.commands.console import read_settings
from channels.settings import Settings
from faq.files.folder import read_folder
from faq.problem import FaqError, FaqFolderError
from nlp.normalise import normalise

Mark = Literal["ok", "look", "bad"]

_MARKS: Final[dict[Mark, str]] = {"ok": "○", "look": "△", "bad": "×"}
_LITTLE_SPACE: Final = 1 << 30
_NO_SPACE: Final = 200 << 20
_BUILT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(minutes=5)
_FOR_OTHERS: Final = 0o077


@dataclass(frozen=True)
class Finding:
    """What one look showed, and what to do about it."""

    mark: Mark
    what: str
    said: str
    todo: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON で示します")
def doctor(as_json: bool) -> None:
    """データベース・空き容量・時計・権限・FAQ のフォルダなどを調べ、すべきことを示します。"""
    found = list(_look_at_all(read_settings(), now()))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            todo = f"\n    → {one.todo}" if one.todo else ""
            click.echo(f"{_MARKS[one.mark]} {one.what}：{one.said}{todo}")
    if any(one.mark == "bad" for one in found):
        sys.exit(1)


def _look_at_all(settings: Settings, at: datetime) -> Iterator[Finding]:
    looks: list[tuple[str, Callable[[], Finding]]] = [
        ("空き容量", lambda: _space(settings.state_folder)),
        ("状態フォルダ", lambda: _writable(settings.state_folder)),
        ("鍵", lambda: _key(settings.key_file)),
        ("FAQ のフォルダ", lambda: _folder(settings.draft_folder)),
        ("データベースのファイル", lambda: _file(settings)),
    ]
    for what, look in looks:
        yield _tried(what, look)
    yield from _look_behind(settings, at)


def _look_behind(settings: Settings, at: datetime) -> Iterator[Finding]:
    try:
        opened = open_backend(settings)
    except BotError as error:
        yield Finding("bad", "データベース", str(error), "控えから戻すか、管理する人に知らせます")
        return
    yield Finding("ok", "データベース", "開けます")
    yield _tried("時計", lambda: _clock(opened, at))
    yield _tried("公開版", lambda: _release(opened))
    yield _tried("操作の記録", lambda: _audit(opened))
    opened.close()


def _tried(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:  # one look that fails must not cost the others
        said = str(error) if isinstance(error, BotError | FaqError) else type(error).__name__
        return Finding("bad", what, f"調べられません（{said}）", "管理する人に知らせます")


def _space(folder: Path) -> Finding:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / (1 << 30):.1f} GB 空いています"
    if free >= _LITTLE_SPACE:
        return Finding("ok", "空き容量", said)
    mark: Mark = "bad" if free < _NO_SPACE else "look"
    return Finding(mark, "空き容量", said, "いらないファイルを消すか、容量を増やします")


def _writable(folder: Path) -> Finding:
    probe = folder / ".doctor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        todo = f"受付を動かす利用者が {folder} に書けるようにします"
        return Finding("bad", "状態フォルダ", f"書けません（{error.strerror}）", todo)
    return Finding("ok", "状態フォルダ", f"{folder} に書けます")


def _key(file: Path) -> Finding:
    if not file.exists():
        return Finding("ok", "鍵", "まだありません（要るときに作ります）")
    if file.stat().st_mode & _FOR_OTHERS:
        todo = f"chmod 600 {file} を実行します"
        return Finding("look", "鍵", "ほかの利用者も読めます", todo)
    return Finding("ok", "鍵", "受付を動かす利用者だけが読めます")


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
    what = "データベースのファイル"
    file = settings.database_file
    if file is None:
        return Finding("ok", what, "PostgreSQL です（壊れていないかは、PostgreSQL が確かめます）")
    if not file.exists():
        return Finding("ok", what, "まだありません（受付を始めるときに作ります）")
    said = damage(file)
    if said:
        todo = "受付を止め、控えから戻します（toiawase restore 控え --replace）"
        return Finding("bad", what, f"壊れています（{said}）", todo)
    return Finding("ok", what, "壊れていません")


def _clock(opened: Backend, at: datetime) -> Finding:
    latest = max((one.published_at for one in opened.releases.listed(limit=1)), default=_BUILT)
    if at < latest - _AHEAD:
        said = f"今の時刻（{at:%Y-%m-%d %H:%M} UTC）が、最後の公開より前です"
        return Finding("bad", "時計", said, "機械の時計を合わせます（NTP）")
    return Finding("ok", "時計", f"{at:%Y-%m-%d %H:%M} UTC です")


def _release(opened: Backend) -> Finding:
    number = opened.releases.current_number()
    if not number:
        return Finding("look", "公開版", "まだ公開していません", "toiawase publish を実行します")
    desk = opened.shelf.desk()
    return Finding("ok", "公開版", f"公開版 {number}（FAQ {len(desk.book.entries)} 件）が使えます")


def _audit(opened: Backend) -> Finding:
    broken = first_broken(opened.audit.each())
    if broken is not None:
        todo = "控えと比べ、だれがデータベースに触れたかを調べます"
        return Finding("bad", "操作の記録", f"{broken} 番から、書きかえられています", todo)
    return Finding("ok", "操作の記録", "書きかえられていません")
