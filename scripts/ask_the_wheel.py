"""Build the wheel, install it far from the checkout, serve from it and ask it a question.

Nothing is downloaded: the libraries are those of the checkout's environment, and only those that
requirements/serve.txt names, so that a library forgotten there is noticed.

With the folder of an environment in which the service is installed (`make image-install`), that
one is asked: where possible by a user who may not write there, and nothing may be written there.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = ("nlp", "faq", "bot", "channels")
QUESTION: Final = "モバイルバッテリー・充電池・乾電池の捨て方を教えてください。"
ENTRY_ID: Final = "gomi-battery"
SMALL_CITY: Final = ROOT / "tests" / "small_city"
SMALL_QUESTION: Final = "粗大ごみを捨てたい"
READY_SECONDS: Final = 120
STRANGER: Final = 10_001
"""The user that the image serves as; no machine knows it."""


class Failed(Exception):
    """A step went wrong; the message is a sentence."""


def main(installed: str | None = None) -> int:
    """0 when the installed wheel answers, 1 with a sentence otherwise."""
    try:
        with tempfile.TemporaryDirectory(prefix="toiawase-wheel-") as scratch:
            if installed is None:
                _try_out(Path(scratch))
            else:
                _try_out_installed(Path(installed).absolute(), Path(scratch))
    except Failed as failed:
        sys.stderr.write(f"wheel の検査に失敗しました：{failed}\n")
        return 1
    _say("wheel は、チェックアウトの外でも動きます。")
    return 0


def _try_out_installed(prefix: Path, scratch: Path) -> None:
    before = _tree(prefix)
    elsewhere = scratch / "elsewhere"
    elsewhere.mkdir()
    small = Path(shutil.copytree(SMALL_CITY, elsewhere / "small"))
    python = prefix / "bin" / "python"
    if os.geteuid() == 0 and _is_for_everybody(python.resolve()):
        scratch.chmod(0o755)
        for path in (elsewhere, small, *small.rglob("*")):
            os.chown(path, STRANGER, STRANGER)
    _check_origin(python, elsewhere)
    command = str(prefix / "bin" / "toiawase")
    _say(_run([command, "--version"], elsewhere).strip())
    _ask_small_city(command, elsewhere, small)
    if changed := sorted(_tree(prefix) ^ before):
        raise Failed(f"入れた場所に書きこみがありました（{changed[0][0]} など）。")
    _say("入れた場所には、何も書きこまれていません。")


def _is_for_everybody(program: Path) -> bool:
    # That of root alone, as pyenv installs it, can be run by nobody else.
    return all(part.stat().st_mode & 0o001 for part in (program, *program.parents))


def _tree(folder: Path) -> set[tuple[str, int, int]]:
    found = ((path, path.lstat()) for path in folder.rglob("*"))
    return {(str(path), status.st_size, status.st_mtime_ns) for path, status in found}


def _try_out(scratch: Path) -> None:
    wheel = _build(scratch / "dist")
    _check_data_files(wheel)
    python = _install(wheel, scratch / "venv")
    elsewhere = scratch / "elsewhere"
    elsewhere.mkdir()
    _check_origin(python, elsewhere)
    command = str(python.parent / "toiawase")
    _serve_and_ask(command, elsewhere)
    # The sample city is asked by words alone, for its vectors take a minute; the small city with
    # the meaning as well, which shows that the encoder's model came along.
    _ask_by_command(command, elsewhere, QUESTION, ENTRY_ID, TOIAWASE_MEANING="false")
    _ask_small_city(command, elsewhere, Path(shutil.copytree(SMALL_CITY, elsewhere / "small")))


def _ask_small_city(command: str, elsewhere: Path, small: Path) -> None:
    settings = {"TOIAWASE_STATE_FOLDER": "var-small", "TOIAWASE_FAQ_FOLDER": str(small)}
    _ask_by_command(command, elsewhere, SMALL_QUESTION, "sodai-gomi", **settings)


def _build(target: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    offline = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    _run([*pip, "wheel", *offline, "--wheel-dir", str(target), str(ROOT)], ROOT)
    wheels = list(target.glob("toiawase-*.whl"))
    if len(wheels) != 1:
        raise Failed("wheel ができませんでした。")
    _say(f"{wheels[0].name} を作りました（{wheels[0].stat().st_size // 1024} KB）。")
    return wheels[0]


def _check_data_files(wheel: Path) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    if missing := sorted(expected - packed):
        raise Failed(f"wheel に {len(missing)} 個のファイルがありません（{missing[0]} など）。")
    if surplus := sorted(packed - expected):
        raise Failed(f"wheel に余分なファイルがあります（{surplus[0]} など）。")
    data = [name for name in packed if not name.endswith(".py")]
    _say(f"データのファイル {len(data)} 個が、すべて入っています。")


def _install(wheel: Path, venv: Path) -> Path:
    _run([sys.executable, "-m", "venv", "--without-pip", str(venv)], venv.parent)
    python = venv / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    _run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], venv.parent)
    site = Path(_run([str(python), "-c", "import site; print(site.getsitepackages()[0])"]).strip())
    for source in _runtime_files():
        link = site / source.name
        if not link.exists():
            link.symlink_to(source)
    _say("新しい環境に入れました。")
    return python


def _runtime_files() -> set[Path]:
    locked = (ROOT / "requirements" / "serve.txt").read_text(encoding="utf-8")
    found: set[Path] = set()
    for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", locked, re.MULTILINE):
        installed = distribution(name)
        tops = {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}
        found |= {Path(str(installed.locate_file(top))) for top in tops}
    return found


def _check_origin(python: Path, elsewhere: Path) -> None:
    code = "import sys, nlp, faq, bot, channels as c; print(nlp.__file__, c.__file__, *sys.path)"
    places = _run([str(python), "-c", code], elsewhere).split()
    inside = [place for place in places if Path(place).is_relative_to(ROOT)]
    if inside:
        raise Failed(f"チェックアウトの中から読み込まれました（{inside[0]}）。")


def _serve_and_ask(command: str, elsewhere: Path) -> None:
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    log = elsewhere / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [command, "serve", "--port", str(port)],
            cwd=elsewhere,
            env=_environment() | {"TOIAWASE_MEANING": "false"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(server, address, log)
        _ask(address)
        server.send_signal(signal.SIGINT)
        server.wait(timeout=15)
    except subprocess.TimeoutExpired as error:
        raise Failed("toiawase serve が止まりません。") from error
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
    written = log.read_text(encoding="utf-8")
    if "Traceback" in written or '"exception"' in written:
        raise Failed(written[-2_000:])
    if not (elsewhere / "var" / "toiawase.db").exists():
        raise Failed("状態のフォルダ（var）が、動かした場所にできていません。")


def _wait_until_ready(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    began = time.monotonic()
    while time.monotonic() - began < READY_SECONDS:
        if server.poll() is not None:
            raise Failed(log.read_text(encoding="utf-8")[-2_000:])
        try:
            _read(f"{address}/readyz")
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            _say(f"見本の市を公開して受付を始めました（{time.monotonic() - began:.1f} 秒）。")
            return
    raise Failed(f"{READY_SECONDS} 秒たっても受付が始まりません。")


def _ask(address: str) -> None:
    reply: dict[str, Any] = json.loads(
        _read(f"{address}/api/v1/questions", json.dumps({"text": QUESTION}).encode())
    )
    if reply["kind"] != "answered" or reply["answer"]["entry_id"] != ENTRY_ID:
        raise Failed(f"質問に正しく答えませんでした（{reply['kind']}）。")
    for path in ("/", f"/faq/{ENTRY_ID}", "/static/site.css"):
        if not _read(address + path):
            raise Failed(f"{path} が空です。")
    _say(f"「{QUESTION}」に答えました（{reply['answer']['entry_id']}）。")


def _ask_by_command(
    command: str, elsewhere: Path, question: str, entry_id: str, **settings: str
) -> None:
    reply = _run([command, "ask", question], elsewhere, **settings)
    if not reply.startswith("回答") or entry_id not in reply:
        raise Failed(f"toiawase ask が「{question}」に答えませんでした。{reply[:300]}")
    _say(f"toiawase ask が「{question}」に答えました（{entry_id}）。")


def _read(url: str, body: bytes | None = None) -> str:
    headers = {"Content-Type": "application/json"} if body else {}
    with urlopen(Request(url, body, headers), timeout=20) as response:
        return str(response.read().decode("utf-8"))


def _run(command: list[str], folder: Path | None = None, **settings: str) -> str:
    environment = _environment() | settings
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        user=_owner(folder),
    )
    if done.returncode:
        raise Failed(f"{' '.join(command[:4])} …：{(done.stderr or done.stdout)[-2_000:]}")
    return done.stdout


def _owner(folder: Path | None) -> int | None:
    # Only root can become somebody else: the owner of the folder to work in.
    return folder.stat().st_uid if folder and os.geteuid() == 0 else None


def _environment() -> dict[str, str]:
    # What could lead back to the checkout, or to another city's state, stays outside.
    ours = ("TOIAWASE_", "PYTHON", "COV", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say(sentence: str) -> None:
    sys.stdout.write(f"  {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
