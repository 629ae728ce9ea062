"""Reading a file whatever it turns out to be: what is wrong is a problem, not an exception."""

from pathlib import Path
from typing import Final, Protocol

_MOST_BYTES: Final = 64 << 20
_MEBIBYTE: Final = 1 << 20


class _Problems(Protocol):
    def add(self, message: str) -> None: ...


def is_there(path: Path) -> bool:
    """Tell whether something has this name, a link that leads nowhere included."""
    return path.exists() or path.is_symlink()


def read_bytes(path: Path, problems: _Problems) -> bytes | None:
    """Return what a file holds, or None after recording why it cannot be read.

    What is no file (a pipe, a device) is not opened: reading it might never end.
    """
    try:
        if not path.is_file():
            problems.add("ファイルではないため読めません。消すか、ファイルに置きかえてください")
            return None
        size = path.stat().st_size
        if size > _MOST_BYTES:
            problems.add(
                f"ファイルが大きすぎます（{size // _MEBIBYTE:,} MiB）。"
                f"{_MOST_BYTES // _MEBIBYTE} MiB までにして、いくつかに分けてください"
            )
            return None
        return path.read_bytes()
    except OSError as error:
        problems.add(f"ファイルを読めません（{error.strerror}）。持ち主と権限を確かめてください")
        return None
