"""Fit how several needs are told from one (bot/data/several_needs.json) on the sample city.

python scripts/fit_several_needs.py STATE_FOLDER [--write]

STATE_FOLDER is one in which the sample city is published. scripts/several_needs.jsonl holds
messages with two or three needs (`|` stands where they part; `needs` lists the ids that may answer
each) and messages with one need that look as if there were more; golden questions have one need.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from bot.confidence import Logistic
from bot.desk import InquiryDesk
from bot.features import Features
from bot.question import Question
from bot.search import DEPTH
from bot.several_needs import Halves, SeveralNeedsModel
from channels.backend import open_backend
from channels.settings import Settings
from faq.files.folder import read_folder
from nlp.normalise import normalise

_ROOT: Final = Path(__file__).parent.parent
_CITY: Final = _ROOT / "faq/entries/shiomi"
_TARGET: Final = _ROOT / "bot/data/several_needs.json"
_AT: Final = datetime(2026, 11, 27, 3, tzinfo=UTC)
_KEPT: Final = 0.95
"""Share of the right cuts that must be searched."""

_SPLIT: Final = 0.018
"""Share of messages with one need that may be split; a sixth of them look as if there were two."""

_BESIDE: Final = 0.3
"""How much a wrong cut of a message with two needs counts: another cut wins over it anyway."""


@dataclass(frozen=True)
class Example:
    """A cut of a message: whether it parts two needs, and what its words and its parts tell."""

    message: int
    kind: str
    is_right: bool
    halves: Halves


def main() -> None:
    """Fit both models, show how they do on messages they were not fitted on, write when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("--write", action="store_true", help="write bot/data/several_needs.json")
    arguments = parser.parse_args()
    backend = open_backend(Settings(state_folder=arguments.state, faq_folder=_CITY), lambda: _AT)
    texts = list(_texts())
    examples = list(_examples(backend.shelf.desk(), texts))
    counts = {kind: [one for one, _ in texts].count(kind) for kind in ("several", "one", "golden")}
    plausible, told = _fitted(examples, [one.halves.told for one in examples])
    right = np.array([one.is_right for one in examples])
    plausible_from = float(np.quantile(told[right], 1 - _KEPT))
    searched = [
        one
        for one, share in zip(examples, told, strict=True)
        if share >= plausible_from and one.halves.are_answered
    ]
    parts, shares = _fitted(searched, [one.halves.features for one in searched])
    best = _best_of_messages(searched, shares)
    single = sorted((share for kind, share, _ in best if kind != "several"), reverse=True)
    parts_from = single[int(_SPLIT * (counts["one"] + counts["golden"]))]
    _show("searched", _best_of_messages(examples, told), plausible_from, counts)
    _show("split", best, parts_from, counts)
    model = SeveralNeedsModel(plausible, plausible_from, parts, parts_from)
    if arguments.write:
        _TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")


def _texts() -> Iterator[tuple[str, str]]:
    lines = (_ROOT / "scripts/several_needs.jsonl").read_text(encoding="utf-8").splitlines()
    for one in map(json.loads, lines):
        yield ("several" if one["needs"] else "one", normalise(one["query"]))
    golden = read_folder(_CITY, normalise).golden
    yield from (("golden", normalise(one.query)) for one in golden if one.set != "staff")


def _examples(desk: InquiryDesk, texts: Sequence[tuple[str, str]]) -> Iterator[Example]:
    for message, (kind, marked) in enumerate(texts):
        question = Question.from_text(marked.replace("|", ""), "web", _AT)
        whole = desk.search.searched(desk.search.rank(question))
        borders = [at - nth for nth, at in enumerate(_places(marked))]
        for cut, told in desk.needs.cuts(question.text):
            is_right = any(cut.border.start <= at <= cut.border.end for at in borders)
            halves = desk.needs.halves(question, whole, cut, told, DEPTH)
            yield Example(message, kind, is_right, halves)


def _places(marked: str) -> list[int]:
    return [at for at, char in enumerate(marked) if char == "|"]


def _fitted(
    examples: Sequence[Example], features: Sequence[Features]
) -> tuple[Logistic, NDArray[np.float64]]:
    """Return the model, and what models fitted on other messages say of each example."""
    names = list(features[0])
    values = np.array([[one[name] for name in names] for one in features])
    labels = np.array([one.is_right for one in examples], dtype=int)
    counted = np.array(
        [_BESIDE if one.kind == "several" and not one.is_right else 1.0 for one in examples]
    )
    messages = np.array([one.message for one in examples])
    regression = LogisticRegression(max_iter=5_000, C=3)
    shares = cross_val_predict(
        regression,
        values,
        labels,
        groups=messages,
        cv=GroupKFold(10),
        method="predict_proba",
        params={"sample_weight": counted},
    )[:, 1]
    fitted = regression.fit(values, labels, sample_weight=counted)
    weights = {name: float(one) for name, one in zip(names, fitted.coef_[0], strict=True)}
    return Logistic(weights, float(fitted.intercept_[0])), shares


def _best_of_messages(
    examples: Sequence[Example], shares: NDArray[np.float64]
) -> list[tuple[str, float, bool]]:
    """Return of each message its kind, and its likeliest cut's probability and rightness."""
    best: dict[int, tuple[str, float, bool]] = {}
    for one, share in zip(examples, shares, strict=True):
        if one.message not in best or share > best[one.message][1]:
            best[one.message] = (one.kind, float(share), one.is_right)
    return list(best.values())


def _show(
    name: str, best: Sequence[tuple[str, float, bool]], least: float, counts: dict[str, int]
) -> None:
    for kind, total in counts.items():
        taken = [is_right for one, share, is_right in best if one == kind and share >= least]
        print(f"{kind}: {name} {len(taken) / total:.3f}, rightly {sum(taken) / total:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
