"""`toiawase notice` and `channel`: what every channel shows at once, and closing one."""

import re
from datetime import timedelta
from typing import Final, cast

import click

from bot.question import CHANNEL_LABELS, Channel
from channels.backend import Backend
from channels.commands.console import backend
from channels.opening import japan_moment
from faq.files.notices import japan_time, notices_of
from faq.notice import LEVELS, Level, Notice

_LEVEL_LABELS: Final = {"info": "お知らせ", "warning": "注意", "danger": "緊急"}
_CLOSABLE: Final[tuple[Channel, ...]] = ("web", "line")
_ID: Final = re.compile(r"[a-z0-9-]+")


@click.group()
def notice() -> None:
    """お知らせの帯（災害・休業・障害）を、すべての受付経路に出したり消したりします。"""


@notice.command(name="list")
def list_notices() -> None:
    """出ているお知らせと、notices.yaml に用意してあるお知らせを示します。"""
    opened = backend()
    at = opened.clock()
    on = opened.board.board().notices
    for one in on:
        state = "表示中" if one.is_on(at) else "期間外"
        click.echo(f"[{state}] {_described(one)}")
    prepared = [one for one in notices_of(opened.settings.draft_folder) if one.id not in _ids(on)]
    for one in prepared:
        click.echo(f"[準備済み] {_described(one)}")
    if not on and not prepared:
        click.echo("お知らせはありません。")


@notice.command()
@click.argument("notice_id", metavar="ID")
@click.option("--text", default="", help="その場で書くお知らせ（省くと notices.yaml の文）")
@click.option("--level", type=click.Choice(LEVELS), default="info", help="お知らせの重さ")
@click.option("--hours", type=click.IntRange(1, 24 * 366), default=24, help="何時間出すか")
@click.option("--until", default="", help="いつまで出すか（2026-11-27 09:00）")
def on(notice_id: str, text: str, level: str, hours: int, until: str) -> None:
    """お知らせを出します。5秒以内に、すべての画面の上に出ます。"""
    opened = backend()
    found = _written(opened, notice_id, text, level, hours, until) if text else None
    found = found or _prepared(opened, notice_id)
    opened.board.put_up(found)
    click.echo(f"お知らせを出しました: {_described(found)}")


@notice.command()
@click.argument("notice_id", metavar="ID")
def off(notice_id: str) -> None:
    """お知らせを消します。"""
    if not backend().board.take_down(notice_id):
        raise click.ClickException(f"「{notice_id}」というお知らせは出ていません")
    click.echo(f"お知らせ「{notice_id}」を消しました。")


def _written(
    opened: Backend, notice_id: str, text: str, level: str, hours: int, until: str
) -> Notice:
    if not _ID.fullmatch(notice_id):
        raise click.ClickException("ID は半角の英小文字・数字・ハイフンで書いてください")
    at = opened.clock()
    try:
        ends_at = japan_time(until) if until else at + timedelta(hours=hours)
    except ValueError as error:
        raise click.ClickException(
            f"日時「{until}」が読めません。2026-11-27 09:00 の形で書いてください"
        ) from error
    return Notice(notice_id, cast(Level, level), text, at, ends_at)


def _prepared(opened: Backend, notice_id: str) -> Notice:
    for one in notices_of(opened.settings.draft_folder):
        if one.id == notice_id:
            return one
    raise click.ClickException(
        f"「{notice_id}」は notices.yaml にありません。"
        "書き足すか、--text で文を付けて実行してください"
    )


def _described(one: Notice) -> str:
    until = f"{japan_moment(one.ends_at)} まで" if one.ends_at else "終わりの日時なし"
    return (
        f"{one.id}（{_LEVEL_LABELS[one.level]}、"
        f"{japan_moment(one.starts_at)} から {until}）{one.text}"
    )


def _ids(notices: tuple[Notice, ...]) -> set[str]:
    return {one.id for one in notices}


@click.group()
def channel() -> None:
    """受付経路を止めたり、また動かしたりします。"""


@channel.command(name="list")
def list_channels() -> None:
    """受付経路の今の状態を示します。"""
    closed = backend().board.board().closed
    for name in _CLOSABLE:
        state = f"停止中：{closed[name]}" if name in closed else "受付中"
        click.echo(f"{name}（{CHANNEL_LABELS[name]}）　{state}")


@channel.command(name="off")
@click.argument("name", type=click.Choice(_CLOSABLE), metavar="|".join(_CLOSABLE))
@click.option("--sentence", default="", help="市民に見せる文（省くと決まった文 unavailable）")
def close(name: str, sentence: str) -> None:
    """受付経路を止めます。市民には、決まった文とお問い合わせ先だけを見せます。"""
    opened = backend()
    if not sentence:
        book = opened.shelf.book(opened.releases.current())
        unavailable = book.sentence("unavailable")
        sentence = unavailable.in_language("ja") if unavailable else ""
    opened.board.close(cast(Channel, name), sentence, opened.clock())
    click.echo(f"{CHANNEL_LABELS[cast(Channel, name)]}を止めました: {sentence}")


@channel.command(name="on")
@click.argument("name", type=click.Choice(_CLOSABLE), metavar="|".join(_CLOSABLE))
def reopen(name: str) -> None:
    """止めていた受付経路を、また動かします。"""
    if not backend().board.open(cast(Channel, name)):
        raise click.ClickException(f"{name} は止まっていません")
    click.echo(f"{CHANNEL_LABELS[cast(Channel, name)]}を動かしました。")
