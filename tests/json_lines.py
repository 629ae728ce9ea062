"""Examples for tests, one JSON value a line."""

import json
from pathlib import Path
from typing import Any


def lines_of(path: Path) -> list[Any]:
    """Return the values of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
