"""`toiawase misses clusters`: what citizens could not find, by need, with a proposal for each."""

import dataclasses
import json
from typing import Any, Final, cast

import click
from rich.table import Table

from bot.inbox import STATE_LABELS, ClusterCount, ClusterState, InboxFilter
from bot.miss_sorting import MissSorter, profile_of
from bot.proposals import PROPOSAL_LABELS, Proposal
from channels.commands.console import backend, out, steps
from channels.opening import japan_moment

_WORDINGS: Final = 3


@click.command()
@click.option(
    "--state",
    type=click.Choice(tuple(STATE_LABELS)),
    default="open",
    show_default=True,
    help="未処理 open・反映 accepted・対応しない rejected・消去待ち erasing・消去済み erased",
)
@click.option("--limit", default=30, show_default=True, help="示すまとまりの数")
@click.option("--json", "as_json", is_flag=True, help="JSON で示します")
def clusters(state: str, limit: int, as_json: bool) -> None:
    """要対応を、同じ用件ごとにまとめて、提案とともに示します。"""
    opened = backend()
    at = opened.clock()
    desk = opened.shelf.desk()
    with steps("要対応をまとめています") as say:
        MissSorter(opened.clusters, lambda: desk).finish(
            at, lambda done: say("要対応をまとめています", done, 0)
        )
    page = opened.clusters.page(InboxFilter(cast(ClusterState, state)), at, 0, limit)
    if as_json:
        listed = [_exported(one) for one in page.clusters]
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    if not page.clusters:
        click.echo("当てはまる要対応はありません。")
        return
    questions = {entry.id: entry.question for entry in desk.book.entries}
    out().print(_table(page.clusters, questions))
    click.echo(f"全部で {page.total} 件のまとまりがあります。")


def _exported(one: ClusterCount) -> dict[str, Any]:
    profile = profile_of(one.cluster)
    return {
        "id": one.cluster.id,
        "title": one.cluster.title,
        "state": one.cluster.state,
        "misses": one.misses,
        "lately": one.lately,
        "earlier": one.earlier,
        "channels": dict(one.channels),
        "last_at": one.last_at.isoformat(),
        "wordings": list(profile.wordings),
        "proposals": [dataclasses.asdict(proposal) for proposal in profile.proposals],
    }


def _table(found: tuple[ClusterCount, ...], questions: dict[str, str]) -> Table:
    table = Table(title="要対応", title_justify="left", title_style="bold")
    for heading in ("件数", "今週・先週", "用件", "提案", "最後"):
        table.add_column(heading)
    for one in found:
        profile = profile_of(one.cluster)
        wordings = profile.wordings or (one.cluster.title,)
        first = profile.proposals[0] if profile.proposals else None
        table.add_row(
            str(one.misses),
            f"{one.lately}・{one.earlier}",
            "\n".join(wordings[:_WORDINGS]),
            _proposed(first, questions) if first else "",
            japan_moment(one.last_at),
        )
    return table


def _proposed(proposal: Proposal, questions: dict[str, str]) -> str:
    label = PROPOSAL_LABELS[proposal.kind]
    if proposal.kind != "phrasing":
        return label
    entry = questions.get(proposal.entry_id or "", proposal.entry_id or "")
    hope = f"ほかの質問 {proposal.recovers} 件も答えられる見込み"
    return f"{label}：{entry}\n（{hope}）"
