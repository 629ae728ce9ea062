"""The command `toiawase` as processes of their own, as a city runs them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

TOIAWASE = [sys.executable, "-c", "from channels.cli import main; main()"]
START_SECONDS = 60
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Process:
    """A `toiawase serve` that was started, and where it answers and writes."""

    popen: "subprocess.Popen[bytes]"
    address: str
    log: Path

    @property
    def written(self) -> str:
        """What it wrote to standard error."""
        return self.log.read_text(encoding="utf-8")

    @property
    def logged(self) -> str:
        """What it wrote to standard output: a JSON object a line."""
        return self.log.with_suffix(".jsonl").read_text(encoding="utf-8")

    def stop(self, with_signal: signal.Signals) -> int:
        """Send a signal and return the exit status; fails when it takes over 10 seconds."""
        self.popen.send_signal(with_signal)
        return self.popen.wait(timeout=10)


def environment(state: Path, faq: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a command that works on a state folder."""
    return {
        **os.environ,
        "TOIAWASE_STATE_FOLDER": str(state),
        "TOIAWASE_FAQ_FOLDER": str(faq),
        "COLUMNS": "120",
        "TOIAWASE_RATE_LIMIT": "off",
        **settings,
    }


def run_command(*arguments: str, state: Path, faq: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [*TOIAWASE, *arguments],
        env=environment(state, faq),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@contextmanager
def serve_process(
    state: Path,
    faq: Path,
    *options: str,
    port: int | None = None,
    within: Sequence[str] = (),
    **settings: str,
) -> Iterator[Process]:
    """Start `toiawase serve`, on a free port if none is given, with settings of its own if any.

    It is ready when this yields, and ended after. `within` is a command that runs it as its last
    arguments.
    """
    port = port or free_port()
    state.mkdir(parents=True, exist_ok=True)
    log = state.parent / f"serve-{port}.log"
    with log.open("wb") as stderr, log.with_suffix(".jsonl").open("wb") as stdout:
        popen = subprocess.Popen(
            [*within, *TOIAWASE, "serve", "--port", str(port), *options],
            env=environment(state, faq, **settings),
            stdout=stdout,
            stderr=stderr,
        )
        started = Process(popen, f"http://127.0.0.1:{port}", log)
        try:
            _wait_until_ready(started)
            yield started
        finally:
            if popen.poll() is None:
                popen.kill()
            popen.wait(timeout=10)


def free_port() -> int:
    """Return a port of this machine on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.popen.poll() is None, process.written
        try:
            if httpx.get(f"{process.address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"not ready after {START_SECONDS} s: {process.written}")
