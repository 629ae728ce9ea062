"""LINE on several processes and PostgreSQL: one answer to each message, whoever is killed."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from tests.channels.line.platform import Faults, Platform, again, deliver, platform
from tests.channels.line.schema import Json
from tests.conftest import SMALL_CITY
from tests.faults.test_line import AT_ONCE, QUESTIONS, served
from tests.running import Process, run_command

FEW = 60
MANY = 300


class Deliveries:
    """Webhooks sent to two machines by many threads; what one does not take goes to the other."""

    def __init__(self, addresses: Sequence[str], events: Sequence[Json]) -> None:
        self._addresses = addresses
        self._waiting = [one for event in events for one in (event, event, again(event))]
        random.Random(3).shuffle(self._waiting)
        self._lock = threading.Lock()
        self.taken = 0
        self.tried_again = 0
        self._threads = [threading.Thread(target=self._work) for _ in range(AT_ONCE)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while self.taken < count:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(timeout=120)
            assert not thread.is_alive()

    def _work(self) -> None:
        with httpx.Client(timeout=20) as client:
            while True:
                with self._lock:
                    if not self._waiting:
                        return
                    event = self._waiting.pop()
                self._deliver(client, event)

    def _deliver(self, client: httpx.Client, event: Json) -> None:
        for turn in range(50):
            first = self._addresses[(self.taken + turn) % len(self._addresses)]
            client.base_url = httpx.URL(first)
            try:
                status = deliver(client, event).status_code
            except httpx.TransportError:
                status = 0
            with self._lock:
                self.taken += status == 200
                self.tried_again += status != 200
            if status == 200:
                return
        raise AssertionError("nobody takes the webhook")


def recorded(state: Path) -> Counter[int]:
    """Return how often each message was recorded, by its number."""
    done = run_command("inquiries", "export", "--jsonl", state=state, faq=SMALL_CITY)
    assert done.returncode == 0, done.stderr
    texts = (json.loads(line)["text"] for line in done.stdout.splitlines())
    return Counter(int(text.removesuffix("番").split()[-1]) for text in texts)


def answer_all(
    shared: Path, made: Platform, one: Process, two: Process, many: int, *, with_kill: bool
) -> Deliveries:
    made.faults = Faults(slow=0.1, failing=0.1)
    events = [
        made.text(f"{QUESTIONS[at % len(QUESTIONS)]} {at}番", f"U{at % 90}") for at in range(many)
    ]
    deliveries = Deliveries([one.address, two.address], events)
    deliveries.start()
    if with_kill:
        deliveries.wait_for(many)
        one.popen.kill()
    deliveries.finish()
    for event in events:
        made.wait_for(event, 90)
    time.sleep(1)
    assert [len(made.replies_to(event)) for event in events] == [1] * many
    assert [call for call, _ in made.calls if call.endswith(("/push", "/multicast"))] == []
    assert made.problems == []
    assert recorded(shared / "two") == Counter(range(many))
    return deliveries


@pytest.mark.parametrize(
    ("many", "with_kill"),
    [
        pytest.param(MANY, False, marks=pytest.mark.acceptance, id="calm"),
        pytest.param(MANY, True, marks=pytest.mark.acceptance, id="killed"),
        pytest.param(FEW, True, id="few"),
    ],
)
def test_each_message_is_answered_once_by_two_machines(
    shared: Path, many: int, with_kill: bool
) -> None:
    began = time.monotonic()
    with platform() as made:
        made.token_seconds = 120.0  # a busy test machine is slower than any token
        with served(shared / "one", made) as one, served(shared / "two", made) as two:
            deliveries = answer_all(shared, made, one, two, many, with_kill=with_kill)
    print(  # noqa: T201
        f"\n{many} messages, each delivered 3 times to 2 machines, {AT_ONCE} at once: all "
        f"answered and recorded once, {deliveries.tried_again} deliveries tried again, "
        f"{time.monotonic() - began:.0f} s"
    )
