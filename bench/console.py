"""How quickly the console's pages answer when much was asked.

    python bench/console.py [--inquiries 100000] [--clusters 2000]

Records and clusters are made by code and stored as the service stores them; the pages are asked
for over HTTP, as a browser would, by somebody who is signed in.
"""

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import uvicorn
from rich.console import Console
from rich.table import Table

from bot.inbox import Cluster
from bot.inquiry import Inquiry, Nearest
from bot.miss_sorting import Profile
from bot.proposals import NearEntry, Proposal
from channels.backend import Backend, ensure_release, open_backend
from channels.commands.serve import server_config
from channels.settings import Settings
from channels.staff.gate import COOKIE
from nlp.personal_data import mask

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parent.parent / "faq" / "entries" / "shiomi"
TIMES = 20
PORTION = 5_000
PATHS = (
    "/staff/",
    "/staff/?first=980",
    "/staff/?words=手続き",
    "/staff/?channel=line&reason=unsure",
    "/staff/clusters/{cluster}",
    "/staff/entries",
    "/staff/entries?show=changed",
    "/staff/entries/new?cluster={cluster}",
    "/staff/entries/gomi-hi",
    "/staff/entries/gomi-hi/history",
    "/staff/texts",
    "/staff/texts/notices",
    "/staff/texts/offices/kita-kumin",
    "/staff/texts/sentences/fire",
    "/staff/publish",
    "/staff/look-up",
    "/staff/log",
    "/staff/accounts",
)


@dataclass(frozen=True)
class Sizes:
    """How much is stored."""

    inquiries: int
    misses: int
    clusters: int


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inquiries", type=int, default=100_000)
    parser.add_argument("--misses", type=int, default=30_000)
    parser.add_argument("--clusters", type=int, default=2_000)
    arguments = parser.parse_args()
    sizes = Sizes(arguments.inquiries, arguments.misses, arguments.clusters)
    with tempfile.TemporaryDirectory() as made:
        backend = open_backend(
            Settings(state_folder=Path(made) / "var", faq_folder=SAMPLE), lambda: AT
        )
        ensure_release(backend)
        cluster = fill(backend, sizes)
        backend.accounts.add("bench", "admin", "とても長い合い言葉です2026", AT)
        token = backend.accounts.open_session("bench", AT)
        with served(backend) as address:
            Console().print(measured(address, token, cluster, sizes))


def fill(backend: Backend, sizes: Sizes) -> str:
    """Store inquiries, and sort the misses into clusters; return the largest cluster's id."""
    chance = random.Random(1)
    entries = backend.shelf.desk().book.entries
    wordings = [text for entry in entries for text in (entry.question, *entry.phrasings)]
    members: dict[str, str] = {}
    names = [f"{number:08}-cccc-7000-8000-000000000000" for number in range(sizes.clusters)]
    for start in range(0, sizes.inquiries, PORTION):
        some = [
            inquiry(number, number < sizes.misses, chance, wordings)
            for number in range(start, start + PORTION)
        ]
        backend.inquiries.add(some)
        for one in some:
            if one.kind != "answered":
                # Few needs are asked often, many seldom.
                members[one.id] = names[int(chance.random() ** 3 * sizes.clusters)]
    made = [cluster(name, chance, wordings, entries[0].id) for name in names]
    backend.clusters.sort_in(made, {})
    listed = list(members.items())
    for start in range(0, len(listed), PORTION):
        backend.clusters.sort_in([], dict(listed[start : start + PORTION]))
    return names[0]


def inquiry(number: int, is_miss: bool, chance: random.Random, wordings: list[str]) -> Inquiry:
    """Return one made-up record."""
    return Inquiry(
        id=f"{number:08}-0000-7000-8000-000000000000",
        kind=chance.choice(("unanswered", "unsure")) if is_miss else "answered",
        channel=chance.choice(("web", "line", "staff")),
        text=mask(f"{chance.choice(wordings)} {chance.randrange(99)}"),
        language="ja",
        ward=None,
        entry_id=None if is_miss else "gomi-hi",
        confidence=0.3 if is_miss else 0.9,
        asked_at=AT - timedelta(minutes=chance.randrange(60 * 24 * 60)),
        release=1,
        nearest=(Nearest("gomi-hi", 1.0),),
    )


def cluster(name: str, chance: random.Random, wordings: list[str], entry_id: str) -> Cluster:
    """Return one made-up cluster with its proposals."""
    texts = tuple(chance.sample(wordings, 4))
    near = (NearEntry(entry_id, 0.5, "確からしさが足りません。"),)
    proposals = (
        Proposal("phrasing", 0.6, entry_id, texts[0], 3, 20, near),
        Proposal("new_entry", 0.4, nearest=near),
    )
    profile = msgspec.json.encode(Profile(texts, proposals))
    return Cluster(name, texts[0], AT, proposals=profile, proposed_for="1")


def measured(address: str, token: str, cluster_id: str, sizes: Sizes) -> Table:
    """Return how long each page takes, in milliseconds."""
    title = f"問合せ記録 {sizes.inquiries:,}、要対応 {sizes.misses:,}、まとまり {sizes.clusters:,}"
    table = Table(title=title)
    table.add_column("画面")
    for heading in ("はじめて", "中央値", "95%"):
        table.add_column(f"{heading}（ミリ秒）", justify="right")
    headers = {"cookie": f"{COOKIE}={token}", "accept": "text/html"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        for path in PATHS:
            first, *rest = (asked(client, path.format(cluster=cluster_id)) for _ in range(TIMES))
            p95 = sorted(rest)[int(len(rest) * 0.95)]
            table.add_row(path, f"{first:.0f}", f"{statistics.median(rest):.0f}", f"{p95:.0f}")
    return table


def asked(client: httpx.Client, path: str) -> float:
    """Return how long a page takes, in milliseconds."""
    began = time.perf_counter()
    answer = client.get(path)
    took = 1_000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return took


@contextmanager
def served(backend: Backend) -> Iterator[str]:
    """Serve on a free port."""
    server = uvicorn.Server(server_config(backend, "127.0.0.1", 0))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
