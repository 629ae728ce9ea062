"""What durable records cost: commits shared and not, requests beside a bare FastAPI, and memory.

python bench/durability.py [--write] [--memory 200000] [--only commits|requests|memory]

The figures are ratios of what ran in turn in the same minutes: the clock of a machine that does
other work too, and its disk, swing by more than a factor of two.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

from report import table, targets, today, write_part
from rich.progress import track
from service import COMMAND, ENTRIES, Town, free_port
from synthetic_folder import sample_questions

from bot.inquiry import Inquiry, new_id
from bot.store.database import open_database
from bot.store.inquiries import SqlInquiries
from bot.store.writer import GroupCommitWriter
from channels.clock import now
from nlp.personal_data import mask

WAITERS: Final = 64
ROUNDS: Final = 8
CONNECTIONS: Final = 16
_FAMILIAR: Final = 200
"""How many questions are asked again and again."""

_RECORDS: Final = 512
_ROUND_SECONDS: Final = 3.0
_BARE: Final = (sys.executable, str(Path(__file__).with_name("bare_server.py")))
_SAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Commits:
    """Durable records a second in one round: alone, shared, and bare syncs of the same disk."""

    alone: float
    shared: float
    syncs: float

    @property
    def ratio(self) -> float:
        return self.shared / self.alone


@dataclass(frozen=True, slots=True)
class Requests:
    """Processor time of a request in one round, in microseconds.

    `fresh` are questions that nobody asked before, `again` are asked once more.
    """

    bare: float
    fresh: float
    again: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of the server after some questions, in MB that no other process shares."""

    asked: int
    megabytes: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--memory", type=int, default=20_000, help="questions to ask")
    parser.add_argument("--only", choices=("commits", "requests", "memory"))
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        for name, page in measured(Path(made), chosen):
            print(page)
            if chosen.write:
                write_part(name, page)


def measured(root: Path, chosen: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Measure what was chosen, and yield each part of the page by its name."""
    if chosen.only in (None, "commits"):
        yield "commits", commits_shown(measure_commits(root))
    if chosen.only == "commits":
        return
    town = published(root, chosen.seed)
    texts = sample_questions()
    if chosen.only in (None, "requests"):
        yield "requests", requests_shown(measure_requests(town, texts))
    if chosen.only in (None, "memory"):
        yield "memory", memory_shown(measure_memory(town, texts, chosen.memory))


def measure_commits(root: Path) -> list[Commits]:
    """Store records from 64 that wait: each with a commit of its own, and sharing commits."""
    engine = open_database(f"sqlite:///{root / 'commits' / 'toiawase.db'}", now())
    inquiries = SqlInquiries(engine)
    rounds = []
    for _ in track(range(ROUNDS), "記録を書いています"):
        alone = asyncio.run(_alone(inquiries))
        shared = asyncio.run(_shared(inquiries))
        rounds.append(Commits(alone, shared, _syncs(root)))
    engine.dispose()
    return rounds


async def _alone(inquiries: SqlInquiries) -> float:
    records, begun = iter(_records(_RECORDS // 2)), time.perf_counter()

    async def wait() -> None:
        for record in records:
            await asyncio.to_thread(inquiries.add, [record])

    await asyncio.gather(*(wait() for _ in range(WAITERS)))
    return _RECORDS // 2 / (time.perf_counter() - begun)


async def _shared(inquiries: SqlInquiries) -> float:
    writer = GroupCommitWriter(inquiries.add)
    writer.start()
    many = _RECORDS * 16
    records, begun = iter(_records(many)), time.perf_counter()

    async def wait() -> None:
        for record in records:
            await writer.record(record)

    await asyncio.gather(*(wait() for _ in range(WAITERS)))
    took = time.perf_counter() - begun
    await asyncio.to_thread(writer.stop)
    return many / took


def _records(many: int) -> list[Inquiry]:
    at = now()
    return [
        Inquiry(
            id=new_id(at),
            kind="unanswered",
            channel="web",
            text=mask(f"粗大ごみを捨てたい {number}"),
            language="ja",
            ward=None,
            entry_id=None,
            confidence=0.1,
            asked_at=at,
            release=1,
            nearest=(),
        )
        for number in range(many)
    ]


def _syncs(root: Path) -> float:
    file = os.open(root / "synced", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    begun = time.perf_counter()
    for _ in range(100):
        os.write(file, b"x" * 4_096)
        os.fdatasync(file)
    os.close(file)
    return 100 / (time.perf_counter() - begun)


def published(root: Path, seed: int) -> Town:
    """Return a town of 2,000 entries, published without meaning."""
    town = Town(root, seed)
    town.environment["TOIAWASE_MEANING"] = "false"
    town.publish_by_command()
    return town


def measure_requests(town: Town, texts: Sequence[str]) -> list[Requests]:
    """Ask both servers in turn, and see what processor time each spends on a request."""
    fresh = (f"{text} {number}" for number, text in enumerate(cycle(texts)))
    again = cycle(texts[:: len(texts) // _FAMILIAR])
    with ExitStack() as running:
        ports = free_port(), free_port()
        bare, ours = (
            running.enter_context(town.running(port, *command, "--port", str(port)))
            for port, command in zip(
                ports, (_BARE, (*COMMAND, "serve", "--only", "public")), strict=True
            )
        )
        kinds = ((bare, ports[0], again), (ours, ports[1], fresh), (ours, ports[1], again))
        for _, port, asked in kinds:
            asyncio.run(_ready(port))
            asyncio.run(_ask_for(port, asked, _ROUND_SECONDS))
        return [
            Requests(*(_spent(server, port, asked) for server, port, asked in kinds))
            for _ in track(range(ROUNDS), "質問しています")
        ]


def _spent(server: int, port: int, texts: Iterator[str]) -> float:
    before = _processor_of(server)
    done = asyncio.run(_ask_for(port, texts, _ROUND_SECONDS))
    return (_processor_of(server) - before) / done * 1e6


def measure_memory(town: Town, texts: Sequence[str], many: int) -> list[Memory]:
    """Ask very many questions, and look at the server's memory now and then."""
    port = free_port()
    with town.running(port, *COMMAND, "serve", "--only", "public", "--port", str(port)) as server:
        asyncio.run(_ready(port))
        samples = []
        for sample in track(range(_SAMPLES + 1), "たくさん質問しています"):
            samples.append(Memory(sample * many // _SAMPLES, _own_memory(server)))
            if sample < _SAMPLES:
                asyncio.run(_ask_many(port, texts, many // _SAMPLES))
    return samples


async def _ready(port: int) -> None:
    for _ in range(600):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        if await _post(reader, writer, "こんにちは"):
            writer.close()
            return
        writer.close()
        await asyncio.sleep(0.1)
    raise TimeoutError("the server does not answer")


async def _ask_for(port: int, texts: Iterator[str], seconds: float) -> int:
    """Ask from several connections for some time; return how many were answered."""
    end, done = time.monotonic() + seconds, 0

    async def ask() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < end:
            assert await _post(reader, writer, next(texts))
            done += 1
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return done


async def _ask_many(port: int, texts: Sequence[str], many: int) -> None:
    numbers = iter(range(many))

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            assert await _post(reader, writer, texts[number % len(texts)])
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> bool:
    """Ask on a connection that stays open; return whether there was a 200."""
    body = json.dumps({"text": text}).encode()
    head = (
        "POST /api/v1/questions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answered = await reader.readuntil(b"\r\n\r\n")
    length = answered.lower().split(b"content-length:")[1].split(b"\r\n")[0]
    await reader.readexactly(int(length))
    return b" 200 " in answered[:20]


def _processor_of(server: int) -> float:
    fields = Path(f"/proc/{server}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _own_memory(server: int) -> float:
    rolled = Path(f"/proc/{server}/smaps_rollup").read_text(encoding="ascii").splitlines()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in rolled[1:]}
    return (kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]) / 1_024


def commits_shown(commits: Sequence[Commits]) -> str:
    """Return what was measured of commits, and the target."""
    ratio = statistics.median(one.ratio for one in commits)
    rows = [
        ["1件ずつ", _spread([one.alone for one in commits])],
        ["まとめて（このしくみ）", _spread([one.shared for one in commits])],
        ["同じディスクの同期（fdatasync）", _spread([one.syncs for one in commits])],
    ]
    return "\n\n".join(
        [
            (
                f"{today()}に測りました。{WAITERS} 件が同時に待つときの、1秒に書ける記録の数です"
                f"（{ROUNDS} 回の中央値と幅）。"
            ),
            table(["書き方", "記録/秒"], rows),
            targets([("まとめて書く速さ", "1件ずつの 15 倍以上", f"{ratio:.0f} 倍", ratio >= 15)]),
        ]
    )


def requests_shown(requests: Sequence[Requests]) -> str:
    """Return what was measured of requests, and the targets."""
    shares = [
        (name, statistics.median(one.bare / of(one) for one in requests))
        for name, of in (
            ("はじめての質問", lambda one: one.fresh),
            ("くり返される質問", lambda one: one.again),
        )
    ]
    rows = [
        ["何もしない FastAPI", _spread([one.bare for one in requests])],
        ["はじめての質問に答えて記録する", _spread([one.fresh for one in requests])],
        ["くり返される質問に答えて記録する", _spread([one.again for one in requests])],
    ]
    return "\n\n".join(
        [
            (
                f"{today()}に測りました。1つの要求に使う計算の時間です"
                f"（意味を使わない {ENTRIES:,} 件、質問はどれもすべて記録。"
                f"{ROUNDS} 回の中央値と幅）。くり返される質問は {_FAMILIAR} 問です。"
            ),
            table(["", "マイクロ秒"], rows),
            targets(
                [
                    (
                        f"何もしない FastAPI に対して、{name}",
                        "45 % 以上",
                        f"{share:.0%}",
                        share >= 0.45,
                    )
                    for name, share in shares
                ]
            ),
        ]
    )


def memory_shown(memory: Sequence[Memory]) -> str:
    """Return what was measured of memory, and the target."""
    growth = memory[-1].megabytes / memory[1].megabytes - 1
    rows = [[f"{one.asked:,}", f"{one.megabytes:.0f}"] for one in memory[:: _SAMPLES // 4]]
    warm = f"{memory[1].asked:,} 問から {memory[-1].asked:,} 問まで"
    return "\n\n".join(
        [
            f"{today()}に測りました。答え続けるあいだの記憶の量（そのプロセスだけの分）です。",
            table(["答えた数", "MB"], rows),
            targets([(f"記憶の増え方（{warm}）", "5 % 以下", f"{growth:+.1%}", growth <= 0.05)]),
        ]
    )


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):,.0f}（{min(values):,.0f}〜{max(values):,.0f}）"


if __name__ == "__main__":
    main()
