"""Speed: ranking beside other search engines, and the whole service at 2,000 entries.

python bench/speed.py [--large] [--write] [--only kernel|service] [--seed N]
"""

import argparse
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib import pyplot
from peers import PEERS, Corpus, Search, Terms
from report import OURS, THEIRS, save_plot, table, targets, today, write_part
from service import ENTRIES, PER_SECOND, Loaded, Service
from service import measure as measure_service
from synthetic import Synthetic, synthetic
from threadpoolctl import threadpool_limits

from bot.ranking import WEIGHTS, SignalValues, best_places
from bot.signals import word_signals
from faq.build import build_words
from faq.index import FaqIndex
from nlp.synonyms import SynonymTable

US: Final = "toiawase"
DEPTH: Final = 20
ROUNDS: Final = 5
QUESTIONS: Final = 60
_ROUND_SECONDS: Final = 4.0
_LEAST: Final = 3
_SIZES: Final = (2_000, 20_000)
_LARGE: Final = (200_000,)
_WEIGHTS: Final = {name: WEIGHTS[name] for name in ("lexical", "coverage")}


@dataclass
class Timed:
    """Processor times of one engine in microseconds: round, question -> time."""

    times: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return float(np.median(list(self.times.values())))

    @property
    def p95(self) -> float:
        return float(np.percentile(list(self.times.values()), 95))

    @property
    def rounds(self) -> list[float]:
        """The median of each round: how much it moves tells how steady the machine was."""
        by_round: dict[int, list[float]] = {}
        for (at, _question), took in self.times.items():
            by_round.setdefault(at, []).append(took)
        return [float(np.median(took)) for took in by_round.values()]

    def ratio_to(self, other: "Timed") -> float:
        """Return the median of time / time of the other, question by question, round by round."""
        both = self.times.keys() & other.times.keys()
        return float(np.median([self.times[one] / other.times[one] for one in both]))


Kernel = Mapping[int, Mapping[str, Timed]]


def main() -> None:
    parser = argparse.ArgumentParser(description="速さを測ります")
    parser.add_argument("--large", action="store_true", help="20万件でも測ります（数分かかります）")
    parser.add_argument("--only", choices=("kernel", "service"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="docs/benchmarks.md に書きます")
    asked = parser.parse_args()
    threadpool_limits(1)  # one core for everyone
    if asked.only != "service":
        sizes = (*_SIZES, *_LARGE) if asked.large else _SIZES
        kernel = {size: measure_kernel(size, asked.seed) for size in sizes}
        text = _kernel_text(kernel)
        print(text)
        if asked.write:
            _plot(kernel)
            write_part("kernel", text + "\n\n![順位づけの速さの比較](img/bench-speed.svg)")
    if asked.only != "kernel":
        with tempfile.TemporaryDirectory() as scratch:
            service = measure_service(Path(scratch), asked.seed)
        text = _service_text(service)
        print(text)
        if asked.write:
            write_part("service", text)


def measure_kernel(size: int, seed: int) -> dict[str, Timed]:
    """Time every engine on one corpus: in each round all of them, in a new order."""
    print(f"{size} entries ...", flush=True)
    made = synthetic(size, QUESTIONS, seed)
    texts = ["".join(words) for words in made.entries]
    corpus = Corpus(texts, made.entries)
    with tempfile.TemporaryDirectory() as scratch:
        engines: dict[str, Search] = {US: _ours(made, Path(scratch))}
        for peer in PEERS:
            if size <= peer.largest:
                engines[peer.label] = peer.open(corpus)
                print(f"  {peer.name} is ready", flush=True)
        gc.collect()
        return _time_all(engines, made.questions, seed)


def _ours(made: Synthetic, folder: Path) -> Search:
    book = made.book()
    build_words(book, folder, lambda text: tuple(text.split()))
    index = FaqIndex.load(folder, book.index_digest)
    synonyms = SynonymTable([])  # the peers know none either

    def search(terms: Terms, _text: str, many: int) -> list[int]:
        signals = word_signals(index, synonyms.concepts(terms))
        scores = SignalValues(signals, _WEIGHTS).scores()
        found: list[int] = best_places(scores, many).tolist()
        return found

    return search


def _time_all(
    engines: Mapping[str, Search], questions: Sequence[Terms], seed: int
) -> dict[str, Timed]:
    timed = {name: Timed() for name in engines}
    for search in engines.values():
        search(questions[0], "".join(questions[0]), DEPTH)
    for at in range(ROUNDS):
        order = list(engines)
        random.Random(seed + at).shuffle(order)
        for name in order:
            _time_round(engines[name], questions, at, timed[name])
    return timed


def _time_round(search: Search, questions: Sequence[Terms], at: int, timed: Timed) -> None:
    begun = time.perf_counter()
    for number, terms in enumerate(questions):
        if number >= _LEAST and time.perf_counter() - begun > _ROUND_SECONDS:
            return  # slow engines answer fewer questions; ratios compare the same ones
        text = "".join(terms)
        start = time.thread_time_ns()
        search(terms, text, DEPTH)
        timed.times[at, number] = (time.thread_time_ns() - start) / 1e3


def _kernel_text(kernel: Kernel) -> str:
    labels = [US, *(peer.label for peer in PEERS)]
    ratios = table(
        ["toiawase の何倍かかるか", *(f"{size:,} 件" for size in kernel)],
        [[name, *(_ratio(kernel[size], name) for size in kernel)] for name in labels],
    )
    times = table(
        ["1問あたりの時間（ミリ秒）", *(f"{size:,} 件" for size in kernel)],
        [[name, *(_times(kernel[size], name) for size in kernel)] for name in labels],
    )
    return "\n\n".join(
        [
            _kernel_caption(),
            ratios,
            "次の表は目安です。中央値 / 95 パーセンタイル、かっこの中は回ごとの中央値の幅です。",
            times,
            targets(_kernel_targets(kernel)),
        ]
    )


def _kernel_caption() -> str:
    return (
        f"{today()}に測りました。実際の文章と同じように語の多さがかたよった、作りものの FAQ集です"
        f"（種を決めてあるので、いつも同じものになります）。{QUESTIONS} 問を {ROUNDS} 回、"
        "毎回すべてのしくみを順番を変えて測り、計算に使った時間（CPU 時間、1つの処理、"
        f"1スレッド）を同じ質問どうしで比べています。上位 {DEPTH} 件を求めるまでで、"
        "語に分ける時間は入りません。toiawase は、ことばの一致と、質問のことばを含む割合の"
        "2つを求めて合わせます（ほかは1つだけです）。「—」は、遅いか大きすぎるので測っていません。"
    )


def _kernel_targets(kernel: Kernel) -> list[tuple[str, str, str, bool | None]]:
    rows: list[tuple[str, str, str, bool | None]] = []
    for size, most in ((2_000, 0.3), (200_000, 1.0)):
        if size in kernel:
            took = kernel[size][US].median / 1e3
            rows.append((f"{size:,} 件の順位づけ", f"{most} ms 以下", _ms(took), took <= most))
        else:
            rows.append((f"{size:,} 件の順位づけ", f"{most} ms 以下", "—", None))
    fts5 = next(peer.label for peer in PEERS if peer.name == "FTS5")
    for size, timed in kernel.items():
        faster = timed[fts5].ratio_to(timed[US])
        shown = f"{faster:.1f} 倍速い" if faster >= 1 else f"{1 / faster:.1f} 倍遅い"
        rows.append((f"{size:,} 件で SQLite FTS5 より", "速い", shown, faster > 1))
        fastest = min((one for one in timed if one != US), key=lambda one: timed[one].median)
        slower = 1 / timed[fastest].ratio_to(timed[US])
        what = f"{size:,} 件で最も速いもの（{fastest}）の"
        rows.append((what, "3 倍以内", f"{slower:.1f} 倍", slower <= 3))
    return rows


def _ratio(timed: Mapping[str, Timed], name: str) -> str:
    return f"{timed[name].ratio_to(timed[US]):.2f}" if name in timed else "—"


def _times(timed: Mapping[str, Timed], name: str) -> str:
    if name not in timed:
        return "—"
    one = timed[name]
    low, high = min(one.rounds) / 1e3, max(one.rounds) / 1e3
    return f"{_ms(one.median / 1e3)} / {_ms(one.p95 / 1e3)}（{_ms(low)}〜{_ms(high)}）"


def _ms(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.1f}"


def _plot(kernel: Kernel) -> None:
    figure, panel = pyplot.subplots(figsize=(8, 4))
    for name in [US, *(peer.label for peer in PEERS)]:
        sizes = [size for size in kernel if name in kernel[size]]
        ours = name == US
        panel.plot(
            sizes,
            [kernel[size][name].median / 1e3 for size in sizes],
            marker="o",
            color=OURS if ours else THEIRS,
            linewidth=2.5 if ours else 1,
        )
        panel.annotate(
            name,
            (sizes[-1], kernel[sizes[-1]][name].median / 1e3),
            xytext=(6, -3),
            textcoords="offset points",
            fontsize=8,
        )
    panel.set(xscale="log", yscale="log", xlabel="FAQ の件数", ylabel="1問の時間（ミリ秒）")
    panel.grid(alpha=0.3)
    save_plot(figure, "bench-speed.svg")


def _service_text(service: Service) -> str:
    switched = "新しい公開版に切り替わりました" if service.switched else "切り替わりませんでした"
    caption = (
        f"{today()}に測りました。見本の市の FAQ に、名詞を入れ替えた写しを足して {ENTRIES:,} 件に"
        "したものを、実際の命令で公開し、動かしています。点検用質問も見本の市のものです。"
        "時間は目安です。"
    )
    about_load = (
        f"毎秒 {PER_SECOND} 問を送り続けながら、FAQ を1件直して公開しました（{switched}）。"
        "時間は質問を送る予定の時刻から応答が届くまで、停止は受付の処理が次に進めなかった時間です。"
        f"この間、ほかのプログラムが計算の力の {service.others:.0%} を使っていました"
        "（多いときは、この表の値は悪い方にずれます）。"
    )
    times = [
        ["質問1つの応答（意味も使う、CPU 時間）", *_spread(service.consider)],
        ["入力中の候補（CPU 時間）", *_spread(service.suggest)],
    ]
    header = ["", "質問", "失敗", "中央値（ms）", "95 %（ms）", "最長（ms）", "最長の停止（ms）"]
    loaded = [
        ["ふだん", *_loaded_cells(service.calm)],
        ["公開している間", *_loaded_cells(service.publishing)],
    ]
    return "\n\n".join(
        [
            caption,
            table(["", "中央値（ms）", "95 パーセンタイル（ms）"], times),
            "公開にかかる時間の内わけです（秒）。",
            _steps_table(service),
            about_load,
            table(header, loaded),
            targets(_service_targets(service)),
        ]
    )


def _steps_table(service: Service) -> str:
    first, again = service.first_publish.steps, service.republish[-1].steps
    rows = [
        [name, *(f"{one[name]:.1f}" if name in one else "—" for one in (first, again))]
        for name in dict.fromkeys((*first, *again))
    ]
    return table(["", "はじめての公開", "1件直してからの公開"], rows)


def _service_targets(service: Service) -> list[tuple[str, str, str, bool | None]]:
    considered = statistics.median(service.consider)
    suggested = statistics.median(service.suggest)
    started, again = statistics.median(service.start), [one.wall for one in service.republish]
    first, failed = service.first_publish, service.publishing.failed
    stall = max(service.publishing.stall_ms - service.calm.stall_ms, 0.0)
    memory = service.rss_mb
    start_spread = f"（{min(service.start):.1f}〜{max(service.start):.1f}）"
    again_spread = f"（{min(again):.1f}〜{max(again):.1f}）"
    return [
        ("質問1つの応答", "8 ms 以下", f"{considered:.1f} ms", considered <= 8),
        ("入力中の候補", "2 ms 以下", f"{suggested:.1f} ms", suggested <= 2),
        ("1つの処理が使う記憶", "420 MB 以下", f"{memory:.0f} MB", memory <= 420),
        ("始めてから最初の応答まで", "3 秒以下", f"{started:.1f} 秒{start_spread}", started <= 3),
        (
            f"{ENTRIES:,} 件の公開",
            "90 秒以下",
            f"{first.wall:.0f} 秒（CPU {first.cpu:.0f} 秒）",
            first.wall <= 90,
        ),
        (
            "1件直してからの公開",
            "10 秒以下",
            f"{statistics.median(again):.1f} 秒{again_spread}",
            statistics.median(again) <= 10,
        ),
        ("公開中の失敗", "0 件", f"{failed} 件", failed == 0),
        ("公開中の停止（ふだんより長い分）", "50 ms 以下", f"{stall:.0f} ms", stall <= 50),
    ]


def _spread(times: Sequence[float]) -> tuple[str, str]:
    return f"{np.median(times):.2f}", f"{np.percentile(times, 95):.2f}"


def _loaded_cells(one: Loaded) -> list[str]:
    times = (one.median_ms, one.p95_ms, one.longest_ms, one.stall_ms)
    return [f"{one.asked:,}", str(one.failed), *(f"{value:.1f}" for value in times)]


if __name__ == "__main__":
    main()
