"""Install the browser and the Japanese font that the browser tests need, or say how to."""

import os
import shutil
import subprocess
import sys

PACKAGES = ["chromium", "fonts-noto-cjk"]


def main() -> int:
    """0 when a Chromium is there; otherwise try apt-get, else 1 with a sentence."""
    if _found():
        return 0
    if shutil.which("apt-get"):
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run([*prefix, "apt-get", "update", "-qq"], check=False)
        subprocess.run(
            [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
            check=False,
            stdout=subprocess.DEVNULL,
        )
    if _found():
        return 0
    sys.stderr.write(
        "ブラウザのテストに Chromium が必要です。"
        f"`sudo apt-get install -y {' '.join(PACKAGES)}` のあと、もう一度実行してください。"
        "（Ubuntu では snap 版の chromium でも動きます。）\n"
    )
    return 1


def _found() -> bool:
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


if __name__ == "__main__":
    sys.exit(main())
