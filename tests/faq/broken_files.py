"""Files as accidents and malice leave them, each with where the fault is and words that name it."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

GOMI = "entries/gomi.yaml"
OTHER = "entries/other.yaml"
GOLDEN = "golden.jsonl"
TABLE = "items/gomi.csv"
TOO_LARGE = 200 << 20
NUMBERS = range(1, 10)


@dataclass(frozen=True)
class Broken:
    """One fault: how to bring it about, and the file, line and column that must be named."""

    name: str
    make: Callable[[Path], object]
    file: str
    place: str
    words: str

    def __str__(self) -> str:
        return self.name


def _replaced(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes(change((folder / file).read_bytes()))


def _written(file: str, content: bytes) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes(content)

    return make


def _cut(content: bytes) -> bytes:
    # Just behind the name of a field: what follows it is missing.
    return content[: content.rindex(b"question:") + 4]


def _aliases() -> bytes:
    """Lists of lists, a thousand million items if anybody wrote them out."""
    lists = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in NUMBERS]
    entry = "- id: other\n  question: ほかの質問です\n  answer: 答えです\n  phrasings: *a9\n"
    return "\n".join(["- a0: &a0 [x]", *(f"  {one}" for one in lists), entry]).encode()


def _sparse(folder: Path) -> None:
    shutil.copy(folder / GOMI, folder / OTHER)
    os.truncate(folder / OTHER, TOO_LARGE)


def _linked(file: str, target: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / file).unlink(missing_ok=True)
        (folder / file).symlink_to(target)

    return make


BROKEN = (
    Broken("cut", _replaced(GOMI, _cut), GOMI, "34:7", "YAML として読めません"),
    Broken(
        "Shift_JIS",
        _replaced(GOMI, lambda content: content.decode().encode("cp932")),
        GOMI,
        "2:13",
        "UTF-8 で保存し直してください",
    ),
    Broken(
        "UTF-16",
        _replaced(GOMI, lambda content: content.decode().encode("utf-16")),
        GOMI,
        "1:1",
        "UTF-8 で保存し直してください",
    ),
    Broken("empty", _written(OTHER, b""), OTHER, "1:1", "ファイルが空です"),
    Broken("blank", _written(OTHER, b"\n \n"), OTHER, "1:1", "ファイルが空です"),
    Broken(
        "zeros",
        _replaced(GOMI, lambda content: content + b"\0" * 20),
        GOMI,
        "43:1",
        "読めない文字（U+0000）",
    ),
    Broken(
        "the same ids twice",
        lambda folder: shutil.copy(folder / GOMI, folder / OTHER),
        OTHER,
        "1:7",
        "id「sodai-gomi」は",
    ),
    Broken("aliases of aliases", _written(OTHER, _aliases()), OTHER, "1:3", "「a0」という項目"),
    Broken("brackets", _written(OTHER, b"[" * 200_000), OTHER, "1:51", "深すぎます"),
    Broken("mappings", _written(OTHER, b"{a: " * 20_000), OTHER, "1:201", "深すぎます"),
    Broken("a folder", lambda at: (at / OTHER).mkdir(), OTHER, "1:1", "ファイルではない"),
    Broken("a pipe", lambda at: os.mkfifo(at / OTHER), OTHER, "1:1", "ファイルではない"),
    Broken("endless", _linked(OTHER, "/dev/zero"), OTHER, "1:1", "ファイルではない"),
    Broken("a link to nothing", _linked(OTHER, "nothing"), OTHER, "1:1", "ファイルではない"),
    Broken("too large", _sparse, OTHER, "1:1", "大きすぎます（200 MiB）"),
    Broken(
        "questions cut",
        _replaced(GOLDEN, lambda content: content[:-20]),
        GOLDEN,
        "4:33",
        "JSON として読めません",
    ),
    Broken("endless questions", _linked(GOLDEN, "/dev/zero"), GOLDEN, "1:1", "ファイルではない"),
    Broken("a folder for offices", _linked("wards.yaml", "."), "wards.yaml", "1:1", "ファイルでは"),
    Broken(
        "a table with zeros",
        _written(TABLE, b'name,category\n\0\0,"x'),
        TABLE,
        "2:1",
        "CSV として読めません",
    ),
    Broken(
        "a cell too large",
        _written(TABLE, b'name,category\n"' + b"x" * (2 << 20) + b'",a\n'),
        TABLE,
        "2:1",
        "CSV として読めません",
    ),
    Broken(
        "a workbook", _written(TABLE, b"PK\x03\x04" + b"\0" * 99), TABLE, "1:1", "Excel のブック"
    ),
    Broken(
        "no entries",
        lambda folder: shutil.rmtree(folder / "entries"),
        "entries",
        "1:1",
        "FAQ のファイル",
    ),
)
