"""LINE's own schemas and the limits of its documentation, to hold every call against."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import regex
from jsonschema_rs import Draft202012Validator
from ruamel.yaml import YAML

SPECIFICATION = Path(__file__).parent / "messaging-api.yml"
POINTER = "#/components/schemas/"
SCHEMES = {"http", "https", "tel", "line"}

Json = dict[str, Any]


@cache
def schemas() -> Json:
    """Return the schemas, with every use of a polymorphic one dispatched on its type."""
    found = YAML(typ="safe").load(SPECIFICATION.read_text(encoding="utf-8"))
    named: Json = found["components"]["schemas"]
    mappings = {
        name: schema["discriminator"]["mapping"]
        for name, schema in named.items()
        if "discriminator" in schema
    }
    concrete = {name for mapping in mappings.values() for name in map(_last, mapping.values())}
    made = {name: _dispatched(schema, mappings) for name, schema in named.items()}
    for name in concrete:
        # A misspelt property would vanish in silence.
        made[name]["unevaluatedProperties"] = False
    for name, mapping in mappings.items():
        made[f"Any{name}"] = {
            "required": ["type"],
            "properties": {"type": {"enum": list(mapping)}},
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": kind}}},
                    "then": {"$ref": target},
                }
                for kind, target in mapping.items()
            ],
        }
    return {"components": {"schemas": made}}


def _last(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]


def _dispatched(part: Any, mappings: Json, *, inherits: bool = False) -> Any:
    """Return a schema whose references to a base lead to one of its kinds, unless it inherits."""
    if isinstance(part, list):
        return [_dispatched(one, mappings, inherits=inherits) for one in part]
    if not isinstance(part, dict):
        return part
    reference = part.get("$ref")
    if isinstance(reference, str):
        name = _last(reference)
        is_use = name in mappings and not inherits
        return {"$ref": f"{POINTER}{'Any' if is_use else ''}{name}"}
    return {
        key: _dispatched(value, mappings, inherits=key == "allOf")
        for key, value in part.items()
        if key not in ("discriminator", "externalDocs", "description")
    }


@cache
def validator_of(name: str) -> Draft202012Validator:
    """Return what checks bodies against one of the schemas."""
    return Draft202012Validator({"$ref": f"{POINTER}{name}", **schemas()})


def problems_of(name: str, body: object) -> list[str]:
    """Return what is wrong with the body of a call: against the schema, then the limits."""
    validator = validator_of(name)
    found = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}"
        for error in validator.iter_errors(body)
    ]
    return found or list(_beyond_limits(body))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def graphemes(text: str) -> int:
    return len(regex.findall(r"\X", text))


def _beyond_limits(body: Any) -> Iterator[str]:
    for message in body.get("messages", ()):
        yield from _message(message)


def _message(message: Json) -> Iterator[str]:
    items = message.get("quickReply", {}).get("items", [])
    if "quickReply" in message and not 1 <= len(items) <= 13:
        yield f"{len(items)} quick replies"
    for item in items:
        yield from _action(item["action"], 20, needs_label=True)
    if message["type"] == "text":
        yield from _text(message["text"], 5_000, "text")
    if message["type"] == "flex":
        yield from _text(message["altText"], 1_500, "altText")
        contents = message["contents"]
        size = len(json.dumps(contents, ensure_ascii=False).encode())
        if contents["type"] == "bubble" and size > 30_000:
            yield f"a bubble of {size} bytes"
        yield from _component(contents)


def _component(part: Json) -> Iterator[str]:
    for name in ("header", "body", "footer"):
        if name in part:
            yield from _component(part[name])
    if part["type"] == "box" and not part["contents"]:
        yield "an empty box"
    for one in part.get("contents", ()) if part["type"] in ("box", "carousel") else ():
        yield from _component(one)
    if part["type"] == "text":
        yield from _text(part["text"], 2_000, "Flex text")
    if "action" in part:
        yield from _action(part["action"], 40, needs_label=part["type"] == "button")


def _action(action: Json, most: int, *, needs_label: bool) -> Iterator[str]:
    label = action.get("label", "")
    if needs_label and not label.strip():
        yield "an action without a label"
    if graphemes(label) > most:
        yield f"a label of {graphemes(label)} graphemes"
    if action["type"] == "uri":
        yield from _address(action["uri"])
    if action["type"] == "postback":
        yield from _text(action["data"], 300, "postback data")
        if graphemes(action.get("displayText", "")) > 300:
            yield "a long displayText"
    if action["type"] == "message":
        yield from _text(action["text"], 300, "message text")


def _address(uri: str) -> Iterator[str]:
    parts = urlsplit(uri)
    if units(uri) > 1_000 or parts.scheme not in SCHEMES:
        yield f"the address {uri[:80]}"
    if not uri.isascii() or any(char in uri for char in ' "<>\\^`{|}'):
        yield f"characters in the address {uri[:80]}"
    if parts.scheme in ("http", "https") and not parts.netloc:
        yield "an address without a host"


def _text(text: str, most: int, what: str) -> Iterator[str]:
    if not text.strip():
        yield f"an empty {what}"
    if units(text) > most:
        yield f"{what} of {units(text)} units"
    if "\x00" in text:
        yield f"NUL in {what}"
