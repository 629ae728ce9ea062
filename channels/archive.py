"""The one file of a backup: database, FAQ folder, and a list of what is in it with checksums."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bot.errors import StoreUnusable

FORMAT: Final = 1
DATABASE: Final = "database.db"
FAQ: Final = "faq/"
_LIST: Final = "manifest.json"
_LIST_BYTES: Final = 10_000_000
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: when it was taken, and size and SHA-256 of each member."""

    taken_at: str
    schema: str
    members: Mapping[str, tuple[int, str]]
    format: int = FORMAT


def write_archive(target: Path, members: Mapping[str, Path], taken_at: str, schema: str) -> None:
    """Write a backup; it has its name only when it is whole. Raises StoreUnusable."""
    if target.exists():
        raise StoreUnusable(f"{target} はもうあります。別の名前にしてください")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in members.items():
                archive.write(path, name)
            listed = {name: (path.stat().st_size, _sha256(path)) for name, path in members.items()}
            manifest = Manifest(taken_at, schema, listed)
            archive.writestr(_LIST, json.dumps(asdict(manifest), ensure_ascii=False))
        unfinished.replace(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StoreUnusable(f"{target} に書けません（{error.strerror}）") from error


def unpack(archive_file: Path, folder: Path) -> Manifest:
    """Unpack a backup that is exactly what was written; raises StoreUnusable before it is used."""
    try:
        with zipfile.ZipFile(archive_file) as archive:
            manifest = _manifest(archive)
            if {_LIST, *manifest.members} != set(archive.namelist()):
                raise _damaged(archive_file, "中身が一覧と合いません")
            for name, (size, checksum) in manifest.members.items():
                if not _is_plain(name):
                    raise _damaged(archive_file, f"使えない名前があります: {name!r}")
                _unpack_one(archive, name, size, checksum, folder / name)
            return manifest
    except OSError as error:
        raise StoreUnusable(f"{archive_file} を読めません（{error.strerror}）") from error
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError) as error:
        raise _damaged(archive_file, type(error).__name__) from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    info = archive.getinfo(_LIST)
    if info.file_size > _LIST_BYTES:
        raise ValueError("the list is too long")
    told: dict[str, Any] = json.loads(archive.read(info))
    if told["format"] != FORMAT:
        raise StoreUnusable(
            f"この控えの形（{told['format']}）は、このプログラムでは読めません。"
            "控えを取ったときの版のプログラムを使ってください"
        )
    members = {str(name): (int(size), str(sha)) for name, (size, sha) in told["members"].items()}
    return Manifest(str(told["taken_at"]), str(told["schema"]), members)


def _unpack_one(
    archive: zipfile.ZipFile, name: str, size: int, checksum: str, target: Path
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    found, written = hashlib.sha256(), 0
    with archive.open(name) as packed, target.open("wb") as file:
        while part := packed.read(_CHUNK):
            written += len(part)
            # What unpacks to more than it says is not read to its end.
            if written > size:
                break
            found.update(part)
            file.write(part)
    if written != size or found.hexdigest() != checksum:
        raise ValueError(f"{name} is not as it was written")


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name
    return inside and (name == DATABASE or name.startswith(FAQ))


def _damaged(file: Path, why: str) -> StoreUnusable:
    return StoreUnusable(
        f"{file} は、toiawase の控えとして読めません（{why}）。"
        "写すときに壊れたかもしれません。もとの控えを確かめてください"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replaced(target: Path, stamp: str) -> Iterator[None]:
    """Put what is at a place aside under a name with the time; put it back when the block fails."""
    aside = target.with_name(f"{target.name}.before-restore-{stamp}")
    was_there = target.exists()
    if was_there:
        target.rename(aside)
    try:
        yield
    except BaseException:
        if was_there and not target.exists():
            aside.rename(target)
        raise
