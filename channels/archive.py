"""The one file of a backup: database, FAQ folder, and a list of what is in it with checksums."""

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bot.errors import StoreUnusable
from channels.placing import sync

FORMAT: Final = 1
DATABASE: Final = "database.db"
FAQ: Final = "faq/"
IN_AUDIT: Final = "控え"
"""What the audit log calls a backup: who looks after the service asks when the last one was."""
_LIST: Final = "manifest.json"
_LIST_BYTES: Final = 10_000_000
_CHUNK: Final = 1 << 20
_ONLY_US: Final = 0o600


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: when it was taken, and size and SHA-256 of each member."""

    taken_at: str
    schema: str
    members: Mapping[str, tuple[int, str]]
    format: int = FORMAT


def write_archive(
    target: Path, scratch: Path, members: Mapping[str, Path], taken_at: str, schema: str
) -> Manifest:
    """Write a backup in a folder beside its place; it gets its name when it was read back whole.

    Returns what is in it; raises StoreUnusable.
    """
    unfinished = scratch / "unfinished.zip"
    _write(unfinished, members, taken_at, schema)
    with _opened(unfinished) as (archive, manifest):
        for name in manifest.members:
            for _ in _parts(archive, manifest, name):
                pass
    sync(unfinished)
    refuse_to_overwrite(target)
    unfinished.rename(target)
    sync(target.parent)
    return manifest


def refuse_to_overwrite(target: Path) -> None:
    """Raise StoreUnusable when there is a file where a backup should be written."""
    if target.exists():
        raise StoreUnusable(f"{target} はもうあります。別の名前にしてください")


def unpack(archive_file: Path, folder: Path) -> Manifest:
    """Unpack a backup that is exactly what was written; raises StoreUnusable before it is used."""
    with _opened(archive_file) as (archive, manifest):
        _check_room(manifest, folder)
        for name in manifest.members:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                file.writelines(_parts(archive, manifest, name))
        return manifest


def _write(file: Path, members: Mapping[str, Path], taken_at: str, schema: str) -> None:
    made = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, _ONLY_US)
    with os.fdopen(made, "w+b") as opened, zipfile.ZipFile(opened, "w") as archive:
        # Staff may edit the FAQ meanwhile: size and checksum are of what was packed, and what is
        # gone by now is left out.
        listed = {}
        for name, path in members.items():
            with suppress(FileNotFoundError):
                listed[name] = _pack_one(archive, name, path)
        manifest = Manifest(taken_at, schema, listed)
        content = json.dumps(asdict(manifest), ensure_ascii=False)
        archive.writestr(_LIST, content, zipfile.ZIP_DEFLATED)


def _pack_one(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[int, str]:
    info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    info.compress_type = zipfile.ZIP_DEFLATED
    packed, size = hashlib.sha256(), 0
    with path.open("rb") as file, archive.open(info, "w", force_zip64=True) as member:
        while part := file.read(_CHUNK):
            member.write(part)
            packed.update(part)
            size += len(part)
    return size, packed.hexdigest()


@contextmanager
def _opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup whose list and members fit; what is wrong is raised as StoreUnusable."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            _check_members(archive, manifest)
            yield archive, manifest
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        RuntimeError,  # encrypted, or packed in a way that is not known
    ) as error:
        raise _damaged(file, str(error)) from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    info = archive.getinfo(_LIST)
    if info.file_size > _LIST_BYTES:
        raise ValueError("一覧が長すぎます")
    told: dict[str, Any] = json.loads(archive.read(info))
    if told["format"] != FORMAT:
        raise StoreUnusable(
            f"この控えの形（{told['format']}）は、このプログラムでは読めません。"
            "控えを取ったときの版のプログラムを使ってください"
        )
    members = {str(name): (int(size), str(sha)) for name, (size, sha) in told["members"].items()}
    return Manifest(str(told["taken_at"]), str(told["schema"]), members)


def _check_members(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    if sorted([_LIST, *manifest.members]) != sorted(archive.namelist()):
        raise ValueError("中身が一覧と合いません")
    if DATABASE not in manifest.members:
        raise ValueError("データベースが入っていません")
    for name, (size, _) in manifest.members.items():
        if not _is_plain(name):
            raise ValueError(f"使えない名前があります: {name!r}")
        if archive.getinfo(name).file_size != size:
            raise ValueError(f"{name} の大きさが一覧と合いません")


def _check_room(manifest: Manifest, folder: Path) -> None:
    needed = sum(size for size, _ in manifest.members.values())
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StoreUnusable(
            f"控えを開くには {needed >> 20:,} MB 要りますが、{folder.parent} には "
            f"{free >> 20:,} MB しか空いていません。空きを増やしてから、もう一度実行してください"
        )


def _parts(archive: zipfile.ZipFile, manifest: Manifest, name: str) -> Iterator[bytes]:
    """Yield what a member holds, and no more than the list says; raises ValueError."""
    size, checksum = manifest.members[name]
    found, read = hashlib.sha256(), 0
    with archive.open(name) as packed:
        while part := packed.read(_CHUNK):
            read += len(part)
            if read > size:
                break
            found.update(part)
            yield part
    if read != size or found.hexdigest() != checksum:
        raise ValueError(f"{name} が書いたときと違います")


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name
    return inside and (name == DATABASE or name.startswith(FAQ))


def _damaged(file: Path, why: str) -> StoreUnusable:
    return StoreUnusable(
        f"{file} は、toiawase の控えとして読めません（{why}）。"
        "写すときに壊れたかもしれません。もとの控えを確かめてください"
    )
