"""How well the gate before publishing tells bad edits from good ones, and how quick it is.

python bench/impact.py [--edits 50] [--golden 200] [--seed 1] [--only 3,14,39]
python bench/impact.py --speed [--past 10000] [--entries 2000]

Of the sample city's golden questions, some stay in the folder; others, with slips, are what
citizens asked before; the rest, in their own words, are what edits are made of. A few entries are
taken out of the folder first: adding one again is a good edit.
"""

import argparse
import itertools
import json
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edits_by_seed import BAD, GOOD, Desk, Edit
from rich.console import Console
from rich.progress import track
from rich.table import Table
from synthetic_folder import make_folder, sample_questions
from threadpoolctl import threadpool_limits

from bot.impact import Heard
from bot.inquiry import inquiry_of
from bot.question import Question
from channels.backend import Backend, ensure_release, open_backend
from channels.commands.console import steps
from channels.settings import Settings
from faq.entry import FaqEntry
from faq.files.folder import read_folder
from faq.files.folder_edit import FolderEditor
from faq.problem import FaqError
from nlp.normalise import normalise
from nlp.progress import Progress

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parent.parent / "faq" / "entries" / "shiomi"
TAKEN_OUT = 8

Asked = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Told:
    """What the gate says of one edit, how many replies change, and how long it took."""

    kind: str
    rules: tuple[str, ...]
    flips: int
    seconds: float


@dataclass(frozen=True)
class Town:
    """A published folder with what was asked in it."""

    backend: Backend
    folder: Path
    past: Sequence[Heard]
    asked: Asked
    absent: Sequence[FaqEntry]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--golden", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=numbers, help="これらの番号の直しだけを試します（例: 3,14）")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--past", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=2_000)
    arguments = parser.parse_args()
    threadpool_limits(1)  # as the process has it that makes drafts for the console
    with tempfile.TemporaryDirectory() as made:
        if arguments.speed:
            speed(Path(made), arguments.past, arguments.entries)
        else:
            numbered = arguments.only or range(arguments.edits)
            quality(Path(made), numbered, arguments.golden, arguments.seed)


def numbers(text: str) -> list[int]:
    """Read numbers with commas between them."""
    return [int(one) for one in text.split(",")]


def quality(root: Path, numbered: Sequence[int], golden: int, seed: int) -> None:
    """Try edits of both kinds and print which are pointed out; a number is always the same one."""
    console = Console()
    town = town_of(root, golden, seed)
    same = town.backend.publisher.draft(town.folder, town.past, AT).impact
    console.print(f"変えないとき: 応答が変わる質問 {len(same.flips)}、指摘 {len(same.findings)}")
    for title, kinds in (("わるい直し", BAD), ("よい直し", GOOD)):
        listed = list(kinds.items())
        told = []
        for at in track(numbered, description=title, console=console):
            kind, edit = listed[at % len(listed)]
            told.append(tried(town, kind, edit, seed * 1_000 + at))
            if bool(told[-1].rules) != (kinds is BAD):
                console.print(f"ちがう: {at} {kind} {'、'.join(told[-1].rules)}")
        console.print(table_of(title, told))


def town_of(root: Path, golden: int, seed: int) -> Town:
    """Publish the sample city without a few entries, and ask what citizens ask."""
    chance = random.Random(seed)
    folder = Path(shutil.copytree(SAMPLE, root / "faq"))
    lines = (folder / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    chance.shuffle(lines)
    kept, before, spare = lines[:golden], lines[golden : 2 * golden], lines[2 * golden :]
    absent = taken_out(folder, chance)
    gone = {entry.id for entry in absent}
    kept = [line for line in kept if not gone & json.loads(line)["relevant"].keys()]
    (folder / "golden.jsonl").write_text("\n".join(kept), encoding="utf-8")
    backend = opened(root, folder)
    return Town(backend, folder, asked_before(backend, before, chance), single(spare), absent)


def taken_out(folder: Path, chance: random.Random, many: int = TAKEN_OUT) -> list[FaqEntry]:
    """Take a few entries out of a folder, such as nothing refers to."""
    (folder / "golden.jsonl").write_text("", encoding="utf-8")
    editor = FolderEditor(folder, normalise)
    entries = list(read_folder(folder, normalise).book.entries)
    chance.shuffle(entries)
    absent: list[FaqEntry] = []
    for entry in entries:
        try:
            editor.remove_entry(entry.id, editor.entry(entry.id).version)
            read_folder(folder, normalise)
        except FaqError:
            continue
        absent.append(entry)
        if len(absent) == many:
            break
    return absent


def single(lines: Sequence[str]) -> Asked:
    """Return the golden questions that one entry alone answers, put in Japanese."""
    read = [json.loads(line) for line in lines]
    return [
        (one["query"], next(iter(one["relevant"])))
        for one in read
        if len(one["relevant"]) == 1
        and one.get("set") not in ("english", "items", "staff", "typos")
    ]


def opened(root: Path, folder: Path) -> Backend:
    """Open a state in which the folder is published."""
    backend = open_backend(Settings(state_folder=root / "var", faq_folder=folder), lambda: AT)
    ensure_release(backend)
    return backend


def asked_before(backend: Backend, lines: Sequence[str], chance: random.Random) -> list[Heard]:
    """Return past questions: golden ones as people retype them; a third say if it helped."""
    desk = backend.shelf.desk()
    found: list[Heard] = []
    for line in lines:
        golden = json.loads(line)
        asked = Question.from_text(
            retyped(golden["query"], chance), "web", AT - timedelta(days=chance.randint(1, 170))
        )
        kept = inquiry_of(asked, desk.consider(asked), 1)
        is_right = kept.entry_id in golden["relevant"]
        said = chance.choice((None, None, is_right))
        found += [(kept, said)] * chance.choice((1, 1, 1, 2, 5))
    return found


def retyped(text: str, chance: random.Random) -> str:
    """Return a text with a small slip or a filler, as people type it."""
    at = chance.randrange(len(text))
    return chance.choice(
        (f"{text}のですが", f"{text[:at]}{text[at + 1 :]}", f"すみません {text}", text)
    )


def tried(town: Town, kind: str, edit: Edit, seed: int) -> Told:
    """Make one edit in a copy of the folder and return what is pointed out."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as made:
        copy = Path(shutil.copytree(town.folder, Path(made) / "faq"))
        book = read_folder(copy, normalise).book
        chance = random.Random(seed)
        editor = FolderEditor(copy, normalise)
        try:
            edit(Desk(editor, book, chance, AT.date(), town.asked, town.absent))
            draft = town.backend.publisher.draft(copy, town.past, AT)
        except FaqError:
            return Told(kind, ("check",), 0, time.perf_counter() - began)
        index = town.backend.shelf.index_folder(draft.folder.book)
        if draft.folder.book.index_digest != book.index_digest:
            shutil.rmtree(index, ignore_errors=True)
    rules = tuple(sorted({one.rule for one in draft.impact.findings}))
    return Told(kind, rules, len(draft.impact.flips), time.perf_counter() - began)


def table_of(title: str, told: list[Told]) -> Table:
    """Return how many of each kind were pointed out, and by which rules."""
    found = sum(bool(one.rules) for one in told)
    seconds = sum(one.seconds for one in told) / len(told)
    table = Table(title=f"{title}: {len(told)} 件のうち {found} 件を指摘（1件 {seconds:.0f} 秒）")
    for heading in ("直し", "件数", "指摘", "変わる質問", "きまり"):
        table.add_column(heading)
    kinds = dict.fromkeys(one.kind for one in told)
    by_kind = {kind: [one for one in told if one.kind == kind] for kind in kinds}
    for kind, some in by_kind.items():
        rules = sorted({rule for one in some for rule in one.rules})
        pointed = sum(bool(one.rules) for one in some)
        flips = "、".join(str(one.flips) for one in some)
        table.add_row(kind, str(len(some)), str(pointed), flips, "、".join(rules))
    return table


def speed(root: Path, past: int, entries: int) -> None:
    """Replay past questions on a draft of a large book and print how long it takes."""
    console = Console()
    folder = root / "faq"
    make_folder(folder, entries, seed=1)
    (folder / "golden.jsonl").write_text("", encoding="utf-8")
    backend = opened(root, folder)
    desk = backend.shelf.desk()
    chance = random.Random(1)
    texts = [text for entry in desk.book.entries for text in (entry.question, *entry.phrasings)]
    asked = dict.fromkeys(retyped(chance.choice(texts + sample_questions()), chance) for _ in texts)
    questions = [Question.from_text(text, "web", AT) for text in itertools.islice(asked, past)]
    reply = desk.consider(questions[0])
    heard: list[Heard] = [(inquiry_of(one, reply, 1), None) for one in questions]
    editor = FolderEditor(folder, normalise)
    for title in ("はじめて（今の公開版にも聞く）", "次から（今の公開版の応答は残っている）"):
        editor.add_phrasing(desk.book.entries[0].id, f"新しい聞き方 {title}")
        spent = Spent()
        with steps(title) as show:
            draft = backend.publisher.draft(folder, heard, AT, spent.noting(show))
        spent.note("おわり")
        console.print(spent.table(f"{title}: 質問 {draft.impact.replayed:,} 種類、FAQ {entries:,}"))
        backend.publisher.publish(draft, AT, reason="", by="bench", accept_broken=True)


class Spent:
    """When each step of some work began, on the clock and in processor time."""

    def __init__(self) -> None:
        self._begun: list[tuple[str, float, float]] = []

    def noting(self, show: Progress) -> Progress:
        """Return what notes each step, and shows it."""

        def told(step: str, done: int, total: int) -> None:
            self.note(step)
            show(step, done, total)

        return told

    def note(self, step: str) -> None:
        """Note a step when it begins."""
        if not self._begun or self._begun[-1][0] != step:
            self._begun.append((step, time.perf_counter(), processor_time()))

    def table(self, title: str) -> Table:
        """Return the seconds of each step, and of all of them."""
        table = Table(title=title)
        for heading in ("段階", "秒", "計算した秒"):
            table.add_column(heading, justify="left" if heading == "段階" else "right")
        for (step, clock, used), (_, until, used_then) in itertools.pairwise(self._begun):
            table.add_row(step, f"{until - clock:.1f}", f"{used_then - used:.1f}")
        (_, clock, used), (_, until, used_then) = self._begun[0], self._begun[-1]
        table.add_row("すべて", f"{until - clock:.1f}", f"{used_then - used:.1f}")
        return table


def processor_time() -> float:
    """Return the processor time of this process and of those that it has waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


if __name__ == "__main__":
    main()
