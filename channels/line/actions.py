"""What a button does: open an address, send a postback, or say something; never too long."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

from channels.line.limits import BUTTON_LABEL, DATA, URI, can_be_sent, fitted, fitted_label

_SHOWN: Final = 100
_SCHEMES: Final = ("http", "https", "tel", "line")
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~-._"
_FEWEST_DIGITS: Final = 3

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """Opens an address; made by `link_to` and `call`, which refuse what LINE would."""

    label: str
    uri: str

    def to_json(self, most: int = BUTTON_LABEL) -> Json:
        """Return the action with a label of at most `most` graphemes."""
        return {"type": "uri", "label": fitted_label(self.label, most), "uri": self.uri}


@dataclass(frozen=True, slots=True)
class Press:
    """Sends a postback; what the citizen is shown to have said is the label, or `shown`."""

    label: str
    data: str
    shown: str = ""

    def to_json(self, most: int = BUTTON_LABEL) -> Json:
        """Return the action with a label of at most `most` graphemes."""
        return {
            "type": "postback",
            "label": fitted_label(self.label, most),
            "data": self.data,
            "displayText": fitted(self.shown or self.label, _SHOWN),
        }


@dataclass(frozen=True, slots=True)
class Say:
    """Says something in the citizen's name."""

    label: str
    text: str

    def to_json(self, most: int = BUTTON_LABEL) -> Json:
        """Return the action with a label of at most `most` graphemes."""
        return {
            "type": "message",
            "label": fitted_label(self.label, most),
            "text": fitted(self.text, DATA),
        }


Action = Link | Press | Say


def link_to(label: str, url: str) -> Link | None:
    """Return a link, or None where LINE would refuse the address."""
    uri = _valid_uri(url)
    return Link(label, uri) if uri else None


def call(label: str, telephone: str) -> Link | None:
    """Return a link that calls a number, or None of what is no number."""
    digits = "".join(char for char in telephone if char in "+0123456789#*")
    dialled = digits[:1] + digits[1:].replace("+", "")
    return Link(label, f"tel:{dialled}") if len(dialled) >= _FEWEST_DIGITS else None


def press(label: str, data: str, shown: str = "") -> Press | None:
    """Return a postback, or None of data that cannot be sent whole."""
    return Press(label, data, shown) if can_be_sent(data, DATA) else None


def made(actions: Iterable[Action | None]) -> tuple[Action, ...]:
    """Return those actions that could be made."""
    return tuple(action for action in actions if action)


def _valid_uri(url: str) -> str:
    """Return an address as LINE takes it, in ASCII; empty of one that it would refuse."""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc.encode("idna").decode() if parts.netloc else ""
    except (ValueError, UnicodeError):
        return ""
    needs_host = parts.scheme in ("http", "https")
    if parts.scheme not in _SCHEMES or (needs_host and not host):
        return ""
    rest = (quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment))
    uri = urlunsplit((parts.scheme, quote(host, safe=_SAFE), *rest))
    return uri if len(uri) <= URI else ""
