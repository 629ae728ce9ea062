"""Line charts as one SVG file that opens anywhere: no fonts, scripts or styles from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

_SIZE: Final = 320
_LEFT: Final = 56
_TOP: Final = 64
_PANEL: Final = 440
_HEIGHT: Final = 500
_TICKS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
# Told apart by shape and stroke as well as by colour.
_STYLES: Final = (("#8a4b08", "6 4"), ("#0b4a8f", ""))
_DIAGONAL: Final = "#8a8a8a"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A named line through points with x and y from 0 to 1; `marked` ones get a dot."""

    name: str
    points: Sequence[Point]
    marked: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart with at most two lines; `diagonal` draws where x equals y."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    diagonal: bool = False


def svg(title: str, description: str, panels: Sequence[Panel]) -> str:
    """Return the panels side by side, with a title and a description for screen readers."""
    width = _PANEL * len(panels)
    drawn = "\n".join(_panel(panel, at * _PANEL) for at, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        f'width="{width}" height="{_HEIGHT}" role="img" aria-labelledby="t d" lang="ja" '
        'font-family="sans-serif" font-size="13" fill="#1a1a1a">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(description)}</desc>\n'
        f'<rect width="{width}" height="{_HEIGHT}" fill="#ffffff"/>\n{drawn}\n</svg>\n'
    )


def _panel(panel: Panel, x: int) -> str:
    parts = [
        f'<g transform="translate({x},0)">',
        _text(_LEFT, 30, panel.title, size=16),
        *(_tick(at) for at in _TICKS),
        _text(_LEFT + _SIZE / 2, _TOP + _SIZE + 44, panel.x_label, anchor="middle"),
        _text(_LEFT - 8, _TOP - 12, panel.y_label),
    ]
    if panel.diagonal:
        parts.append(_path([(0.0, 0.0), (1.0, 1.0)], _DIAGONAL, "2 4"))
    for at, line in enumerate(panel.lines):
        colour, dashes = _STYLES[at]
        parts.append(_path(line.points, colour, dashes))
        if line.marked:
            parts += [_dot(point, colour) for point in line.points]
        y = _TOP + _SIZE + 72 + 20 * at
        parts.append(_stroke(f"M{_LEFT} {y - 4}h36", colour, dashes))
        parts.append(_text(_LEFT + 44, y, line.name))
    return "\n".join([*parts, "</g>"])


def _tick(at: float) -> str:
    x, y = _place((at, at))
    right, bottom = _LEFT + _SIZE, _TOP + _SIZE
    return "\n".join(
        [
            _stroke(f"M{_LEFT} {y:.1f}H{right}", "#dddddd", ""),
            _stroke(f"M{x:.1f} {_TOP}V{bottom}", "#dddddd", ""),
            _text(_LEFT - 8, y + 4, f"{at:.1f}", anchor="end"),
            _text(x, bottom + 20, f"{at:.1f}", anchor="middle"),
        ]
    )


def _place(point: Point) -> Point:
    return _LEFT + _SIZE * point[0], _TOP + _SIZE * (1 - point[1])


def _path(points: Sequence[Point], colour: str, dashes: str) -> str:
    placed = [_place(point) for point in points]
    return _stroke("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in placed), colour, dashes, 2)


def _stroke(path: str, colour: str, dashes: str, width: int = 1) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _dot(point: Point, colour: str) -> str:
    x, y = _place(point)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(words)}</text>"
    )
