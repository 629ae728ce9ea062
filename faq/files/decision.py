"""Reading and writing decision.yaml, which `toiawase tune` makes."""

from pathlib import Path
from typing import Final

from ruamel.yaml.comments import CommentedMap

from faq.decision import RANKING_KINDS, Recalibration, TunedDecision
from faq.files.yaml_file import Problems, Record, read_yaml

DECISION_FILE: Final = "decision.yaml"

_MEND: Final = "「toiawase tune」で作り直すか、このファイルを消してください"
_STEEPEST: Final = 20.0
_FARTHEST: Final = 20.0
_HEADER: Final = """\
# `toiawase tune` が、この市の点検用質問と市民の評価から作りました。
# 手で直さずに、もう一度 `toiawase tune` を実行してください。消すと、付属の決め方に戻ります。
# 公開（`toiawase publish`）すると効きます。
"""


def read_decision(path: Path, problems: Problems) -> TunedDecision | None:
    """Return the decision of a file, or None after recording what is wrong with it."""
    document = read_yaml(path, problems)
    if not isinstance(document, CommentedMap):
        if not problems.found:
            problems.add(_MEND)
        return None
    record = Record(document, problems)
    kind = record.choice("ranking", RANKING_KINDS, "")
    read = TunedDecision(
        ranking="without_meaning" if kind == "without_meaning" else "with_meaning",
        right=_recalibration(record, "right"),
        scope=_recalibration(record, "scope"),
        answer_from=record.number("answer_from", 0, 1),
        answer_scope=record.number("answer_scope", 0, 1),
        reject_below=record.number("reject_below", 0, 1),
        questions=int(record.number("questions", 1, 1e9)),
        made_on=record.day("made_on"),
    )
    if not kind:
        record.problem("ranking", f"「ranking」がありません。{_MEND}")
    record.finish()
    return None if problems.found else read


def write_decision(path: Path, decision: TunedDecision) -> None:
    """Write the decision so that staff can read it, whole or not at all."""
    lines = [
        f"ranking: {decision.ranking}",
        f"right_slope: {decision.right.slope}",
        f"right_intercept: {decision.right.intercept}",
        f"scope_slope: {decision.scope.slope}",
        f"scope_intercept: {decision.scope.intercept}",
        f"answer_from: {decision.answer_from}",
        f"answer_scope: {decision.answer_scope}",
        f"reject_below: {decision.reject_below}",
        f"questions: {decision.questions}",
        f"made_on: {decision.made_on}",
    ]
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(_HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(path)


def _recalibration(record: Record, name: str) -> Recalibration:
    return Recalibration(
        record.number(f"{name}_slope", 0.01, _STEEPEST),
        record.number(f"{name}_intercept", -_FARTHEST, _FARTHEST),
    )
