"""Write the snapshot of the HTTP API that the contract test holds the program against."""

import json
import sys
import tempfile
from pathlib import Path

from channels.app import create_app
from channels.backend import open_backend
from channels.settings import Settings

SNAPSHOT = Path(__file__).parent.parent / "tests" / "contract" / "openapi.json"


def openapi_text() -> str:
    """Return the description of the HTTP API as sorted JSON."""
    with tempfile.TemporaryDirectory() as scratch:
        backend = open_backend(Settings(state_folder=Path(scratch) / "var"))
        described = create_app(backend).openapi()
    return json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> int:
    """Write the snapshot and say where."""
    SNAPSHOT.write_text(openapi_text(), encoding="utf-8")
    sys.stdout.write(f"{SNAPSHOT} を書きました。\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
