"""`toiawase doctor`: is everything as it should be, and if not, what to do. It only looks."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

import click

from channels.clock import now
from channels.commands.console import read_settings
from channels.commands.doctor_files import looks_at_files
from channels.commands.doctor_store import looks_at_store
from channels.commands.finding import MARKS, Finding, tried
from channels.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON で示します")
def doctor(as_json: bool) -> None:
    """データベース・控え・空き容量・時計・権限などを調べ、すべきことを示します（見るだけです）。"""
    found = list(_look_at_all(read_settings(), now()))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            todo = f"\n    → {one.todo}" if one.todo else ""
            click.echo(f"{MARKS[one.mark]} {one.what}：{one.said}{todo}")
    if any(one.mark == "bad" for one in found):
        sys.exit(1)


def _look_at_all(settings: Settings, at: datetime) -> Iterator[Finding]:
    for what, look in looks_at_files(settings):
        yield tried(what, look)
    yield from looks_at_store(settings, at)
