"""An index as one archive, so that a machine without the files can have them from the store."""

import io
import shutil
import uuid
import zipfile
from pathlib import Path
from typing import Final

from faq.problem import IndexDamaged

_QUICK: Final = 1


def pack(folder: Path) -> bytes:
    """Return the files of an index folder as a zip archive.

    Vectors are stored as they are: they hardly shrink, and trying takes seconds.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.iterdir()):
            how = zipfile.ZIP_STORED if path.name.startswith("vectors.") else zipfile.ZIP_DEFLATED
            archive.write(path, path.name, compress_type=how, compresslevel=_QUICK)
    return buffer.getvalue()


def unpack(archive: bytes, folder: Path) -> None:
    """Write the archive's files into `folder`, whole or not at all; raises IndexDamaged."""
    unpacking = folder.with_name(f".unpacking-{uuid.uuid4().hex}")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            files.extractall(unpacking)
        shutil.rmtree(folder, ignore_errors=True)
        unpacking.rename(folder)
    except (zipfile.BadZipFile, OSError) as error:
        raise IndexDamaged(f"the archived index cannot be unpacked: {error}") from error
    finally:
        shutil.rmtree(unpacking, ignore_errors=True)
