"""`toiawase tune`: the decision fitted to the city's own questions, before and after."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.calibration import precision_by_coverage, reliability
from bot.errors import TuningRefused
from bot.examples import feedback_examples, golden_examples
from bot.training import Example
from bot.tuning import DecisionFigures, Tuning, figures_of, told_of, tune
from channels.backend import Backend
from channels.charts import Line, Panel, svg
from channels.commands.console import backend, out, steps
from faq.decision import RankingKind
from faq.files.decision import DECISION_FILE, write_decision
from faq.files.folder import FaqFolder

_LABELS: Final = {
    "precision": "回答したうち、正しいもの",
    "coverage": "答えのある質問のうち、回答したもの",
    "shown": "答えのある質問のうち、正解を示したもの",
    "in_scope_unanswered": "答えのある質問なのに「見つかりません」",
    "out_of_scope_answered": "答えてはいけない質問への回答",
    "out_of_scope_unanswered": "答えてはいけない質問に「見つかりません」",
    "calibration_error": "確かさと実際の正しさのずれ",
}
_NO_GAIN: Final = 0.005
_BAR: Final = 20


@click.command("tune")
@click.option(
    "--faq",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="合わせるフォルダ（ふつうは設定のフォルダ）",
)
@click.option(
    "--precision",
    default=0.9,
    show_default=True,
    type=click.FloatRange(0.5, 1.0),
    help="回答したうち、正しいものの割合の目標",
)
@click.option(
    "--unanswered",
    type=click.FloatRange(0.0, 0.5),
    help="答えのある質問に「見つかりません」と言ってよい割合（ふつうは今のまま）",
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="図を書き出す SVG ファイル（ふつうは状態フォルダの tune.svg）",
)
@click.option("--dry-run", is_flag=True, help="見比べるだけで、書き込みません")
@click.option("--accept-broken", is_flag=True, help="点検用質問が悪くなっても書き込みます")
def tune_decision(
    folder: Path | None,
    precision: float,
    unanswered: float | None,
    picture: Path | None,
    dry_run: bool,
    accept_broken: bool,
) -> None:
    """回答するか聞き返すかの境目を、この市の点検用質問と市民の評価に合わせます。"""
    opened = backend()
    path = folder or opened.settings.draft_folder
    with steps("準備しています") as say:
        prepared = opened.publisher.prepare(path, say)
    kind: RankingKind = "with_meaning" if opened.settings.meaning else "without_meaning"
    found = tune(
        _examples(opened, prepared, kind),
        kind,
        prepared.book.decision,
        opened.clock().date(),
        precision=precision,
        unanswered=unanswered,
    )
    console = out()
    before, after = figures_of(found.before), figures_of(found.after)
    console.print(_figures_table(before, after))
    console.print(_reliability_table(found))
    target = picture or opened.settings.state_folder / "tune.svg"
    target.write_text(_picture(found), encoding="utf-8")
    console.print(f"図を {target} に書きました。")
    if found.broken:
        console.print(_broken_table(found.broken))
    _require_better(found, before, after, accept_broken)
    if dry_run:
        console.print("見比べただけです。書き込んでいません。")
        return
    write_decision(path / DECISION_FILE, found.decision)
    console.print(
        f"{path / DECISION_FILE} に書きました。"
        "toiawase publish で公開すると、この決め方になります。"
    )


def _examples(opened: Backend, prepared: FaqFolder, kind: RankingKind) -> list[Example]:
    questions = track(
        prepared.golden, "質問しています", console=Console(stderr=True), transient=True
    )
    desk = opened.shelf.desk_of(prepared.book)
    golden = golden_examples(desk, questions, opened.clock(), kind)
    return [*golden, *feedback_examples(desk, opened.inquiries.verdicts(), kind)]


def _require_better(
    found: Tuning, before: DecisionFigures, after: DecisionFigures, accept_broken: bool
) -> None:
    """Raise TuningRefused when golden questions would fare worse, or nothing would be gained."""
    if found.broken and not accept_broken:
        raise TuningRefused(
            f"点検用質問 {len(found.broken)} 件が悪くなるので、書き込みません。"
            "--precision を上げるか --unanswered を下げて試すか、"
            "承知のうえなら --accept-broken を付けてください"
        )
    if after.calibration_error > before.calibration_error + _NO_GAIN:
        raise TuningRefused(
            "確かさが、今より実際とずれます。今の決め方のままにします。"
            "点検用質問を増やしてから、もう一度試してください"
        )
    if _is_alike(before, after):
        raise TuningRefused("今の決め方と変わりません。今のままにします")


def _is_alike(before: DecisionFigures, after: DecisionFigures) -> bool:
    return all(
        abs((getattr(before, name) or 0.0) - (getattr(after, name) or 0.0)) < _NO_GAIN
        for name in _LABELS
    )


def _figures_table(before: DecisionFigures, after: DecisionFigures) -> Table:
    table = Table(
        box=SIMPLE_HEAD,
        caption="「合わせたあと」は、合わせるのに使っていない質問で測った値です。",
        caption_justify="left",
    )
    table.add_column("")
    for heading in ("今", "合わせたあと"):
        table.add_column(heading, justify="right")
    for name, label in _LABELS.items():
        values = (getattr(figures, name) for figures in (before, after))
        table.add_row(label, *("-" if one is None else f"{one:.3f}" for one in values))
    return table


def _reliability_table(found: Tuning) -> Table:
    table = Table(
        box=SIMPLE_HEAD, title="確かさ（合わせたあと）と、実際の正しさ", title_justify="left"
    )
    for heading in ("確かさ", "正しかった割合", "質問"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in reliability(told_of(found.after)):
        bar = "█" * round(one.true * _BAR)
        table.add_row(f"{one.told:.2f}", f"{one.true:.2f}", str(one.count), bar)
    return table


def _broken_table(broken: Sequence[Example]) -> Table:
    table = Table(title="悪くなる点検用質問", title_justify="left")
    for heading in ("質問", "期待する応答"):
        table.add_column(heading)
    for one in broken:
        table.add_row(one.query, "正解を示す" if one.in_scope else "回答しない")
    return table


def _picture(found: Tuning) -> str:
    named = (("今", found.before), ("合わせたあと", found.after))
    return svg(
        "確かさの決め方の見比べ",
        "左は、確かさと実際の正しさ。線が斜めの点線に近いほど、確かさは正直です。"
        "右は、回答した割合と、そのうち正しいものの割合。",
        [
            Panel(
                "確かさは正直か",
                "確かさ",
                "正しかった割合",
                [
                    Line(name, [(one.told, one.true) for one in reliability(told_of(told))])
                    for name, told in named
                ],
                diagonal=True,
            ),
            Panel(
                "回答を増やすと、正しさはどうなるか",
                "回答した割合",
                "回答したうち、正しいもの",
                [
                    Line(name, precision_by_coverage(told_of(told)), marked=False)
                    for name, told in named
                ],
            ),
        ],
    )
