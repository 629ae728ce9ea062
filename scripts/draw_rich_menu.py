"""Draws the picture of a rich menu from its YAML: a tile for each area, with an icon and its name.

    python scripts/draw_rich_menu.py faq/entries/shiomi

Needs the browser of the tests. A city that has a designer uses the designer's picture instead.
"""

import shutil
import sys
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from ruamel.yaml import YAML

WIDTH, HEIGHT = 2500, 1686
TINTS = ("#0b57a4", "#1b6b3a", "#8a4b08", "#a01818", "#4b3a8f", "#30506b")
ICONS = (
    '<path d="M10 12h44M10 32h44M10 52h28"/>',
    '<path d="M14 18h36M26 18v-8h12v8M20 18l3 38h18l3-38M28 28v18M36 28v18"/>',
    (
        '<path d="M6 18h34v28H6zM40 28h10l8 8v10H40z"/><circle cx="18" cy="48" r="5"/>'
        '<circle cx="48" cy="48" r="5"/>'
    ),
    (
        '<path d="M14 8h10l4 14-7 5a30 30 0 0 0 16 16l5-7 14 4v10c0 4-4 6-8 6'
        'A44 44 0 0 1 8 16c0-4 2-8 6-8z"/>'
    ),
    (
        '<circle cx="32" cy="32" r="24"/>'
        '<path d="M8 32h48M32 8c16 16 16 32 0 48M32 8c-16 16-16 32 0 48"/>'
    ),
    '<circle cx="32" cy="32" r="24"/><path d="M24 26c0-12 17-11 17-1 0 7-9 7-9 14M32 47v2"/>',
)
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; width: {width}px; height: {height}px; background: #fff; position: relative;
  font-family: "Noto Sans CJK JP", "Noto Sans JP", sans-serif; }}
div {{ position: absolute; box-sizing: border-box; border: 6px solid #d9e0ea; display: flex;
  flex-direction: column; align-items: center; justify-content: center; gap: 48px; }}
svg {{ width: 300px; height: 300px; fill: none; stroke: currentColor; stroke-width: 4;
  stroke-linecap: round; stroke-linejoin: round; }}
b {{ font-size: 84px; color: #1b1b1f; }}
</style>{tiles}"""


def tile(number: int, area: Any) -> str:
    """Return one area as a tile."""
    left, top, width, height = area["at"]
    place = f"left:{left}px;top:{top}px;width:{width}px;height:{height}px"
    colour = TINTS[number % len(TINTS)]
    icon = ICONS[number % len(ICONS)]
    return (
        f'<div style="{place};color:{colour}"><svg viewBox="0 0 64 64">{icon}</svg>'
        f"<b>{escape(area['label'])}</b></div>"
    )


def main() -> None:
    """Draw the picture beside the YAML of the folder that was named."""
    path = Path(sys.argv[1]) / "line" / "rich-menu.yaml"
    (menu,) = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    tiles = "".join(tile(number, area) for number, area in enumerate(menu["areas"]))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_content(PAGE.format(width=WIDTH, height=HEIGHT, tiles=tiles))
        page.screenshot(path=path.parent / menu["image"])
        browser.close()


if __name__ == "__main__":
    main()
