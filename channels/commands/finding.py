"""What one look of `toiawase doctor` showed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from bot.errors import BotError
from faq.problem import FaqError

Mark = Literal["ok", "look", "bad"]

MARKS: Final[dict[Mark, str]] = {"ok": "○", "look": "△", "bad": "×"}


@dataclass(frozen=True)
class Finding:
    """What one look showed, and what to do about it."""

    mark: Mark
    what: str
    said: str
    todo: str = ""


def tried(what: str, look: Callable[[], Finding]) -> Finding:
    """Return what a look shows; one that fails must not cost the others."""
    try:
        return look()
    except OSError as error:
        said = f"読めません（{error.strerror}: {error.filename}）"
        return Finding("bad", what, said, "受付を動かす利用者が読めるように、権限を直します")
    except Exception as error:
        said = str(error) if isinstance(error, BotError | FaqError) else type(error).__name__
        return Finding("bad", what, f"調べられません（{said}）", "管理する人に知らせます")
