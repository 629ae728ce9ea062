"""One serving process to a state folder, where SQLite is used."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StoreUnusable


@contextmanager
def alone_in(state_folder: Path) -> Iterator[None]:
    """Hold the state folder, so that no other process serves from it; raises StoreUnusable."""
    state_folder.mkdir(parents=True, exist_ok=True)
    with (state_folder / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnusable(
                f"このフォルダ（{state_folder}）では、すでに toiawase serve が動いています。"
                "止めてから、もう一度実行してください"
            ) from error
        yield
