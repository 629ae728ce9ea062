"""The whole service at 2,000 entries: publishing, starting, answering, and all of it at once."""

import asyncio
import json
import os
import random
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from synthetic_folder import edit_folder, make_folder, sample_questions

from bot.question import Question
from channels.backend import open_backend
from channels.clock import now
from channels.settings import Settings

ENTRIES: Final = 2_000
PER_SECOND: Final = 50
COMMAND: Final = (sys.executable, "-c", "from channels.cli import main; main()")
_WATCHED: Final = (sys.executable, str(Path(__file__).with_name("watched_server.py")))
_PATIENCE: Final = 60.0
_CALM: Final = 10.0
_AFTER: Final = 4.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What publishing took: seconds on the clock, of processor time, and of each step."""

    wall: float
    cpu: float
    steps: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Questions at a steady rate during one stretch of time."""

    asked: int
    failed: int
    median_ms: float
    p95_ms: float
    longest_ms: float
    stall_ms: float
    stall_p99_ms: float


@dataclass(frozen=True, slots=True)
class Service:
    """All figures of one run; times of one question are processor time in milliseconds."""

    consider: Sequence[float]
    suggest: Sequence[float]
    start: Sequence[float]
    rss_mb: float
    first_publish: Spent
    republish: Sequence[Spent]
    calm: Loaded
    publishing: Loaded
    switched: bool
    others: float
    """Share of all processors that other programs took while publishing under load."""


class Town:
    """One state folder with its FAQ folder, and the commands run on them."""

    def __init__(self, root: Path, seed: int) -> None:
        self.faq = root / "faq"
        self.state = root / "state"
        self._edits = 0
        make_folder(self.faq, ENTRIES, seed)
        self.environment = os.environ | {
            "TOIAWASE_STATE_FOLDER": str(self.state),
            "TOIAWASE_FAQ_FOLDER": str(self.faq),
            "TOIAWASE_RATE_LIMIT": "off",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }

    def publish(self) -> Spent:
        """Publish in this process, and note when each step began."""
        backend = open_backend(Settings(state_folder=self.state, faq_folder=self.faq))
        at, used = time.perf_counter(), _processor()
        steps: list[tuple[str, float]] = []

        def note(step: str, _done: int, _total: int) -> None:
            if not steps or steps[-1][0] != step:
                steps.append((step, time.perf_counter()))

        draft = backend.publisher.draft(self.faq, (), now(), note)
        note("公開版を書いています", 0, 0)
        backend.publisher.publish(draft, now(), reason="bench", by="bench", accept_broken=True)
        end = time.perf_counter()
        backend.close()
        begun = [when for _, when in steps]
        lasted = zip(begun, [*begun[1:], end], strict=True)
        taken: dict[str, float] = {}
        for (name, _), (since, until) in zip(steps, lasted, strict=True):
            taken[name] = taken.get(name, 0.0) + until - since
        return Spent(end - at, _processor() - used, taken)

    def publish_by_command(self) -> None:
        """Publish with the command, as staff would."""
        command = (*COMMAND, "publish", "--reason", "bench", "--accept-broken")
        subprocess.run(command, env=self.environment, check=True, capture_output=True)

    def edit(self) -> None:
        """Change one entry."""
        edit_folder(self.faq, self._edits)
        self._edits += 1

    @contextmanager
    def running(self, port: int, *command: str) -> Iterator[int]:
        """Run a server until the block ends; yields its process id."""
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, env=self.environment, stdout=quiet, stderr=quiet) as server:
            try:
                yield server.pid
            finally:
                server.terminate()
                server.wait(30)


def measure(root: Path, seed: int, say: Any = print) -> Service:
    """Measure everything in turn."""
    town = Town(root, seed)
    questions = sample_questions()
    random.Random(seed).shuffle(questions)
    say(f"{ENTRIES} entries: publishing ...")
    first = town.publish()
    again = []
    for _ in range(2):
        town.edit()
        say("publishing again after one edit ...")
        again.append(town.publish())
    say("asking ...")
    consider, suggest = _ask(town, questions[:300])
    say("starting ...")
    starts, rss = zip(*(_start(town, questions) for _ in range(3)), strict=True)
    say("publishing under load ...")
    calm, publishing, switched, others = _under_load(town, questions, root / "stalls.json")
    return Service(
        consider, suggest, starts, max(rss), first, again, calm, publishing, switched, others
    )


def _ask(town: Town, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    backend = open_backend(Settings(state_folder=town.state, faq_folder=town.faq))
    desk = backend.shelf.desk()
    at = now()
    questions = [Question.from_text(text, "web", at) for text in texts]
    typed = [text[: 2 + place % 12] for place, text in enumerate(texts)]
    considered, suggested = [], []
    for question, part in [*zip(questions, typed, strict=True)][:20]:  # warm up
        desk.consider(question)
        desk.search.suggest(part, at)
    for _round in range(3):
        for question, part in zip(questions, typed, strict=True):
            begun = time.thread_time()
            desk.consider(question)
            middle = time.thread_time()
            desk.search.suggest(part, at)
            considered.append((middle - begun) * 1e3)
            suggested.append((time.thread_time() - middle) * 1e3)
    backend.close()
    return considered, suggested


def _start(town: Town, texts: Sequence[str]) -> tuple[float, float]:
    """Return seconds from the command to the first answer, and MB after 200 answers."""
    port = free_port()
    begun = time.perf_counter()
    with town.running(port, *COMMAND, "serve", "--port", str(port)) as pid:
        while not asyncio.run(_post(port, texts[0])):
            if time.perf_counter() - begun > _PATIENCE:
                raise SystemExit("the server does not answer")
            time.sleep(0.01)
        took = time.perf_counter() - begun
        for text in texts[:200]:
            asyncio.run(_post(port, text))
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        kilobytes = next(line.split()[1] for line in status.splitlines() if "VmRSS" in line)
    return took, int(kilobytes) / 1024


def _under_load(town: Town, texts: Sequence[str], file: Path) -> tuple[Loaded, Loaded, bool, float]:
    port = free_port()
    at, used, busy = time.perf_counter(), _processor(), _busy()
    with town.running(port, *_WATCHED, str(port), str(file)):
        begun = time.monotonic()
        while not asyncio.run(_post(port, texts[0])):
            if time.monotonic() - begun > _PATIENCE:
                raise SystemExit("the server does not answer")
            time.sleep(0.05)
        asyncio.run(_load(port, texts, asyncio.sleep(3.0)))  # warm up
        before = asyncio.run(_release(port, texts[0]))
        calm_from = time.monotonic()
        calm = asyncio.run(_load(port, texts, asyncio.sleep(_CALM)))
        calm_until = time.monotonic()
        town.edit()
        publishing_from = time.monotonic()
        publishing = asyncio.run(_load(port, texts, _published(town)))
        publishing_until = time.monotonic()
        after = asyncio.run(_release(port, texts[0]))
    by_others = (_busy() - busy) - (_processor() - used)
    capacity = (time.perf_counter() - at) * (os.cpu_count() or 1)
    stalls = json.loads(file.read_text(encoding="utf-8"))
    return (
        _loaded(calm, stalls, calm_from, calm_until),
        _loaded(publishing, stalls, publishing_from, publishing_until),
        after == before + 1,
        max(by_others / capacity, 0.0),
    )


async def _published(town: Town) -> None:
    await asyncio.to_thread(town.publish_by_command)
    await asyncio.sleep(_AFTER)  # the server notices within a second or two, and loads


async def _load(port: int, texts: Sequence[str], until: Any) -> list[tuple[bool, float]]:
    """Ask at a steady rate, whether answers come or not, until the awaitable is done."""
    done = asyncio.ensure_future(until)
    begun, asked = time.monotonic(), 0
    answers: list[asyncio.Task[tuple[bool, float]]] = []
    while not done.done():
        due = begun + asked / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        answers.append(asyncio.create_task(_timed(port, texts[asked % len(texts)], due)))
        asked += 1
    await done
    return list(await asyncio.gather(*answers))


async def _timed(port: int, text: str, due: float) -> tuple[bool, float]:
    answered = bool(await _post(port, text))
    return answered, time.monotonic() - due


async def _release(port: int, text: str) -> int:
    return int(json.loads(await _post(port, text))["release"])


async def _post(port: int, text: str) -> bytes:
    """Return the body of the reply, empty when there was no 200."""
    body = json.dumps({"text": text}).encode()
    head = (
        "POST /api/v1/questions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + body)
            reply = await reader.read()
            writer.close()
    except OSError:
        return b""
    status, _, rest = reply.partition(b"\r\n")
    return rest.partition(b"\r\n\r\n")[2] if b" 200 " in status else b""


def _loaded(
    answers: Sequence[tuple[bool, float]],
    stalls: Sequence[tuple[float, float]],
    start: float,
    end: float,
) -> Loaded:
    took = np.array([seconds for _, seconds in answers]) * 1e3
    late = np.array([by for at, by in stalls if start <= at <= end] or [0.0]) * 1e3
    return Loaded(
        asked=len(answers),
        failed=sum(not answered for answered, _ in answers),
        median_ms=float(np.median(took)),
        p95_ms=float(np.percentile(took, 95)),
        longest_ms=float(took.max()),
        stall_ms=float(late.max()),
        stall_p99_ms=float(np.percentile(late, 99)),
    )


def _processor() -> float:
    """Return the processor time of this process and of those it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def _busy() -> float:
    """Return the processor time of the whole machine."""
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()
    user, nice, system, _idle, _waiting, interrupts, soft = map(int, first[1:8])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
