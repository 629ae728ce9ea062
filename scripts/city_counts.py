"""Print how much a city's FAQ folder holds, in one table: entries, offices, items, questions."""

import csv
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.files.folder import FaqFolder, inspect_folder
from nlp.normalise import normalise

SAMPLE: Final = Path(__file__).parents[1] / "faq" / "entries" / "shiomi"


def counts_of(path: Path) -> Mapping[str, float]:
    """Return every count by its name, in the order of the table."""
    folder = inspect_folder(path, normalise).folder
    counted = _entries(folder.book) | _around(folder.book) | _items(path / "items")
    return counted | _golden(folder)


def _entries(book: FaqBook) -> dict[str, float]:
    entries = book.entries
    groups = {group.id for group in book.groups}

    def by_ward(entry: FaqEntry) -> bool:
        return bool(entry.by_ward) or entry.contact in groups

    return {
        "FAQ": len(entries),
        "分野": len({entry.topic for entry in entries}),
        "別の聞き方（1件あたりの平均）": _share(
            sum(len(e.phrasings) for e in entries), len(entries)
        ),
        "区で答えか窓口が違う FAQ": sum(map(by_ward, entries)),
        "区ごとの答えのある FAQ": sum(bool(entry.by_ward) for entry in entries),
        "やさしい日本語のある FAQ": sum(entry.easy is not None for entry in entries),
        "英語のある FAQ": sum("en" in entry.translations for entry in entries),
        "職員用の FAQ": sum(entry.audience == "staff" for entry in entries),
        "期限のある FAQ": sum(entry.expires_on is not None for entry in entries),
        "手続きをまとめた FAQ（本文にほかの FAQ へのリンクが5つ以上）": sum(
            entry.answer.count("](/faq/") >= 5 for entry in entries
        ),
    }


def _around(book: FaqBook) -> dict[str, float]:
    complete = [one for one in book.offices if one.hours and one.telephone and one.page]
    return {
        "窓口": len(book.offices),
        "時間・電話・ページのそろった窓口": len(complete),
        "昼休みのある窓口": sum(any(len(h.spans) > 1 for h in one.hours) for one in book.offices),
        "特別な日のある窓口": sum(bool(one.special_days) for one in book.offices),
        "区": len(book.wards),
        "町（区の平均）": _share(sum(len(ward.towns) for ward in book.wards), len(book.wards)),
        "駅": sum(len(ward.stations) for ward in book.wards),
        "決まった文": len(book.sentences),
        "決まった文を呼ぶことば": sum(len(one.words) for one in book.sentences),
    }


def _items(folder: Path) -> dict[str, float]:
    rows: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += csv.DictReader(file)
    return {
        "品物": len(rows),
        "読み・別名・分け方のそろった品物": sum(
            all(row.get(name) for name in ("reading", "aliases", "category")) for row in rows
        ),
        "分け方": len({row["category"] for row in rows}),
    }


def _golden(folder: FaqFolder) -> dict[str, float]:
    sets = Counter(question.set or "（名前なし）" for question in folder.golden)
    return {
        "点検用質問": len(folder.golden),
        "点検用質問: 答えがあるもの": sum(bool(one.relevant) for one in folder.golden),
        "点検用質問: 答えてはいけないもの": sum(not one.relevant for one in folder.golden),
        **{f"点検用質問: {name}": sets[name] for name in sorted(sets)},
    }


def _share(total: float, of: int) -> float:
    return round(total / of, 2) if of else 0


def main(path: Path) -> int:
    """Print the table of one folder; 1 when there is no such folder."""
    console = Console()
    if not path.is_dir():
        console.print(f"フォルダ「{path}」がありません。場所を確かめてください。")
        return 1
    table = Table("数えたもの", title=str(path))
    table.add_column("数", justify="right")
    for name, count in counts_of(path).items():
        table.add_row(name, f"{count:,}")
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE))
