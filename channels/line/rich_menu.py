"""The rich menu: the picture under a talk, and what each part of it does; read from YAML."""

import base64
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

import imagesize

from channels.line.actions import Action, Json, Say, call, link_to, press
from channels.line.limits import (
    BUTTON_LABEL,
    MENU_AREAS,
    MENU_BAR,
    MENU_NAME,
    fitted_label,
    graphemes,
)
from channels.line.postback import read_postback
from faq.files.yaml_file import Problems, Record, read_yaml, records_of
from faq.problem import FaqFolderError

FILE: Final = "line/rich-menu.yaml"
"""Where the menu stands in a FAQ folder; its picture lies beside it."""

_WIDTHS: Final = range(800, 2_501)
_LOWEST: Final = 250
_FLATTEST: Final = 1.45
_MOST_BYTES: Final = 1_000_000
_KINDS: Final = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the picture (left, top, width, height in its pixels) and what it does."""

    label: str
    box: Box
    action: Action


@dataclass(frozen=True, slots=True)
class RichMenu:
    """A menu with its picture."""

    name: str
    bar: str
    image: Path
    size: tuple[int, int]
    areas: tuple[Area, ...]

    @property
    def content_type(self) -> str:
        """The kind of the picture."""
        return _KINDS[self.image.suffix.lower()]

    def to_json(self) -> Json:
        """Return the menu as LINE takes it."""
        return {
            "size": {"width": self.size[0], "height": self.size[1]},
            "selected": True,
            "name": fitted_label(self.name, MENU_NAME),
            "chatBarText": fitted_label(self.bar, MENU_BAR),
            "areas": [
                {
                    "bounds": dict(zip(("x", "y", "width", "height"), one.box, strict=True)),
                    "action": one.action.to_json(),
                }
                for one in self.areas
            ],
        }

    def preview(self) -> str:
        """Return the picture with the parts that can be pressed outlined and named, as SVG."""
        width, height = self.size
        picture = base64.b64encode(self.image.read_bytes()).decode()
        marks = "".join(
            f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="none" stroke="#d00" '
            f'stroke-width="8"/><text x="{x + 20}" y="{y + h - 24}" font-size="44" fill="#d00" '
            f'font-family="sans-serif">{escape(one.label)}</text>'
            for one in self.areas
            for x, y, w, h in (one.box,)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
            f'<image href="data:{self.content_type};base64,{picture}" '
            f'width="{width}" height="{height}"/>{marks}</svg>'
        )


def read_rich_menu(folder: Path) -> RichMenu:
    """Return the menu of a FAQ folder; raises FaqFolderError with every problem."""
    path = folder / FILE
    problems = Problems(str(path))
    if not path.is_file():
        problems.add("リッチメニューのファイルがありません。docs/line.md の例を置いてください")
        raise FaqFolderError(problems.found)
    records = list(records_of(read_yaml(path, problems), problems))
    menu = _menu(records[0], path.parent, problems) if len(records) == 1 else None
    if len(records) != 1 and not problems.found:
        problems.add("リッチメニューを1つだけ、「- name: ...」の形で書いてください")
    if problems.found or menu is None:
        raise FaqFolderError(problems.found)
    return menu


def _menu(record: Record, folder: Path, problems: Problems) -> RichMenu | None:
    bar = record.text("bar", required=True)
    if graphemes(bar) > MENU_BAR:
        record.problem("bar", f"メニューの名前は {MENU_BAR} 字までです")
    name = record.text("name", required=True)
    image = folder / record.text("image", required=True)
    size = _size_of(image, record)
    areas = [_area(one, size) for one in record.records("areas")]
    if not 1 <= len(areas) <= MENU_AREAS:
        record.problem("areas", f"押すところは 1 から {MENU_AREAS} までです")
    record.finish()
    if size is None:
        return None
    return RichMenu(name, bar, image, size, tuple(area for area in areas if area))


def _size_of(image: Path, record: Record) -> tuple[int, int] | None:
    """Return width and height of a picture that LINE takes, None after recording why not."""
    if not image.is_file() or image.suffix.lower() not in _KINDS:
        record.problem("image", f"画像「{image.name}」がないか、PNG・JPEG ではありません")
        return None
    width, height = imagesize.get(image)
    fits = width in _WIDTHS and height >= _LOWEST and width / max(1, height) >= _FLATTEST
    if not fits:
        record.problem(
            "image",
            f"画像は {width}×{height} です。幅は800から2500、高さは250以上、"
            "幅は高さの1.45倍以上にしてください",
        )
        return None
    if image.stat().st_size > _MOST_BYTES:
        record.problem("image", "画像が 1 MB を超えています。小さくしてください")
        return None
    return (width, height)


def _area(record: Record, size: tuple[int, int] | None) -> Area | None:
    label = record.text("label", required=True)
    if graphemes(label) > BUTTON_LABEL:
        record.problem("label", f"名前は {BUTTON_LABEL} 字までです")
    box = _box(record, size)
    action = _action(record, label)
    record.finish()
    return Area(label, box, action) if box and action else None


def _box(record: Record, size: tuple[int, int] | None) -> Box | None:
    told: Any = record.raw("at")
    numbers = [int(one) for one in told if isinstance(one, int)] if isinstance(told, list) else []
    if len(numbers) != 4 or min(numbers) < 0 or min(numbers[2:]) < 1:
        record.problem("at", "場所は [左, 上, 幅, 高さ] の4つの数で書いてください")
        return None
    left, top, width, height = numbers
    if size and (left + width > size[0] or top + height > size[1]):
        record.problem("at", f"場所が画像（{size[0]}×{size[1]}）からはみ出しています")
        return None
    return (left, top, width, height)


def _action(record: Record, label: str) -> Action | None:
    """Return what an area does: one of `press`, `say`, `call`, `open`."""
    action: Action | None
    pressed, said = record.text("press"), record.text("say")
    called, opened = record.text("call"), record.text("open")
    if sum(map(bool, (pressed, said, called, opened))) != 1:
        record.problem("label", "press・say・call・open のどれか1つを書いてください")
        return None
    if pressed:
        action = press(label, pressed, label) if read_postback(pressed) else None
    elif said:
        return Say(label, said)
    else:
        action = call(label, called) if called else link_to(label, opened)
    if action is None:
        record.problem("label", "行き先が LINE で使えない形です。書き方を確かめてください")
    return action
