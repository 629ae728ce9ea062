"""`toiawase migrate`: the database brought up to date, before a new version serves."""

import click

from bot.store.database import migrate as bring_up_to_date
from channels.clock import now
from channels.commands.console import read_settings


@click.command()
def migrate() -> None:
    """データベースを、このプログラムの版に合わせます（PostgreSQL では更新のたびに1回）。"""
    settings = read_settings()
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    before, after = bring_up_to_date(settings.database, now())
    if before == after:
        click.echo(f"データベースは、もう新しい版（{after}）です。")
    else:
        click.echo(f"データベースを新しくしました（{before or '空'} から {after} へ）。")
