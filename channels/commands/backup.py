"""`toiawase backup`, `restore` and `forget`: what is kept safe, and what is no longer kept."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click

from bot.audit import AuditEvent
from bot.delivery import KEPT
from bot.errors import StoreUnusable
from bot.store.backup import check_copy, copy_in
from bot.store.database import HEAD
from bot.store.forgetting import Forgotten
from channels.archive import DATABASE, FAQ, IN_AUDIT, refuse_to_overwrite, unpack, write_archive
from channels.backend import Backend
from channels.clock import now
from channels.commands.console import backend, operator, read_settings, steps
from channels.line.events import talk_of
from channels.placing import beside, swapped
from channels.secret_key import existing_key
from channels.serving_alone import alone_in
from channels.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """データベースと FAQ のフォルダの控えを、1つのファイルに取ります（動かしたままで）。"""
    if not file.parent.is_dir():
        raise StoreUnusable(
            f"控えを置くフォルダ（{file.parent}）がありません。"
            "作ってから（または、つながっているかを確かめてから）、もう一度実行してください"
        )
    refuse_to_overwrite(file)
    opened = backend()
    try:
        count = _write_backup(opened, file)
    except OSError as error:
        raise StoreUnusable(
            f"控えを {file} に取れませんでした（{error.strerror}）。"
            "途中のファイルは消しました。空きと権限を確かめてください"
        ) from error
    told = f"控え（{file.name}）を取りました"
    opened.audit.add(AuditEvent(opened.clock(), operator(), "backed_up", IN_AUDIT, {"told": told}))
    click.echo(
        f"控えを {file} に取り、読めることを確かめました"
        f"（FAQ のフォルダのファイル {count} 個を含む）。\n"
        f"鍵（{opened.settings.key_file}）は入っていません。別の場所に控えてください。\n"
        "控えには市民の質問の文が入っています。本番の記録と同じように守ってください。"
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="今あるものを別の名前で残し、控えに入れかえます")
def restore(file: Path, replace: bool) -> None:
    """控えから、データベースと FAQ のフォルダを戻します（受付を止めてから）。"""
    settings = read_settings()
    database = settings.database_file
    if database and database.exists() and not replace:
        raise StoreUnusable(
            f"データベース（{database}）がもうあります。入れかえるときは --replace を付けてください"
        )
    try:
        settings.state_folder.mkdir(parents=True, exist_ok=True)
        with (
            alone_in(settings.state_folder),
            tempfile.TemporaryDirectory(dir=settings.state_folder, prefix=".restore-") as scratch,
        ):
            manifest = unpack(file, Path(scratch))
            check_copy(Path(scratch) / DATABASE, manifest.schema)
            folder = _put(settings, Path(scratch), replace=replace)
    except OSError as error:
        raise StoreUnusable(
            f"控えを戻せませんでした（{error.strerror}: {error.filename or file}）。"
            "何も変えていません。空きと権限を確かめて、もう一度実行してください"
        ) from error
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
    elif not gone.held:
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


def _put(settings: Settings, scratch: Path, *, replace: bool) -> str:
    """Put what was unpacked in its places, all of it or nothing; return what became of the FAQ."""
    folder, database = settings.draft_folder, settings.database_file
    stamp = now().strftime("%Y%m%d-%H%M%S-%f")
    has_folder, keeps = (scratch / FAQ).exists(), folder.exists() and not replace
    with ExitStack() as put:
        # What may take long, or fill a disk, comes before anything is replaced.
        moves = [(scratch / FAQ, folder)] if has_folder and not keeps else []
        moves += [(scratch / DATABASE, database)] if database else []
        staged = [(put.enter_context(beside(one, target)), target) for one, target in moves]
        for one, target in staged:
            put.enter_context(swapped(one, target, stamp))
        if database is None:
            copy_in(scratch / DATABASE, settings.database, now())
    if not has_folder:
        return "控えに FAQ のフォルダはありませんでした。"
    if keeps:
        return f"FAQ のフォルダ（{folder}）は、今あるものをそのまま使います。"
    return f"FAQ のフォルダは {folder} です。"


def _write_backup(opened: Backend, file: Path) -> int:
    """Write a backup; return how many files of the FAQ folder are in it."""
    at = opened.clock()
    with (
        tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch,
        steps("控えを取っています") as say,
    ):
        copy = Path(scratch) / DATABASE
        say("データベースを写しています", 0, 0)
        opened.copy_out(copy, at)
        say("まとめて、確かめています", 0, 0)
        members = {DATABASE: copy} | dict(_faq_files(opened.settings.draft_folder))
        manifest = write_archive(file, Path(scratch), members, at.isoformat(), HEAD)
    return len(manifest.members) - 1


def _faq_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and inside.parts[0] != ".git":
            yield FAQ + inside.as_posix(), path
