"""`toiawase backup`, `restore` and `forget`: what is kept safe, and what is no longer kept."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click

from bot.audit import AuditEvent
from bot.delivery import KEPT
from bot.errors import StoreUnusable
from bot.store.backup import copy_in
from bot.store.database import HEAD
from bot.store.forgetting import Forgotten
from channels.archive import DATABASE, FAQ, replaced, unpack, write_archive
from channels.backend import Backend
from channels.clock import now
from channels.commands.console import backend, operator, read_settings, steps
from channels.line.events import talk_of
from channels.secret_key import existing_key
from channels.serving_alone import alone_in
from channels.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """データベースと FAQ のフォルダの控えを、1つのファイルに取ります（動かしたままで）。"""
    opened = backend()
    at = opened.clock()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch:
        copy = Path(scratch) / DATABASE
        with steps("控えを取っています") as say:
            say("データベースを写しています", 0, 0)
            opened.copy_out(copy, at)
            say("まとめています", 0, 0)
            members = {DATABASE: copy} | dict(_faq_files(opened.settings.draft_folder))
            write_archive(file, members, at.isoformat(), HEAD)
    click.echo(
        f"控えを {file} に取りました（FAQ のフォルダのファイル {len(members) - 1} 個を含む）。\n"
        f"鍵（{opened.settings.key_file}）は入っていません。別の場所に控えてください。\n"
        "控えには市民の質問の文が入っています。本番の記録と同じように守ってください。"
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="今あるものを別の名前で残し、控えに入れかえます")
def restore(file: Path, replace: bool) -> None:
    """控えから、データベースと FAQ のフォルダを戻します（受付を止めてから）。"""
    settings = read_settings()
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    with (
        alone_in(settings.state_folder),
        tempfile.TemporaryDirectory(dir=settings.state_folder, prefix=".restore-") as scratch,
    ):
        manifest = unpack(file, Path(scratch))
        if settings.database_file is None:
            copy_in(Path(scratch) / DATABASE, settings.database, now())
        else:
            _put_database(settings.database_file, Path(scratch) / DATABASE, replace=replace)
        folder = _put_folder(settings, Path(scratch) / FAQ, replace=replace)
    click.echo(f"{manifest.taken_at} に取った控えを戻しました。{folder}")


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=1),
    metavar="日数",
    help="これより古い問合せ記録などを消します",
)
@click.option("--person", metavar="ID", help="この人が、この1週間ほどに LINE で書いた文を消します")
def forget(days: int | None, person: str | None) -> None:
    """古い問合せ記録や、1人の人が書いた文を消します（元に戻せません）。"""
    if (days is None) == (person is None):
        raise click.UsageError("--older-than か --person の、どちらか1つを書いてください")
    opened = backend()
    if days is None:
        _forget_person(opened, str(person).strip())
    else:
        _forget_older(opened, days)


def _forget_older(opened: Backend, days: int) -> None:
    gone = opened.forgetting.before(opened.clock() - timedelta(days=days))
    _note(opened, f"{days} 日より古い記録", gone)
    click.echo(
        f"消しました。問合せ記録 {gone.inquiries} 件、要対応のまとまり {gone.clusters} 件、"
        f"LINE の受信 {gone.deliveries} 件、ログイン {gone.sessions} 件。"
    )
    _say_what_is_left(opened, gone)
    if _spooled(opened):
        click.echo(
            f"データベースの外（{opened.settings.spool_folder}）で待っている記録のファイルが "
            f"{_spooled(opened)} 個あります。データベースに入ったあと、"
            f"{opened.settings.keep_days} 日より古いものは、受付が次の1時間ごとの消去で消します。"
        )


def _forget_person(opened: Backend, person: str) -> None:
    if not person:
        raise click.UsageError("--person に、LINE のユーザー ID を書いてください")
    key = existing_key(opened.settings.key_file)
    gone = opened.forgetting.person(talk_of(key, person), opened.clock())
    _note(opened, "1人の人の記録", gone)
    if gone.deliveries:
        click.echo(
            f"問合せ記録 {gone.inquiries} 件の文を消しました（件数の記録は残ります）。"
            f"LINE の受信 {gone.deliveries} 件を消しました。"
        )
    else:
        click.echo(
            "この人の受信は見つからず、何も消していません。ID と鍵（TOIAWASE_SECRET_KEY_FILE）が"
            "正しいかを確かめてください。"
        )
    if gone.held:
        click.echo(
            f"いま返信しているものが {gone.held} 件あります。1分ほど待って、"
            "もう一度同じコマンドを実行してください。"
        )
    click.echo(
        f"探せるのは、この {KEPT.days} 日ほどに LINE で書かれた文だけです（グループでの発言も"
        "含みます）。それより古い文は、だれのものか分からない形で残っているため、"
        f"このコマンドでは消せません。{opened.settings.keep_days} 日"
        "（TOIAWASE_KEEP_DAYS）を過ぎると消えます。"
    )
    _say_what_is_left(opened, gone)
    if _spooled(opened):
        click.echo(
            f"データベースの外（{opened.settings.spool_folder}）で待っている記録のファイルが "
            f"{_spooled(opened)} 個あります。この中の文は、まだ消していません。"
            "データベースに入ってから、もう一度同じコマンドを実行してください。"
        )


def _say_what_is_left(opened: Backend, gone: Forgotten) -> None:
    if not gone.is_overwritten:
        click.echo(
            "ほかのプログラムがデータベースを読んでいるため、消した文が、まだ "
            f"{opened.settings.database_file}-wal の中に残っています。"
            "受付が次の1時間ごとの消去で消します。急ぐときは、もう一度実行してください。"
        )


def _spooled(opened: Backend) -> int:
    return len(list(opened.settings.spool_folder.glob("*.log")))


def _note(opened: Backend, subject: str, gone: Forgotten) -> None:
    told = f"{subject}を消しました（問合せ記録 {gone.inquiries} 件）"
    detail = {"told": told, "inquiries": gone.inquiries, "deliveries": gone.deliveries}
    opened.audit.add(AuditEvent(opened.clock(), operator(), "forgotten", subject, detail))


def _faq_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and inside.parts[0] != ".git":
            yield FAQ + inside.as_posix(), path


def _put_database(database: Path, copy: Path, *, replace: bool) -> None:
    if database.exists() and not replace:
        raise StoreUnusable(
            f"データベース（{database}）がもうあります。入れかえるときは --replace を付けてください"
        )
    database.parent.mkdir(parents=True, exist_ok=True)
    stamp = now().strftime("%Y%m%d-%H%M%S")
    with replaced(database, stamp):
        for beside in ("-wal", "-shm"):
            log = database.with_name(database.name + beside)
            if log.exists():
                log.rename(log.with_name(f"{database.name}.before-restore-{stamp}{beside}"))
        shutil.copyfile(copy, database)


def _put_folder(settings: Settings, copy: Path, *, replace: bool) -> str:
    folder = settings.draft_folder
    if not copy.exists():
        return "控えに FAQ のフォルダはありませんでした。"
    if folder.exists() and not replace:
        return f"FAQ のフォルダ（{folder}）は、今あるものをそのまま使います。"
    with replaced(folder, now().strftime("%Y%m%d-%H%M%S")):
        shutil.copytree(copy, folder)
    return f"FAQ のフォルダは {folder} です。"
