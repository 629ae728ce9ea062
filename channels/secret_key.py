"""The key that hashes what must be told apart but not known: made once, readable by us alone."""

import os
import secrets
from pathlib import Path
from typing import Final

from bot.errors import StoreUnusable

_BYTES: Final = 32
_ONLY_US: Final = 0o600


def secret_key(path: Path) -> bytes:
    """Return the key in a file, which is made when it is missing; raises StoreUnusable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_US)
    except FileExistsError:
        return existing_key(path)
    except OSError as error:
        raise StoreUnusable(f"鍵のファイル（{path}）を作れません: {error.strerror}") from error
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES))
    return existing_key(path)


def existing_key(path: Path) -> bytes:
    """Return the key in a file that must be there already; raises StoreUnusable."""
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError as error:
        raise StoreUnusable(
            f"鍵のファイル（{path}）がありません。受付が使っている鍵の場所を "
            "TOIAWASE_SECRET_KEY_FILE に書くか、写しておいた鍵を戻してください"
        ) from error
    except OSError as error:
        raise StoreUnusable(f"鍵のファイル（{path}）を読めません: {error.strerror}") from error
    if len(key) < _BYTES:
        raise StoreUnusable(
            f"鍵のファイル（{path}）が短すぎます。{_BYTES} 文字以上にするか、"
            "消して作り直してください"
        )
    return key
