"""LINE when much comes at once, its API is slow or failing, or the service is killed."""

import os
import random
import shutil
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.channels.line.account import Account, files_of
from tests.channels.line.platform import (
    SECRET,
    TOKEN,
    Faults,
    Platform,
    again,
    deliver,
    platform,
    words,
)
from tests.channels.line.schema import Json
from tests.conftest import SMALL_CITY
from tests.running import Process, run_command, serve_process

QUESTIONS = ("粗大ごみを捨てたい", "引っ越してきた 何をする", "明日の天気は？", "住民票ほしい")
AT_ONCE = 30


@pytest.fixture
def state(tmp_path: Path, published_state: Path) -> Path:
    return Path(shutil.copytree(published_state, tmp_path / "var"))


@contextmanager
def served(state: Path, made: Platform) -> Iterator[Process]:
    """Serve the small city with an account on the platform."""
    settings = {
        "TOIAWASE_LINE_CHANNEL_SECRET": SECRET,
        "TOIAWASE_LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "TOIAWASE_LINE_API_BASE": made.address,
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        with serve_process(state, SMALL_CITY) as process:
            yield process


def asked(state: Path) -> int:
    done = run_command("inquiries", "export", "--jsonl", state=state, faq=SMALL_CITY)
    assert done.returncode == 0, done.stderr
    return len(done.stdout.splitlines())


def deliver_all(address: str, events: list[Json], seconds: list[float]) -> None:
    """Deliver events from many threads at once, each three times; note how long each took."""
    waiting = [one for event in events for one in (event, event, again(event))]
    random.Random(3).shuffle(waiting)
    lock = threading.Lock()

    def work() -> None:
        with httpx.Client(base_url=address, timeout=20) as site:
            while True:
                with lock:
                    if not waiting:
                        return
                    event = waiting.pop()
                started = time.monotonic()
                assert deliver(site, event).status_code == 200
                with lock:
                    seconds.append(time.monotonic() - started)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_burst_is_answered_once_each_while_the_api_is_slow_and_failing(state: Path) -> None:
    with platform() as made, served(state, made) as process:
        with httpx.Client(base_url=process.address, timeout=20) as site:
            warm = made.text("ありがとう", "first")
            deliver(site, warm)
            made.wait_for(warm)
        made.faults = Faults(slow=0.1, failing=0.1)
        events = [
            made.text(f"{QUESTIONS[at % len(QUESTIONS)]} {at}", f"U{at % 90}") for at in range(300)
        ]
        seconds: list[float] = []
        deliver_all(process.address, events, seconds)
        for event in events:
            made.wait_for(event, 60)
        time.sleep(1)
        assert [len(made.replies_to(event)) for event in events] == [1] * 300
        assert [call for call, _ in made.calls if call.endswith(("/push", "/multicast"))] == []
        assert made.problems == []
        assert asked(state) == 301
        told = statistics.quantiles(seconds, n=100)[98]
        print(f"\n900 webhooks, {AT_ONCE} at once: p99 {told * 1_000:.0f} ms")  # noqa: T201


def test_talks_are_answered_in_order(state: Path) -> None:
    with platform() as made, served(state, made) as process:
        made.faults = Faults(slow=0.3, seconds=0.3, failing=0.2)
        events = [made.text(f"粗大ごみを捨てたい {at}", "U1") for at in range(12)]
        with httpx.Client(base_url=process.address, timeout=20) as site:
            for event in events:
                deliver(site, event)
            for event in events:
                made.wait_for(event, 60)
        order = [one.token for one in made.sent]
        assert order == [event["replyToken"] for event in events]


def test_a_kill_between_keeping_and_answering_loses_nothing(state: Path) -> None:
    with platform() as made:
        made.faults = Faults(slow=1.0, seconds=3.0)
        with served(state, made) as process:
            with httpx.Client(base_url=process.address, timeout=20) as site:
                events = [made.text(f"粗大ごみを捨てたい {at}", f"U{at}") for at in range(8)]
                deliver(site, *events)
            os.kill(process.popen.pid, signal.SIGKILL)
        assert made.sent == []
        made.faults = Faults()
        with served(state, made):
            for event in events:
                made.wait_for(event, 30)
            time.sleep(0.5)
        assert sorted(one.token for one in made.sent) == sorted(e["replyToken"] for e in events)
        assert asked(state) == len(events)


def test_what_came_too_late_is_not_tried_but_noted(account: Account) -> None:
    account.platform.faults = Faults(answers=[(500, "Internal Server Error")] * 500)
    event = account.platform.text("粗大ごみを捨てたい")
    account.send(event)
    while len(account.platform.calls) < 2:
        time.sleep(0.01)
    account.clock.pass_by(59)
    account.settle()
    tried = len(account.platform.calls)
    time.sleep(0.5)
    assert len(account.platform.calls) == tried
    assert account.platform.sent == []
    account.platform.faults = Faults()
    token = account.platform.new_token()
    account.send(again(event, token))
    account.settle()
    assert [one.token for one in account.platform.sent] == [token]
    assert len(list(account.backend.inquiries.each())) == 1


def test_an_old_redelivery_opens_no_new_minute(account: Account) -> None:
    event = account.platform.text("粗大ごみを捨てたい")
    event["timestamp"] = int((account.clock().timestamp() - 21 * 60) * 1_000)
    account.send(again(event))
    account.settle()
    assert account.platform.calls == []


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        ((500, "Internal Server Error"), 2),
        ((429, "The API rate limit has been exceeded. Try again later."), 2),
        ((429, "You have reached your monthly limit."), 1),
        ((400, "The request body has 1 error(s)"), 1),
        ((401, "Authentication failed"), 1),
        ((403, "Not available"), 1),
    ],
)
def test_only_what_may_pass_is_tried_again(
    account: Account, answer: tuple[int, str], tries: int
) -> None:
    account.platform.faults = Faults(answers=[answer])
    account.send(account.platform.text("粗大ごみを捨てたい"))
    account.settle()
    replies = [call for call, _ in account.platform.calls if call.endswith("/reply")]
    assert len(replies) == tries
    assert len(account.platform.sent) == tries - 1


def spellings(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield personal data as people type them, each with what must not be found."""
    wide = str.maketrans("0123456789-@", "０１２３４５６７８９－＠")
    kanji = str.maketrans("0123456789", "〇一二三四五六七八九")
    while True:
        digits = "".join(str(chance.randrange(10)) for _ in range(12))
        kind = chance.randrange(4)
        if kind == 0:
            plain = f"{digits[:6]}taro@mail{digits[6:8]}.example.jp"
        elif kind == 1:
            plain = chance.choice(
                (
                    f"090-{digits[:4]}-{digits[4:8]}",
                    f"090{digits[:8]}",
                    f"03 {digits[:4]} {digits[4:8]}",
                )
            )
        elif kind == 2:
            plain = chance.choice((digits, f"{digits[:4]} {digits[4:8]} {digits[8:]}"))
        else:
            plain = chance.choice((f"〒{digits[:3]}-{digits[3:7]}", f"{digits[:3]}-{digits[3:7]}"))
        how = chance.randrange(4)
        typed = plain.translate(wide) if how == 1 else plain
        typed = plain.translate(kanji) if how == 2 and "@" not in plain else typed
        yield typed, plain


def test_personal_data_never_comes_to_disk_or_back(account: Account) -> None:
    chance = random.Random(12)
    made = [next(spellings(chance)) for _ in range(500)]
    events = [
        account.platform.text(f"{typed} ですが粗大ごみを捨てたい", f"U{at}")
        for at, (typed, _) in enumerate(made)
    ]
    for at in range(0, len(events), 50):
        account.send(*events[at : at + 50])
    account.settle(60)
    assert len(account.platform.sent) == 500
    on_disk = files_of(account.backend.settings.state_folder)
    sent = words(message for one in account.platform.sent for message in one.messages)
    for typed, plain in made:
        for told in {typed, plain}:
            assert told.encode() not in on_disk, told
            assert told not in sent, told
