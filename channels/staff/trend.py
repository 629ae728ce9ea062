"""A small picture of how often something was asked: this week beside the week before."""

from typing import Final

from markupsafe import Markup

_WIDTH: Final = 60
_HEIGHT: Final = 28
_BAR: Final = 24


def trend_picture(lately: int, earlier: int) -> Markup:
    """Return two bars as SVG with the numbers as their text; no style attribute, for the CSP."""
    most = max(lately, earlier, 1)
    bars = "".join(
        f'<rect class="{name}" x="{x}" y="{_HEIGHT - height}" width="{_BAR}" height="{height}"/>'
        for name, x, height in (
            ("earlier", 4, _height(earlier, most)),
            ("lately", 32, _height(lately, most)),
        )
    )
    told = f"先週 {earlier} 件、今週 {lately} 件"
    return Markup(
        f'<svg class="trend" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label="{told}">{bars}</svg>'
    )


def _height(value: int, most: int) -> int:
    return max(1, round(value / most * (_HEIGHT - 2)))
