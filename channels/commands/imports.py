"""`toiawase import`: tables of other programs, written into the FAQ folder."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from channels.commands.console import backend
from faq.files.items import items_text, read_items
from faq.files.yaml_file import Problems
from faq.item import without_brackets
from faq.problem import FaqFolderError
from nlp.kana import hiragana
from nlp.tokeniser import SudachiTokeniser

_TABLE: Final = re.compile(r"[a-z0-9-]+")


@click.group(name="import")
def imports() -> None:
    """ほかのしくみの表を、FAQのフォルダに取りこみます。"""


@imports.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--table", default="gomi", show_default=True, help="表の名前（items/名前.csv）")
@click.option("--replace", "overwrite", is_flag=True, help="同じ名前の表があれば、置きかえます")
def items(file: Path, table: str, overwrite: bool) -> None:
    """ごみ分別などの品物の表（CSV。5374 の形も）を取りこみます。

    読みがなのない品物には、読みがなを付けて書きます。
    """
    if not _TABLE.fullmatch(table):
        raise click.ClickException("表の名前は半角の英小文字・数字・ハイフンで書いてください")
    problems = Problems(str(file))
    found = read_items(file, problems)
    if problems.found:
        raise FaqFolderError(problems.found)
    target = backend().settings.draft_folder / "items" / f"{table}.csv"
    if target.exists() and not overwrite:
        raise click.ClickException(
            f"「{target}」はもうあります。置きかえるときは --replace を付けてください"
        )
    tokeniser = SudachiTokeniser()
    read = [
        replace(
            item, reading=item.reading or hiragana(tokeniser.reading(without_brackets(item.name)))
        )
        for item in found
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(items_text(read), encoding="utf-8")
    categories = len({item.category for item in read})
    click.echo(f"{len(read):,} 件（分け方 {categories} 種類）を「{target}」に書きました。")
    click.echo("読みがなは機械で付けました。まちがいがあれば、表の reading を直してください。")
