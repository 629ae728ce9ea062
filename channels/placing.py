"""Putting files and folders in place of others: wholly and durably, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_WITH_LOGS: Final = ("", "-wal", "-shm")
"""What is put aside under one name: SQLite's log belongs to its file."""


@contextmanager
def beside(source: Path, target: Path) -> Iterator[Path]:
    """Move a file or folder onto the disk of its place, safe from a power loss.

    What is still there when the block ends is removed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".restore-") as scratch:
        staged = Path(scratch) / target.name
        shutil.move(source, staged)
        _give_to_owner(staged, target)
        for path in (staged, *staged.rglob("*")):
            sync(path)
        yield staged


def _give_to_owner(staged: Path, target: Path) -> None:
    """Have what is put in a place belong to whom the place belongs, whoever puts it there."""
    owner = (target if target.exists() else target.parent).stat()
    for path in (staged, *staged.rglob("*")):
        with suppress(PermissionError):  # who is not the superuser owns it already
            os.chown(path, owner.st_uid, owner.st_gid)
    if target.exists():
        shutil.copymode(target, staged)


@contextmanager
def swapped(staged: Path, target: Path, stamp: str) -> Iterator[None]:
    """Put something in its place; what was there stays under a name with the time.

    All is as before when the block fails.
    """
    done: list[tuple[Path, Path]] = []

    def move(old: Path, new: Path) -> None:
        old.rename(new)
        done.append((old, new))

    try:
        for ending in _WITH_LOGS:
            old = target.with_name(target.name + ending)
            if old.exists():
                move(old, target.with_name(f"{target.name}.before-restore-{stamp}{ending}"))
        move(staged, target)
        sync(target.parent)
        yield
    except BaseException:
        for old, new in reversed(done):
            new.rename(old)
        raise


def sync(path: Path) -> None:
    """Have a file or folder on the disk when this returns."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
