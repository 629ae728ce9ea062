"""Questions at a steady rate, whether the ones before are answered or not."""

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx


@dataclass
class Steady:
    """What became of the questions so far."""

    acknowledged: list[str] = field(default_factory=list)
    unrecorded: int = 0
    failed: list[str] = field(default_factory=list)
    retried: int = 0
    seconds: list[tuple[float, float]] = field(default_factory=list)
    """When each was asked, and how long it took; both in seconds."""

    def between(self, start: float, end: float) -> str:
        """Say how long the answers took to questions of one stretch of time."""
        took = sorted(each for at, each in self.seconds if start <= at < end)
        last = statistics.quantiles(took, n=100)[98]
        return (
            f"{len(took)} answers, median {statistics.median(took) * 1_000:.0f} ms, "
            f"p99 {last * 1_000:.0f} ms, longest {took[-1] * 1_000:.0f} ms"
        )


@contextmanager
def asking_steadily(addresses: Sequence[str], a_second: float, tries: int = 1) -> Iterator[Steady]:
    """Ask all addresses in turn; a client that may try again waits a little before."""
    told = Steady()
    stop = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_ask_until(stop, addresses, a_second, tries, told))
    )
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


async def _ask_until(
    stop: threading.Event, addresses: Sequence[str], a_second: float, tries: int, told: Steady
) -> None:
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client, asyncio.TaskGroup() as all_:
        began, number = time.monotonic(), 0
        while not stop.is_set():
            address = addresses[number % len(addresses)]
            all_.create_task(_ask(client, address, number, tries, told))
            number += 1
            await asyncio.sleep(max(0.0, began + number / a_second - time.monotonic()))


async def _ask(
    client: httpx.AsyncClient, address: str, number: int, tries: int, told: Steady
) -> None:
    at = time.monotonic()
    why = ""
    for turn in range(tries):
        if turn:
            told.retried += 1
            await asyncio.sleep(0.2)
        try:
            answer = await client.post(
                f"{address}/api/v1/questions", json={"text": f"粗大ごみを捨てたい {number}"}
            )
        except httpx.TransportError as error:
            why = repr(error)
            continue
        if answer.status_code == 200:
            _note(answer.json(), told)
            told.seconds.append((at, time.monotonic() - at))
            return
        why = answer.text
    told.failed.append(why)


def _note(reply: dict[str, str], told: Steady) -> None:
    if reply["inquiry_id"]:
        told.acknowledged.append(reply["inquiry_id"])
    else:
        told.unrecorded += 1
