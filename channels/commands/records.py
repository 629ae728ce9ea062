"""`toiawase inquiries` and `misses`: what was asked, and what needs review."""

import dataclasses
import json
from typing import Any

import click

from bot.inquiry import MISS_LABELS, Inquiry, Miss
from bot.question import CHANNEL_LABELS
from channels.commands.clusters import clusters
from channels.commands.console import backend
from faq.office import JAPAN


@click.group()
def inquiries() -> None:
    """問合せ記録を扱います。"""


@inquiries.command()
@click.option("--jsonl", is_flag=True, help="1行に1つの JSON で書き出します（今はこの形だけです）")
def export(jsonl: bool) -> None:
    """問合せ記録を、古い順にすべて書き出します。"""
    for inquiry in backend().inquiries.each():
        click.echo(json.dumps(_exported(inquiry), ensure_ascii=False))


@click.group()
def misses() -> None:
    """要対応（答えられなかった質問など）を扱います。"""


misses.add_command(clusters)


@misses.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="JSON で示します")
@click.option("--limit", default=100, show_default=True, help="示す件数")
def list_misses(as_json: bool, limit: int) -> None:
    """要対応を、新しい順に示します。"""
    found = backend().inquiries.misses(limit)
    if as_json:
        listed = [_exported(miss.inquiry) | {"reason": miss.reason} for miss in found]
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    for miss in found:
        click.echo(_described(miss))
    click.echo(f"要対応は {len(found)} 件です。" if found else "要対応はありません。")


def _exported(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "id": inquiry.id,
        "kind": inquiry.kind,
        "channel": inquiry.channel,
        "text": inquiry.text,
        "entry_id": inquiry.entry_id,
        "asked_at": inquiry.asked_at.isoformat(),
        "language": inquiry.language,
        "ward": inquiry.ward,
        "confidence": inquiry.confidence,
        "release": inquiry.release,
        "nearest": [dataclasses.asdict(near) for near in inquiry.nearest],
    }


def _described(miss: Miss) -> str:
    inquiry = miss.inquiry
    when = inquiry.asked_at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")
    near = "、".join(one.entry_id for one in inquiry.nearest[:3])
    return (
        f"{when}　{CHANNEL_LABELS[inquiry.channel]}　{MISS_LABELS[miss.reason]}\n"
        f"  {inquiry.text}\n"
        f"  近いFAQ：{near or 'なし'}"
    )
