"""How many actions staff need to clear the inbox, done at the real console over HTTP.

python bench/clearing.py [--misses 100] [--needs 30] [--seed 1]

Needs are drawn from the sample city's golden questions: of some the phrasings are taken out of the
folder, of others the whole entry; a few are none of the city's business, small talk, or say who
asks. `toiawase serve` is asked in their words until there are so many misses, and sorts them. A
clerk who knows what each need is clears cluster by cluster. An action is a press of a button or a
link, also of 「ほかの処理」 where the right button lies behind it; forms sent are also counted.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import httpx
from clerk import Cleared, Clerk
from impact import taken_out
from misses import reworded
from rich.console import Console
from rich.table import Table
from service import COMMAND, free_port

from bot.inquiry import miss_reason
from bot.question import Question
from channels.backend import Backend, ensure_release, open_backend
from channels.clock import now
from channels.settings import Settings
from channels.staff.gate import COOKIE
from faq.files.folder import read_folder
from faq.files.folder_edit import FolderEditor
from nlp.normalise import normalise

SAMPLE: Final = Path(__file__).parent.parent / "faq" / "entries" / "shiomi"
MOST_ACTIONS: Final = 2
SHARES: Final = {
    "聞き方が足りない": 0.5,
    "FAQがない": 0.25,
    "市の仕事でない": 0.15,
    "あいさつ・雑談": 0.05,
    "個人情報": 0.05,
}
"""What share of the needs is of which kind."""

_IN_JAPANESE: Final = ("plain", "colloquial", "speech", "kana", "typos")
_FAR: Final = "none-far"
_TALK: Final = (
    ("うーん", "ううん", "うーむ"),
    ("ねえねえ", "ねえ", "ねえってば"),
    ("きみはだれ", "あなたはだれ", "だれなの"),
    ("ひまだ", "ひまだなあ", "ひまです"),
)
_NAMES: Final = ("山本花子", "佐々木太郎", "渡辺健一", "小林美咲")
_TRIES: Final = 60
_PATIENCE: Final = 300.0


@dataclass(frozen=True)
class Need:
    """What somebody wants, in several wordings that are all missed."""

    kind: str
    entry_id: str
    asked: tuple[Question, ...]


def main() -> None:
    """Read the arguments, clear the inbox and print how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=int, default=100)
    parser.add_argument("--needs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        cleared = cleared_of(Path(made), given.needs, given.misses, random.Random(given.seed))
    Console().print(table_of(cleared))
    if statistics.median(one.actions for one in cleared) > MOST_ACTIONS:
        raise SystemExit("要対応の1つに、操作が多くかかりすぎます")


def cleared_of(root: Path, many: int, misses: int, chance: random.Random) -> list[Cleared]:
    """Fill an inbox, clear it, and make sure that it is empty."""
    folder = Path(shutil.copytree(SAMPLE, root / "faq"))
    golden = golden_of(folder)
    removed = [one.id for one in taken_out(folder, chance, many=many // 2)]
    stripped = without_phrasings(folder, chance, set(golden) - set(removed), 2 * many)
    settings = Settings(state_folder=root / "var", faq_folder=folder)
    backend = open_backend(settings, now)
    ensure_release(backend)
    needs = drawn(backend, golden, removed, stripped, many, chance)
    backend.accounts.add("bench", "editor", "とても長い合い言葉です2026", now())
    token = backend.accounts.open_session("bench", now())
    texts = asked_of(backend, needs, misses, chance)
    questions = {one.id: one.question for one in backend.shelf.desk().book.entries}
    backend.close()
    with served(root) as address, httpx.Client(base_url=address, timeout=60) as client:
        for text, _ in texts:
            client.post("/api/v1/questions", json={"text": text}).raise_for_status()
        client.cookies.set(COOKIE, token)
        clerk = Clerk(client, {text: (need.kind, need.entry_id) for text, need in texts}, questions)
        clerk.wait_for(len(texts), _PATIENCE)
        return clerk.clear_all()


def golden_of(folder: Path) -> dict[str, list[str]]:
    """Return the golden questions in Japanese by their best entry; "" is none of the city's."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in (folder / "golden.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        relevant = one["relevant"]
        if relevant and one["set"] in _IN_JAPANESE:
            found[max(relevant, key=relevant.__getitem__)].append(one["query"])
        elif one["set"] == _FAR:
            found[""].append(one["query"])
    return dict(found)


def without_phrasings(
    folder: Path, chance: random.Random, entry_ids: set[str], many: int
) -> list[str]:
    """Take all but the question of some entries out of a folder; return their ids."""
    editor = FolderEditor(folder, normalise)
    entries = read_folder(folder, normalise).book.by_id
    known = [one for one in sorted(entry_ids) if one in entries and entries[one].phrasings]
    chosen = chance.sample(known, min(many, len(known)))
    for one in chosen:
        version = editor.entry(one).version
        editor.change_entry(replace(entries[one], phrasings=(), keywords=()), version)
    return chosen


def drawn(
    backend: Backend,
    golden: Mapping[str, Sequence[str]],
    removed: Sequence[str],
    stripped: Sequence[str],
    many: int,
    chance: random.Random,
) -> list[Need]:
    """Draw needs of every kind that nobody would be answered."""
    far = chance.sample(golden[""], len(golden[""]))
    talk = chance.sample(_TALK, len(_TALK))
    offered: dict[str, list[tuple[str, Sequence[str]]]] = {
        "聞き方が足りない": [(one, golden.get(one, ())) for one in stripped],
        "FAQがない": [(one, golden.get(one, ())) for one in removed],
        "市の仕事でない": [("", (one,)) for one in far],
        "あいさつ・雑談": [("", one) for one in talk],
        "個人情報": [(one, signed(golden.get(one, ()), chance)) for one in reversed(stripped)],
    }
    needs: list[Need] = []
    for kind, share in SHARES.items():
        taken = {one.entry_id for one in needs if one.entry_id}
        free = ((one, missed(backend, some)) for one, some in offered[kind] if one not in taken)
        found = (Need(kind, one, some) for one, some in free if some)
        needs += itertools.islice(found, max(1, round(share * many)))
    return needs


def signed(texts: Sequence[str], chance: random.Random) -> list[str]:
    """Return questions in which the asker says who it is."""
    return [f"{chance.choice(_NAMES)}です。{text}" for text in texts]


def missed(backend: Backend, texts: Sequence[str]) -> tuple[Question, ...]:
    """Return the questions that nobody would be answered."""
    asked = (Question.from_text(one, "web", now()) for one in texts)
    return tuple(one for one in asked if is_missed(backend, one))


def is_missed(backend: Backend, question: Question) -> bool:
    """Tell whether a question would come to the inbox."""
    reply = backend.shelf.desk().consider(question)
    return miss_reason(reply.kind, None, reply.confidence) is not None


def wordings(backend: Backend, need: Need, many: int, chance: random.Random) -> list[str]:
    """Return the wordings of a need, and others of it that are missed, too: enough to ask."""
    found = dict.fromkeys(one.text for one in need.asked)
    for _ in range(_TRIES if need.kind != "あいさつ・雑談" else 0):
        if len(found) >= many:
            break
        question = reworded(chance.choice(need.asked), chance)
        if is_missed(backend, question):
            found[question.text] = None
    return list(found)


def asked_of(
    backend: Backend, needs: Sequence[Need], misses: int, chance: random.Random
) -> list[tuple[str, Need]]:
    """Return what is asked, and for which need: each at least once, some of them often."""
    times = Counter([*needs, *chance.choices(needs, k=misses - len(needs))])
    asked = []
    for need, many in times.items():
        texts = itertools.cycle(wordings(backend, need, many, chance))
        asked += [(text, need) for text in itertools.islice(texts, many)]
    chance.shuffle(asked)
    return asked


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Run `toiawase serve` until the block ends; yields its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (root / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            env=os.environ
            | {
                "TOIAWASE_STATE_FOLDER": str(root / "var"),
                "TOIAWASE_FAQ_FOLDER": str(root / "faq"),
                "TOIAWASE_RATE_LIMIT": "off",
            },
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_ready(server, address)
            yield address
        finally:
            server.terminate()
            server.wait(30)


def wait_until_ready(server: "subprocess.Popen[bytes]", address: str) -> None:
    """Return when the server answers."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server does not answer")


def table_of(cleared: Sequence[Cleared]) -> Table:
    """Return how many actions the clusters of each kind took."""
    actions = [one.actions for one in cleared]
    misses = sum(one.misses for one in cleared)
    table = Table(
        title=f"要対応 {misses} 件、まとまり {len(cleared)}: "
        f"操作の中央値 {statistics.median(actions):g}、平均 {statistics.mean(actions):.2f}"
    )
    for heading in ("用件", "まとまり", "提案のとおり", "中央値", "最大", "送信の中央値"):
        table.add_column(heading, justify="left" if heading == "用件" else "right")
    for kind in (*SHARES, "すべて"):
        some = [one for one in cleared if kind in (one.kind, "すべて")]
        if some:
            table.add_row(
                kind,
                str(len(some)),
                str(sum(one.as_proposed for one in some)),
                f"{statistics.median(one.actions for one in some):g}",
                str(max(one.actions for one in some)),
                f"{statistics.median(one.forms for one in some):g}",
            )
    return table


if __name__ == "__main__":
    main()
