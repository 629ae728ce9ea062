"""`toiawase due` and `confirm`: what staff should look at, and marking a translation as current."""

import dataclasses
import json
from pathlib import Path

import click
from rich.table import Table

from channels.commands.console import backend, out
from channels.opening import japan_date
from faq.due import DUE_LABELS, Due, due_of
from faq.entry import EASY, LANGUAGES
from faq.files.folder import read_folder
from faq.files.marks import mark_variants
from faq.office import JAPAN
from nlp.normalise import normalise


@click.command()
@click.option("--owner", default="", help="この所管課のものだけ（offices.yaml の id）")
@click.option("--json", "as_json", is_flag=True, help="JSON で示します")
def due(owner: str, as_json: bool) -> None:
    """見直すFAQ（期限切れ・長く見直していない・訳が古い）を、所管課ごとに示します。"""
    opened = backend()
    book = read_folder(opened.settings.draft_folder, normalise).book
    found = due_of(book, opened.clock().astimezone(JAPAN).date())
    found = tuple(one for one in found if owner in ("", one.owner))
    if as_json:
        listed = [dataclasses.asdict(one) for one in found]
        click.echo(json.dumps(listed, ensure_ascii=False, default=str))
        return
    if not found:
        click.echo("見直すFAQはありません。")
        return
    names = {office.id: office.name for office in book.offices}
    out().print(_table(found, names))


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option(
    "--lang",
    "language",
    type=click.Choice(("all", EASY, *LANGUAGES)),
    default="all",
    show_default=True,
    help="どのことばの訳か",
)
def confirm(entry_id: str, language: str) -> None:
    """訳（やさしい日本語も）が今の日本語と合うことを確かめた、と記録します。

    ID に all と書くと、すべてのFAQの訳を確かめたことにします。
    """
    folder: Path = backend().settings.draft_folder
    marked = sum(
        mark_variants(
            path,
            lambda entry, spoken: entry_id in ("all", entry) and language in ("all", spoken),
        )
        for path in sorted((folder / "entries").glob("*.yaml"))
    )
    if not marked:
        raise click.ClickException("目印を付けるところがありません。id とことばを確かめてください")
    click.echo(f"{marked} 件の訳に、今の日本語の目印を付けました。")


def _table(found: tuple[Due, ...], names: dict[str, str]) -> Table:
    table = Table(title="見直すFAQ", title_justify="left", title_style="bold")
    for heading in ("所管課", "わけ", "FAQ", "日付", "ことば"):
        table.add_column(heading)
    for one in found:
        day = japan_date(one.on) if one.on else ""
        owner = names.get(one.owner, one.owner)
        table.add_row(owner, DUE_LABELS[one.reason], one.entry_id, day, one.language)
    return table
