"""Make the virtual environment, or say in one sentence what is missing and how to get it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def main(folder: str) -> int:
    """Create the environment in `folder`; 0 when it stands, 1 with a sentence otherwise."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = ".".join(map(str, sys.version_info[:3]))
        return _fail(
            f"Python 3.11 から 3.13 が必要です（見つかったのは {found}）。"
            "make PYTHON=python3.12 のように指定できます。"
        )
    if _create(folder):
        return 0
    # Debian and Ubuntu ship venv without pip unless python3-venv is installed.
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    for name in (package, "python3-venv"):
        if os.geteuid() == 0 and shutil.which("apt-get"):
            subprocess.run(["apt-get", "update", "-qq"], check=False)
            subprocess.run(["apt-get", "install", "-y", "-qq", name], check=False)
            if _create(folder):
                return 0
    return _fail(
        f"Python の仮想環境を作れませんでした。`sudo apt-get install -y {package}` のあと、"
        "もう一度実行してください。"
    )


def _create(folder: str) -> bool:
    made = subprocess.run([sys.executable, "-m", "venv", folder], check=False, capture_output=True)
    if made.returncode:
        shutil.rmtree(Path(folder), ignore_errors=True)
    return made.returncode == 0


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
