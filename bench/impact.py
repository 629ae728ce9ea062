"""How well the gate before publishing tells bad edits from good ones, and how quick it is.

python bench/impact.py [--edits 50] [--golden 250] [--seed 1]
python bench/impact.py --speed
"""

import argparse
import itertools
import random
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edits_by_seed import BAD, GOOD, Edit
from rich.console import Console
from rich.progress import track
from rich.table import Table
from synthetic_folder import make_folder

from bot.impact import Heard
from bot.inquiry import inquiry_of
from bot.question import Question
from channels.backend import Backend, ensure_release, open_backend
from channels.settings import Settings
from faq.files.folder import read_folder
from faq.files.folder_edit import FolderEditor
from faq.problem import FaqFolderError
from nlp.normalise import normalise

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parent.parent / "faq" / "entries" / "shiomi"


@dataclass(frozen=True)
class Told:
    """What the gate says of one edit."""

    kind: str
    rules: tuple[str, ...]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--golden", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        if arguments.speed:
            speed(Path(made))
        else:
            quality(Path(made), arguments.edits, arguments.golden, arguments.seed)


def quality(root: Path, edits: int, golden: int, seed: int) -> None:
    """Try edits of both kinds and print which are pointed out."""
    console = Console()
    folder = Path(shutil.copytree(SAMPLE, root / "faq"))
    thin(folder / "golden.jsonl", golden, seed)
    backend = opened(root, folder)
    past = list(asked_before(backend, golden, seed))
    same = backend.publisher.draft(folder, past, AT).impact
    console.print(f"変えないとき: 応答が変わる質問 {len(same.flips)}、指摘 {len(same.findings)}")
    for title, kinds in (("わるい直し", BAD), ("よい直し", GOOD)):
        told = [
            tried(backend, folder, kind, edit, past, seed * 1_000 + at)
            for at, (kind, edit) in track(
                list(enumerate(itertools.islice(itertools.cycle(kinds.items()), edits))),
                description=title,
                console=console,
            )
        ]
        console.print(table_of(title, told))


def opened(root: Path, folder: Path) -> Backend:
    """Open a state in which the folder is published."""
    backend = open_backend(Settings(state_folder=root / "var", faq_folder=folder), lambda: AT)
    ensure_release(backend)
    return backend


def thin(path: Path, keep: int, seed: int) -> None:
    """Keep some of the golden questions: each draft asks all of them."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = sorted(random.Random(seed).sample(range(len(lines)), min(keep, len(lines))))
    path.write_text("".join(lines[at] for at in kept), encoding="utf-8")


def asked_before(backend: Backend, many: int, seed: int) -> list[Heard]:
    """Return past questions: wordings of the FAQ as people retype them."""
    chance = random.Random(seed + 1)
    desk = backend.shelf.desk()
    wordings = [text for entry in desk.book.entries for text in entry.phrasings]
    found: list[Heard] = []
    for text in chance.sample(wordings, min(many, len(wordings))):
        asked = Question.from_text(retyped(text, chance), "web", AT - timedelta(days=3))
        found.append(
            (inquiry_of(asked, desk.consider(asked), 1), chance.choice((None, None, True)))
        )
    return found


def retyped(text: str, chance: random.Random) -> str:
    """Return a text with a small slip or a filler, as people type it."""
    at = chance.randrange(len(text))
    return chance.choice(
        (f"{text}のですが", f"{text[:at]}{text[at + 1 :]}", f"すみません {text}", text)
    )


def tried(
    backend: Backend, folder: Path, kind: str, edit: Edit, past: list[Heard], seed: int
) -> Told:
    """Make one edit in a copy of the folder and return what is pointed out."""
    with tempfile.TemporaryDirectory() as made:
        copy = Path(shutil.copytree(folder, Path(made) / "faq"))
        book = read_folder(copy, normalise).book
        editor = FolderEditor(copy, normalise)
        try:
            edit(editor, book, random.Random(seed), AT.date())
            impact = backend.publisher.draft(copy, past, AT).impact
        except FaqFolderError:
            return Told(kind, ("check",))
        shutil.rmtree(
            backend.shelf.index_folder(read_folder(copy, normalise).book.digest), ignore_errors=True
        )
    return Told(kind, tuple(sorted({one.rule for one in impact.findings})))


def table_of(title: str, told: list[Told]) -> Table:
    """Return how many of each kind were pointed out, and by which rules."""
    found = sum(bool(one.rules) for one in told)
    table = Table(title=f"{title}: {len(told)} 件のうち {found} 件を指摘")
    for heading in ("直し", "件数", "指摘", "きまり"):
        table.add_column(heading)
    kinds = dict.fromkeys(one.kind for one in told)
    by_kind = {kind: [one for one in told if one.kind == kind] for kind in kinds}
    for kind, some in by_kind.items():
        rules = sorted({rule for one in some for rule in one.rules})
        pointed = sum(bool(one.rules) for one in some)
        table.add_row(kind, str(len(some)), str(pointed), "、".join(rules))
    return table


def speed(root: Path) -> None:
    """Replay 10,000 past questions on a draft of 2,000 entries and print how long it takes."""
    console = Console()
    folder = root / "faq"
    make_folder(folder, 2_000, seed=1)
    backend = opened(root, folder)
    desk = backend.shelf.desk()
    chance = random.Random(1)
    texts = [text for entry in desk.book.entries for text in (entry.question, *entry.phrasings)]
    asked = [f"{chance.choice(texts)} {at}" for at in range(10_000)]
    questions = [Question.from_text(text, "web", AT) for text in asked]
    reply = desk.consider(questions[0])
    past: list[Heard] = [(inquiry_of(one, reply, 1), None) for one in questions]
    editor = FolderEditor(folder, normalise)
    for round_ in ("はじめて（今の公開版にも聞く）", "次から（今の公開版の応答は残っている）"):
        editor.add_phrasing(desk.book.entries[0].id, f"新しい聞き方 {round_}")
        steps: dict[str, float] = {}
        began = time.perf_counter()

        def note(step: str, done: int, total: int, steps: dict[str, float] = steps) -> None:
            steps.setdefault(step, time.perf_counter())

        draft = backend.publisher.draft(folder, past, AT, note)
        whole = time.perf_counter() - began
        replay = time.perf_counter() - steps["これまでの質問への影響を確かめています"]
        console.print(
            f"{round_}: 全体 {whole:.0f} 秒、そのうち 10,000 問の再現とまわりの確認 "
            f"{replay:.0f} 秒、変わる質問 {len(draft.impact.flips)}"
        )
        backend.publisher.publish(draft, AT, reason="", by="bench", accept_broken=True)


if __name__ == "__main__":
    main()
