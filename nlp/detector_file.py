"""The detector of Latin languages with its tables in files: 39 MB of which a text needs little."""

import hashlib
import importlib
import json
import os
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

_ARRAYS: Final = ("nb_ptc", "nb_pc", "tk_row", "tk_output")
_CLASSES: Final = "classes.json"
_MOVES: Final = "tk_nextmove"
_BYTES: Final = 4
"""Of a number in the file of moves; the first comes first."""


class NumberFile:
    """Numbers (uint32) read from a file, each when it is asked for.

    Mapped into memory the file would soon be there whole: what belongs together stands apart.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)

    def __del__(self) -> None:
        os.close(self._file)

    def __getitem__(self, at: int) -> int:
        return int.from_bytes(os.pread(self._file, _BYTES, at * _BYTES), "little")


def read_detector(languages: Sequence[str]) -> Any:
    """Return a detector that tells just these languages apart, in memory; half a second."""
    # Imported here: most processes answer no question in another language.
    langid = importlib.import_module("py3langid.langid")
    every = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    every.set_languages(list(languages))
    arrays = {name: getattr(every, name) for name in _ARRAYS}
    return _detector(arrays, every.tk_nextmove, every.nb_classes)


def open_detector(languages: Sequence[str], root: Path) -> Any:
    """Return the same with its tables in a folder in `root`, which is written if it is not there.

    Raises OSError, and leaves nothing, when there is no room for it.
    """
    langid = importlib.import_module("py3langid.langid")
    model = (langid.MODEL_DIR / langid.MODEL_FILE).read_bytes()
    told = hashlib.sha256(model + " ".join(languages).encode()).hexdigest()
    folder = root / f"detector-{told[:16]}"
    if not folder.is_dir():
        _write(read_detector(languages), folder)
    arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS}
    classes = json.loads((folder / _CLASSES).read_text(encoding="utf-8"))
    return _detector(arrays, NumberFile(folder / _MOVES), classes)


def _write(detector: Any, folder: Path) -> None:
    writing = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    try:
        writing.mkdir(parents=True)
        for name in _ARRAYS:
            np.save(writing / f"{name}.npy", np.asarray(getattr(detector, name)))
        np.asarray(detector.tk_nextmove, dtype="<u4").tofile(writing / _MOVES)
        (writing / _CLASSES).write_text(json.dumps(detector.nb_classes), encoding="utf-8")
        writing.rename(folder)
    finally:
        shutil.rmtree(writing, ignore_errors=True)


def _detector(arrays: dict[str, Any], moves: Any, classes: Sequence[str]) -> Any:
    # A new one, without what it would need for all the other languages.
    langid = importlib.import_module("py3langid.langid")
    return langid.LanguageIdentifier(
        arrays["nb_ptc"],
        arrays["nb_pc"],
        list(classes),
        moves,
        np.asarray(arrays["tk_output"]).tolist(),
        norm_probs=True,
        tk_row=np.asarray(arrays["tk_row"]).tolist(),
    )
