"""Writing results into docs/benchmarks.md, each between its own marks, and drawing plots."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

from channels.clock import now
from faq.office import JAPAN

mpl.use("svg")
from matplotlib import pyplot

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "benchmarks.md"
IMAGES: Final = ROOT / "docs" / "img"

OURS: Final = "#b3261e"
THEIRS: Final = "#6b7a8f"

mpl.rcParams.update(
    {
        # Text stays text: the reader's own Japanese font shows it.
        "svg.fonttype": "none",
        "svg.hashsalt": "toiawase",
        "font.family": ["Noto Sans CJK JP", "sans-serif"],
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column to the left, the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def targets(rows: Iterable[tuple[str, str, str, bool | None]]) -> str:
    """Return the table of targets: what, target, measured, reached (None: not measured)."""
    words = {True: "達成", False: "**未達成**", None: "今回は測っていません"}
    return table(
        ["目標", "値", "測った値", "結果"],
        [[what, target, measured, words[met]] for what, target, measured, met in rows],
    )


def write_part(name: str, text: str) -> None:
    """Replace what stands between the marks of a part; the rest of the page is people's."""
    start, end = f"<!-- bench:{name}:start -->", f"<!-- bench:{name}:end -->"
    page = PAGE.read_text(encoding="utf-8")
    before, found, rest = page.partition(start)
    _old, ended, after = rest.partition(end)
    if not found or not ended:
        raise SystemExit(f"{PAGE.name} に印 {start} と {end} がありません")
    PAGE.write_text(f"{before}{start}\n{text.strip()}\n{end}{after}", encoding="utf-8")


def today() -> str:
    """Return the date in Japan, for the caption."""
    at: datetime = now().astimezone(JAPAN)
    return f"{at.year}年{at.month}月{at.day}日"


def save_plot(figure: Any, name: str) -> None:
    """Write a plot as SVG that is the same for the same figures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / name
    figure.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")
