"""`toiawase staff`: registering those who use the console."""

import getpass
import sys
from typing import Final, cast

import click

from bot.accounts import ROLE_LABELS, Role
from bot.audit import AuditEvent
from channels.commands.console import backend, operator

_BY_LABEL: Final = {label: role for role, label in ROLE_LABELS.items()}


@click.group()
def staff() -> None:
    """職員画面を使う人を登録します。"""


@staff.command()
@click.argument("name", metavar="名前")
@click.option(
    "--role",
    required=True,
    type=click.Choice((*_BY_LABEL, *ROLE_LABELS)),
    help="閲覧 viewer・編集 editor・承認 approver・管理 admin",
)
@click.option("--section", default="", help="所管課（offices.yaml の id）")
def add(name: str, role: str, section: str) -> None:
    """職員を登録します。パスワードは標準入力の1行目から読みます（登録済みなら新しくします）。"""
    opened = backend()
    chosen = _BY_LABEL.get(role) or cast(Role, role)
    made = opened.accounts.add(name, chosen, _password(), opened.clock(), section)
    told = f"{made.name} さんを「{ROLE_LABELS[chosen]}」として登録しました"
    detail = {"told": told, "role": chosen, "section": section, "active": True}
    opened.audit.add(AuditEvent(opened.clock(), operator(), "account", made.name, detail))
    click.echo(f"{told}。")


@staff.command(name="list")
def list_staff() -> None:
    """登録されている職員を示します。"""
    opened = backend()
    at = opened.clock()
    for one in opened.accounts.listed():
        state = "入れません（停止中）" if not one.is_active else ""
        state = "入れません（パスワードの間違い）" if one.is_locked(at) else state
        click.echo(f"{one.name}　{ROLE_LABELS[one.role]}　{one.section}　{state}".rstrip())


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("パスワード（12文字以上）: ")
    return sys.stdin.readline().rstrip("\r\n")
