"""Quality of the ranking beside other search engines, on the same questions, texts and terms.

python bench/quality.py --faq FOLDER_OR_CSV --questions FILE... [--write]
"""

import argparse
import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib import pyplot
from numpy.typing import NDArray
from peers import PEERS, Corpus
from report import OURS, THEIRS, save_plot, table, today, write_part

from bot.decision import Thresholds
from bot.evaluation import RANKING_DEPTH, Judged, figures, judge
from bot.indexing import build_index
from bot.open_desk import open_desk
from channels.clock import now
from faq.book import FaqBook
from faq.entry import FaqEntry
from faq.files.golden import GoldenQuestion
from faq.files.sources import read_book, read_questions
from faq.office import JAPAN
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser

MEASURES: Final = {
    "sr_at_1": "SR@1",
    "sr_at_5": "SR@5",
    "mrr": "MRR",
    "recall_at_10": "Recall@10",
    "ndcg_at_10": "nDCG@10",
}
WITH_MEANING: Final = "toiawase"
WORDS_ONLY: Final = "toiawase（ことばだけ）"
_RESAMPLES: Final = 5_000

Values = Mapping[str, NDArray[np.float64]]
"""For each measure, one value a question."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description="順位づけの質を、ほかの検索のしくみと並べて測ります"
    )
    parser.add_argument("--faq", required=True, type=Path, help="FAQ のフォルダ、または CSV")
    parser.add_argument("--questions", required=True, type=Path, nargs="+", help="点検用質問")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="docs/benchmarks.md に書きます")
    asked = parser.parse_args()
    book = _public_book(read_book(asked.faq, normalise))
    golden = _questions(asked.questions, book)
    values = measure(book, golden)
    text = _text(values, len(book.entries), len(golden), asked.seed)
    print(text)
    if asked.write:
        _plot(values)
        write_part("quality", text + "\n\n![検索の質の比較](img/bench-quality.svg)")


def measure(book: FaqBook, golden: Sequence[GoldenQuestion]) -> dict[str, Values]:
    """Return the values of every engine, ours first."""
    values = {
        WITH_MEANING: _values(_judged_by_us(book, golden, with_meaning=True)),
        WORDS_ONLY: _values(_judged_by_us(book, golden, with_meaning=False)),
    }
    tokeniser = SudachiTokeniser()
    texts = [entry_text(entry) for entry in book.entries]
    corpus = Corpus(texts, [tokeniser.terms(text) for text in texts])
    for peer in PEERS:
        print(f"{peer.name} ...", flush=True)
        search = peer.open(corpus)
        judged = []
        for one in golden:
            plain = normalise(one.query)
            found = search(tokeniser.terms(plain), plain, RANKING_DEPTH)
            ranking = tuple((book.entries[at].id, -float(rank)) for rank, at in enumerate(found))
            judged.append(Judged(one, "unsure", 0.0, (), ranking))
        values[peer.label] = _values(judged)
    return values


def entry_text(entry: FaqEntry) -> str:
    """Return all that toiawase indexes of an entry, each piece once."""
    pieces = (piece for wording in entry.wordings() for piece in wording)
    return "\n".join(dict.fromkeys((*pieces, *entry.keywords)))


def _judged_by_us(
    book: FaqBook, golden: Sequence[GoldenQuestion], *, with_meaning: bool
) -> list[Judged]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / book.digest
        build_index(book, folder, with_meaning=with_meaning)
        desk = open_desk(book, folder, SudachiTokeniser(), Thresholds())
        return judge(desk, golden, now())


def _values(judged: Sequence[Judged]) -> Values:
    each = [dataclasses.asdict(figures([one])) for one in judged]
    return {name: np.array([one[name] for one in each], dtype=np.float64) for name in MEASURES}


def _text(values: Mapping[str, Values], entries: int, questions: int, seed: int) -> str:
    best = max((peer.label for peer in PEERS), key=lambda name: values[name]["ndcg_at_10"].mean())
    rows = [
        [name, *(f"{values[name][measure].mean():.3f}" for measure in MEASURES)] for name in values
    ]
    differences = [
        [ours, *(_difference(values[ours][one], values[best][one], seed) for one in MEASURES)]
        for ours in (WITH_MEANING, WORDS_ONLY)
    ]
    header = ["", *MEASURES.values()]
    caption = (
        f"{today()}に測りました。FAQ {entries:,} 件、答えのある質問 {questions:,} 件。"
        "どのしくみにも、同じ文章と、Sudachi で分けた同じ語を渡しています"
        "（文字で探す2つには、文章そのものを渡しています）。"
    )
    about = (
        f"ほかのしくみのうち nDCG@10 が最もよい {best} との差です。"
        "かっこの中は、同じ質問どうしの差を 5,000 回取り直して求めた 95 % の区間です"
        "（0 をまたがなければ、偶然とは言いにくい差です）。"
    )
    return "\n\n".join([caption, table(header, rows), about, table(header, differences)])


def _difference(ours: NDArray[Any], theirs: NDArray[Any], seed: int) -> str:
    """Return the mean paired difference with its bootstrap interval of 95 %."""
    gap = ours - theirs
    drawn = np.random.default_rng(seed).integers(0, len(gap), (_RESAMPLES, len(gap)), np.int32)
    low, high = np.percentile(gap[drawn].mean(axis=1), [2.5, 97.5])
    return f"{gap.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def _plot(values: Mapping[str, Values]) -> None:
    shown = ("sr_at_1", "mrr", "recall_at_10", "ndcg_at_10")
    figure, panels = pyplot.subplots(1, len(shown), figsize=(11, 3.2), sharey=True)
    names = list(values)[::-1]
    for panel, name in zip(panels, shown, strict=True):
        means = [values[engine][name].mean() for engine in names]
        colours = [OURS if engine in (WITH_MEANING, WORDS_ONLY) else THEIRS for engine in names]
        panel.barh(names, means, color=colours)
        panel.bar_label(panel.containers[0], fmt="%.2f", padding=2, fontsize=8)
        panel.set_title(MEASURES[name], fontsize=10)
        panel.set_xlim(0, 1)
    save_plot(figure, "bench-quality.svg")


def _public_book(book: FaqBook) -> FaqBook:
    """Leave out what citizens cannot see today: peers know neither audience nor expiry."""
    today_here = now().astimezone(JAPAN).date()
    seen = (one for one in book.entries if one.audience == "public" and one.is_current(today_here))
    return dataclasses.replace(book, entries=tuple(seen))


def _questions(paths: Sequence[Path], book: FaqBook) -> list[GoldenQuestion]:
    found = [one for path in paths for one in read_questions(path)]
    return [one for one in found if one.relevant and one.relevant.keys() <= book.by_id.keys()]


if __name__ == "__main__":
    main()
