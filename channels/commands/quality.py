"""`toiawase evaluate`: how well a set of questions is answered."""

import dataclasses
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.building_process import build_index_apart
from bot.desk import InquiryDesk
from bot.evaluation import RANKING_DEPTH, Figures, Judged, figures, figures_by_set, judge
from bot.open_desk import open_desk
from channels.clock import now
from channels.commands.console import out, read_settings, steps
from faq.book import FaqBook
from faq.files.golden import item_ids
from faq.files.sources import read_book, read_questions
from nlp.normalise import normalise
from nlp.progress import Progress
from nlp.tokeniser import SudachiTokeniser

_LABELS: Final = {
    "questions": "質問",
    "sr_at_1": "SR@1",
    "sr_at_5": "SR@5",
    "mrr": "MRR",
    "recall_at_10": "R@10",
    "ndcg_at_10": "nDCG",
    "answered_precision": "正答",
    "answered_coverage": "回答",
    "right_among_shown": "提示",
    "not_answered": "棄却",
}
_LEGEND: Final = (
    "SR@k: k位までに正解　R@10: 10位までの再現率　正答: 回答したうち正しいもの\n"
    "回答: 回答した割合　"
    "提示: 示した中に正解がある割合　棄却: 答えてはいけない質問に答えなかった割合"
)


@click.command()
@click.option(
    "--faq",
    "source",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="FAQ のフォルダ、または CSV ファイル",
)
@click.option(
    "--questions",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="質問のファイル（1行に1つの JSON）",
)
@click.option(
    "--rankings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="質問ごとの順位を書き出すファイル",
)
@click.option("--json", "as_json", is_flag=True, help="結果を JSON で示します")
def evaluate(source: Path, questions: Path, rankings: Path | None, as_json: bool) -> None:
    """正解の分かっている質問で、答えの質を測ります。"""
    book = read_book(source, normalise)
    ids = item_ids(book.items)
    golden = [one.with_ids(ids) for one in read_questions(questions)]
    with tempfile.TemporaryDirectory() as scratch:
        with steps("FAQを読んでいます") as say:
            desk = _desk_for(book, Path(scratch), say)
        at = now()
        judged = [
            one
            for question in track(
                golden, "質問しています", console=Console(stderr=True), transient=True
            )
            for one in judge(desk, [question], at)
        ]
    if rankings:
        _write_rankings(rankings, judged)
    total, by_set = figures(judged), figures_by_set(judged)
    if as_json:
        named = {name: dataclasses.asdict(one) for name, one in by_set.items() if name}
        click.echo(json.dumps(dataclasses.asdict(total) | {"sets": named}, ensure_ascii=False))
        return
    named_sets = {name: one for name, one in by_set.items() if name}
    out().print(figures_table({"全体": total, **named_sets}))
    out().print(f"決まった文を出すべき質問に、それを出した割合：{_cell(total.right_sentence)}")
    out().print(f"確かさと実際の正しさのずれ（期待較正誤差）：{_cell(total.calibration_error)}")


def figures_table(rows: Mapping[str, Figures]) -> Table:
    """Return the figures as a table, one line for each set."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), caption=_LEGEND, caption_justify="left")
    table.add_column("")
    for label in _LABELS.values():
        table.add_column(label, justify="right", no_wrap=True)
    for name, one in rows.items():
        table.add_row(name, *(_cell(getattr(one, field)) for field in _LABELS))
    return table


def _cell(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _desk_for(book: FaqBook, root: Path, progress: Progress) -> InquiryDesk:
    settings = read_settings()
    folder = root / book.digest
    build_index_apart(book, folder, with_meaning=settings.meaning, progress=progress)
    return open_desk(book, folder, SudachiTokeniser(), settings.thresholds)


def _write_rankings(path: Path, judged: Sequence[Judged]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for one in judged:
            line = {
                "query": one.golden.query,
                "kind": one.kind,
                "confidence": one.confidence,
                "shown": one.shown,
                "ranking": one.ranking[:RANKING_DEPTH],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
