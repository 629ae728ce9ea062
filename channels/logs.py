"""Logs as one JSON object a line, for machines; they carry ids, never a citizen's words."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""The id of the request that is being answered, empty outside of one."""

REQUESTS: Final = "channels.requests"
"""The logger of a line for each request: a person at a terminal does without them."""

EVENT: Final = "event"
"""The attribute of a record under which it carries fields of its own."""

_MOST_FRAMES: Final = 40


class JsonLines(logging.Formatter):
    """Writes each record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= getattr(record, EVENT, {})
        request_id = REQUEST_ID.get()
        if request_id:
            told["request_id"] = request_id
        if record.exc_info and record.exc_info[0]:
            told["exception"] = _exception(record.exc_info[0], record.exc_info[2])
        return _ENCODER.encode(told)


def _exception(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    # The text of an exception may quote what a citizen wrote; where it was raised does not.
    frames = traceback.extract_tb(trace)[-_MOST_FRAMES:]
    return {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "stack": [
            {"file": frame.filename, "line": frame.lineno, "function": frame.name}
            for frame in frames
        ],
    }


def _class_name(value: object) -> str:
    return type(value).__name__


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, default=_class_name)


def log_to_standard_output() -> None:
    """Log for a person at a terminal, and for machines anywhere else."""
    told = logging.StreamHandler(sys.stdout)
    if sys.stdout.isatty():
        told.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        logging.getLogger(REQUESTS).setLevel(logging.WARNING)
    else:
        told.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[told])
    logging.getLogger("alembic").setLevel(logging.WARNING)
