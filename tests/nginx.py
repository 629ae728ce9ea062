"""A real nginx in front of services of a test, with the file that cities use."""

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.conftest import ROOT
from tests.running import free_port

CONFIGURATION = ROOT / "deploy" / "nginx.conf"

# What every distribution has around the files of conf.d: nothing about the service.
_AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/start.log notice;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx: where it answers, and the folder of what it writes."""

    address: str
    folder: Path

    @property
    def logged(self) -> list[dict[str, object]]:
        """What it wrote of each request."""
        text = (self.folder / "access.log").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @property
    def complaints(self) -> str:
        """What it wrote of errors."""
        return (self.folder / "error.log").read_text(encoding="utf-8")


def rendered(port: int, folder: Path, places: dict[str, str]) -> str:
    """Return the file of cities with other ports, addresses and paths, and nothing else changed."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    replaced = {
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "access_log /dev/stdout": f"access_log {folder}/access.log",
        "error_log /dev/stderr": f"error_log {folder}/error.log",
        **{f"server {name}:8000": f"server {place}" for name, place in places.items()},
    }
    for old, new in replaced.items():
        assert old in text, f"{CONFIGURATION.name} has no {old!r}"
        text = text.replace(old, new)
    assert not re.search(r"^ *server [a-z]", text, re.MULTILINE), "an upstream was left out"
    return text


@contextmanager
def running_nginx(places: dict[str, str]) -> Iterator[Nginx]:
    """Start nginx in front of the places (`public-1` and so on); it ends with the block."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert program, "nginx is not installed: on Debian, `apt-get install nginx-light`"
    with tempfile.TemporaryDirectory(prefix="nginx") as made:
        folder = Path(made)
        folder.chmod(0o755)  # its workers are another user, where it was started by root
        port = free_port()
        (folder / "conf.d").mkdir()
        (folder / "conf.d" / "toiawase.conf").write_text(rendered(port, folder, places))
        main = folder / "nginx.conf"
        main.write_text(_AROUND.format(folder=folder))
        popen = subprocess.Popen(
            [program, "-e", f"{folder}/start.log", "-p", made, "-c", str(main)]
        )
        try:
            started = Nginx(f"http://127.0.0.1:{port}", folder)
            _wait_until_it_answers(popen, started)
            yield started
        finally:
            popen.terminate()
            popen.wait(timeout=10)


def _wait_until_it_answers(popen: "subprocess.Popen[bytes]", nginx: Nginx) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert popen.poll() is None, (nginx.folder / "start.log").read_text()
        try:
            httpx.get(f"{nginx.address}/metrics", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not answer")
