"""`toiawase impact`: what publishing the folder would change, without publishing it."""

from pathlib import Path
from typing import Final

import click

from bot.building_process import give_way
from channels.commands.console import backend, out, steps
from channels.commands.impact_tables import print_impact
from channels.preparing import REPLAYED

_BLOCKED: Final = 1
_WARNED: Final = 2


@click.command()
@click.option(
    "--faq",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="確かめるフォルダ（ふつうは設定のフォルダ）",
)
@click.option("--json", "as_json", is_flag=True, help="JSON で示します")
def impact(folder: Path | None, as_json: bool) -> None:
    """フォルダを公開したら何が変わるかを確かめます。公開はしません。

    終了コードは、何もなければ 0、止めるべきことがあれば 1、気をつけることだけなら 2 です。
    """
    give_way()
    opened = backend()
    at = opened.clock()
    with steps("準備しています") as say:
        past = opened.inquiries.heard(at - REPLAYED)
        draft = opened.publisher.draft(folder or opened.settings.draft_folder, past, at, say)
    if as_json:
        click.echo(draft.impact.to_json().decode())
    else:
        print_impact(out(), draft.impact)
    if draft.impact.is_blocked:
        raise SystemExit(_BLOCKED)
    if draft.impact.is_warned:
        raise SystemExit(_WARNED)
