"""What publishing a draft would mean, as tables for the terminal."""

from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.impact_report import Finding, FlipOut, ImpactReport, OutcomeOut, Severity, Verdict
from bot.publish_rules import RULE_LABELS
from bot.reply import KIND_LABELS

SEVERITY_LABELS: Final[Mapping[Severity, str]] = {"block": "止める", "warn": "注意"}
VERDICT_LABELS: Final[Mapping[Verdict, str]] = {
    "better": "よくなる",
    "worse": "悪くなる",
    "unknown": "見て判断",
}

_LISTED: Final = 20
_EXAMPLES: Final = 3


def print_impact(console: Console, impact: ImpactReport) -> None:
    """Print what changes, and what the rules say of it."""
    console.print(
        f"変わるFAQ {len(impact.edits)} 件。点検用質問 {impact.golden} 問と、これまでの質問 "
        f"{impact.replayed} 種類（{impact.asked} 回）を、今の公開版と下書きの両方で試しました。"
    )
    if impact.findings:
        console.print(_findings_table(impact.findings))
    else:
        console.print("止めるべきことも、気をつけることもありません。")
    if impact.flips:
        counts = impact.counted()
        console.print(_flips_table(impact.flips))
        told = "、".join(f"{VERDICT_LABELS[one]} {many}" for one, many in counts.items())
        console.print(f"応答が変わる質問は {len(impact.flips)} 種類です（{told}）。")
    else:
        console.print("応答が変わる質問はありません。")


def _findings_table(findings: tuple[Finding, ...]) -> Table:
    table = Table(title="公開の前に見ること", title_justify="left")
    for heading in ("", "きまり", "内容", "質問", "FAQ"):
        table.add_column(heading)
    for one in findings:
        examples = "\n".join(one.questions[:_EXAMPLES])
        more = len(one.questions) - _EXAMPLES
        table.add_row(
            SEVERITY_LABELS[one.severity],
            RULE_LABELS[one.rule],
            one.message,
            f"{examples}\nほか {more} 件" if more > 0 else examples,
            "、".join(one.entry_ids[:_EXAMPLES]),
        )
    return table


def _flips_table(flips: tuple[FlipOut, ...]) -> Table:
    table = Table(title=f"応答が変わる質問（{len(flips)} 種類）", title_justify="left")
    for heading in ("質問", "回数", "今", "公開すると", "よしあし"):
        table.add_column(heading)
    for flip in flips[:_LISTED]:
        times = "点検用" if flip.is_golden and not flip.asked else str(flip.asked)
        table.add_row(
            flip.text,
            times,
            _shown(flip.before),
            _shown(flip.after),
            VERDICT_LABELS[flip.verdict],
        )
    return table


def _shown(outcome: OutcomeOut) -> str:
    entries = "、".join(entry_id for entry_id, _ in outcome.shown)
    return f"{KIND_LABELS[outcome.kind]} {entries}".strip()
