"""Messages as LINE takes them; none of these types can be built too long or empty."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from channels.line.actions import Action, Json
from channels.line.limits import (
    ALT_TEXT,
    BUBBLE_BYTES,
    MESSAGES,
    QUICK_LABEL,
    QUICK_REPLIES,
    TEXT,
    fitted,
)

_LINE: Final = 1_000
_MOST_LINES: Final = 40
_MOST_BUTTONS: Final = 8

Style = Literal["title", "heading", "body", "item", "choice", "good", "note", "rule"]

INK: Final = "#1B1B1F"
QUIET: Final = "#55565C"
BLUE: Final = "#0B57A4"
GREEN: Final = "#1B6B3A"
PALE: Final = "#EEF3FA"

_LOOKS: Final[dict[Style, Json]] = {
    "title": {"weight": "bold", "size": "lg", "color": INK},
    "heading": {"weight": "bold", "size": "md", "color": INK, "margin": "lg"},
    "body": {"size": "md", "color": INK, "margin": "md"},
    "item": {"size": "md", "color": INK, "flex": 1},
    "choice": {"size": "md", "color": BLUE, "weight": "bold"},
    "good": {"size": "sm", "color": GREEN, "weight": "bold", "margin": "sm"},
    "note": {"size": "sm", "color": QUIET, "margin": "sm"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a card: a paragraph, an item of a list with its marker, a choice to press."""

    text: str
    style: Style = "body"
    marker: str = ""
    action: Action | None = None

    def to_json(self) -> Json:
        """Return the line as a Flex component."""
        if self.style == "rule":
            return {"type": "separator", "margin": "lg"}
        told = {"type": "text", "text": fitted(self.text, _LINE), "wrap": True}
        told |= _LOOKS[self.style]
        if self.style == "item":
            mark = {"type": "text", "text": fitted(self.marker, 8), "size": "md", "color": INK}
            return _box("horizontal", [mark | {"flex": 0}, told], spacing="sm", margin="sm")
        if self.action:
            return _choice(told, self.action)
        return told


RULE: Final = Line("", "rule")


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a card; `strong` is the one to press first."""

    action: Action
    strong: bool = False

    def to_json(self) -> Json:
        """Return the button as a Flex component."""
        style = "primary" if self.strong else "link"
        shown = {"type": "button", "style": style, "height": "sm", "adjustMode": "shrink-to-fit"}
        return shown | {"color": BLUE, "action": self.action.to_json()}


@dataclass(frozen=True, slots=True)
class Card:
    """A Flex bubble with its text for notifications and screen readers."""

    alt: str
    lines: tuple[Line, ...]
    buttons: tuple[Button, ...] = ()
    pair: tuple[Action, ...] = ()
    """Two small buttons side by side, under the others."""
    quick: tuple[Action, ...] = ()

    def to_json(self) -> Json:
        """Return the message; lines at the end are left out where LINE would take no more."""
        lines = self.lines[:_MOST_LINES] or (Line(self.alt),)
        bubble = self._bubble(lines)
        while len(json.dumps(bubble)) > BUBBLE_BYTES and len(lines) > 1:
            lines = lines[:-1]
            bubble = self._bubble(lines)
        message = {"type": "flex", "altText": fitted(self.alt, ALT_TEXT), "contents": bubble}
        return message | _quick_reply(self.quick)

    def _bubble(self, lines: Sequence[Line]) -> Json:
        bubble: Json = {
            "type": "bubble",
            "size": "giga",
            "body": _box("vertical", [line.to_json() for line in lines]),
        }
        footer = [button.to_json() for button in self.buttons[:_MOST_BUTTONS]]
        if self.pair:
            small = [
                {"type": "button", "style": "secondary", "height": "sm", "action": one.to_json()}
                for one in self.pair[:2]
            ]
            footer.append(_box("horizontal", small, spacing="sm", margin="md"))
        return bubble | ({"footer": _box("vertical", footer, spacing="sm")} if footer else {})


@dataclass(frozen=True, slots=True)
class Text:
    """A plain text message."""

    text: str
    quick: tuple[Action, ...] = ()

    def to_json(self) -> Json:
        """Return the message."""
        return {"type": "text", "text": fitted(self.text, TEXT)} | _quick_reply(self.quick)


Message = Card | Text


def to_send(messages: Sequence[Message]) -> list[Json]:
    """Return at most five messages; quick replies of any of them stand at the last one.

    LINE shows only those of the last message.
    """
    kept = list(messages[:MESSAGES])
    quick = tuple(dict.fromkeys(action for one in kept for action in one.quick))
    shown = [replace(one, quick=()) for one in kept[:-1]]
    shown += [replace(one, quick=quick) for one in kept[-1:]]
    return [one.to_json() for one in shown]


def _choice(told: Json, action: Action) -> Json:
    box = _box("vertical", [told], margin="sm", paddingAll="12px", cornerRadius="8px")
    return box | {"backgroundColor": PALE, "action": action.to_json()}


def _box(layout: str, contents: Sequence[Json], **look: str) -> Json:
    return {"type": "box", "layout": layout, "contents": list(contents), **look}


def _quick_reply(actions: Sequence[Action]) -> Json:
    items = [
        {"type": "action", "action": action.to_json(QUICK_LABEL)}
        for action in actions[:QUICK_REPLIES]
    ]
    return {"quickReply": {"items": items}} if items else {}
