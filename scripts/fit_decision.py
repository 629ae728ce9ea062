"""Fit the shipped confidence models (bot/data/decision.json) on cities with known answers.

python scripts/fit_decision.py --city FAQ QUESTIONS SHARE [--city ...] [--foreign QUESTIONS]
    [--write]

FAQ is a folder or a CSV file, QUESTIONS one or more files joined by commas, SHARE how much the
city counts. Every in-scope question is also used with its own entries taken away. The table shown
is cross-validated by question, with the cuts chosen on the other folds.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import numpy as np
from decision_samples import City, Sample, samples_of
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression

from bot.calibration import Told, expected_calibration_error
from bot.confidence import ConfidenceModel, Logistic

FEATURES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "with_meaning": (
        ("nearest", "entropy", "wording"),
        ("nearest", "standing_out", "domain", "held"),
    ),
    "without_meaning": (
        ("entropy", "agreement", "lexical", "wording"),
        ("lexical_best", "coverage5"),
    ),
    "foreign": (("entropy", "agreement", "nearest"), ("nearest", "standing_out")),
}
"""What the `right` and the `scope` model of each kind look at."""

COVERAGE: Final = {"with_meaning": 0.41, "without_meaning": 0.3, "foreign": 0.15}
"""The share of the first city's questions that is Answered: so that four of five are right."""

IN_SCOPE_UNANSWERED: Final = 0.076
"""The share of the first city's questions that is Unanswered, for few off-topic ones not to be."""

ANSWER_SCOPE: Final = 0.75
"""Least P(in scope) of what is Answered: an answer needs better odds than a list to choose from."""

_FOLDS: Final = 5
_TARGET: Final = Path(__file__).parent.parent / "bot/data/decision.json"
# How much a kind of example counts beside one in-scope question of the same city, in sum.
_OFF: Final = 0.8
_REMOVED: Final = 0.2
_NEAR_OFF: Final = 0.2


def main() -> None:
    """Fit all models and show how they do on questions they did not see."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", nargs=3, action="append", required=True)
    parser.add_argument("--foreign", type=Path, help="questions in other languages, first city")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    cities = [
        City(Path(faq), [Path(one) for one in questions.split(",")], float(share))
        for faq, questions, share in given.city
    ]
    models = {}
    with TemporaryDirectory() as scratch:
        sampled = samples_of(cities, given.foreign, Path(scratch))
    for name, samples in sampled.items():
        fit = Fit(samples, [city.share for city in cities], *FEATURES[name], COVERAGE[name])
        models[name] = fit.model(*fit.cuts(*fit.out_of_fold(given.seed)))
        _show(name, fit, given.seed)
    if given.write:
        _TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(models), indent=1) + b"\n")


class Fit:
    """Fits both models on samples; one column of weights says how much each sample counts."""

    def __init__(
        self,
        samples: Sequence[Sample],
        shares: Sequence[float],
        right: tuple[str, ...],
        scope: tuple[str, ...],
        coverage: float,
    ) -> None:
        self.samples = samples
        self._coverage = coverage
        self.names = (right, scope)
        self.kind = np.array([one.kind for one in samples])
        self.city = np.array([one.city for one in samples])
        self.truths = (np.array([one.right for one in samples]), self.kind == "in")
        questions = {one.question: at for at, one in enumerate(samples)}
        self._question = np.array([questions[one.question] for one in samples])
        self._columns = tuple(
            np.array([[one.features[name] for name in names] for one in samples])
            for names in self.names
        )
        counted = ({"in": 1.0, "off": _OFF, "near": _OFF, "removed": _REMOVED},
                   {"in": 1.0, "off": _OFF, "near": _NEAR_OFF, "removed": 0.0})  # fmt: skip
        self._weights = tuple(self._weigh(shares, kinds) for kinds in counted)

    def out_of_fold(
        self, seed: int, among: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return both probabilities of each sample by models that did not see its question."""
        among = np.ones(len(self.samples), dtype=bool) if among is None else among
        found = np.zeros((2, len(self.samples)))
        fold = self.folds(seed)
        for one in range(_FOLDS):
            there = among & (fold == one)
            for which in (0, 1):
                model = self._fitted(which, among & (fold != one))
                found[which, there] = model.predict_proba(self._columns[which][there])[:, 1]
        return found[0], found[1]

    def folds(self, seed: int) -> NDArray[np.intp]:
        """Return the fold of each sample: all samples of a question are in one."""
        order = np.random.default_rng(seed).permutation(len(self.samples))
        return np.asarray(order[self._question] % _FOLDS)

    def probabilities(self, seen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return both probabilities of all samples by models fitted on `seen` ones."""
        return np.array(
            [self._fitted(at, seen).predict_proba(self._columns[at])[:, 1] for at in (0, 1)]
        )

    def cuts(
        self,
        right: NDArray[np.float64],
        scope: NDArray[np.float64],
        among: NDArray[np.bool_] | None = None,
    ) -> tuple[float, float]:
        """Return from where to answer and below where to reject, by the first city's questions."""
        first = (self.city == 0) & (self.kind == "in")
        first &= True if among is None else among
        reject = float(np.quantile(scope[first], IN_SCOPE_UNANSWERED))
        return float(
            np.quantile(right[first] * (scope[first] >= ANSWER_SCOPE), 1 - self._coverage)
        ), reject

    def model(self, answer_from: float, reject_below: float) -> ConfidenceModel:
        """Return the models fitted on everything."""
        fitted = [self._fitted(at, np.ones(len(self.samples), dtype=bool)) for at in (0, 1)]
        right, scope = (
            Logistic(
                {name: round(float(w), 3) for name, w in zip(names, one.coef_[0], strict=True)},
                round(float(one.intercept_[0]), 3),
            )
            for names, one in zip(self.names, fitted, strict=True)
        )
        return ConfidenceModel(
            right, scope, round(answer_from, 3), ANSWER_SCOPE, round(reject_below, 3)
        )

    def _fitted(self, which: int, seen: NDArray[np.bool_]) -> LogisticRegression:
        used = seen & (self._weights[which] > 0)
        columns = self._columns[which][used]
        # Regularised on standardised columns, then told in plain ones.
        mean, spread = columns.mean(axis=0), columns.std(axis=0)
        model = LogisticRegression(max_iter=2_000)
        model.fit(
            (columns - mean) / spread,
            self.truths[which][used],
            sample_weight=self._weights[which][used],
        )
        model.intercept_ = model.intercept_ - (model.coef_ * mean / spread).sum()
        model.coef_ = model.coef_ / spread
        return model

    def _weigh(self, shares: Sequence[float], kinds: Mapping[str, float]) -> NDArray[np.float64]:
        weights = np.zeros(len(self.samples))
        base = int(((self.city == 0) & (self.kind == "in")).sum())
        for city, share in enumerate(shares):
            for kind, counted in kinds.items():
                chosen = (self.city == city) & (self.kind == kind)
                weights[chosen] = share * counted * base / max(int(chosen.sum()), 1)
        return weights


def _show(name: str, fit: Fit, seed: int) -> None:
    """Print the cross-validated figures of every city."""
    fold = fit.folds(seed + 1)
    right, scope = np.zeros(len(fold)), np.zeros(len(fold))
    answered, unanswered = np.zeros(len(fold), dtype=bool), np.zeros(len(fold), dtype=bool)
    for one in range(_FOLDS):
        seen, there = fold != one, fold == one
        answer_from, reject = fit.cuts(*fit.out_of_fold(seed, seen), seen)
        right[there], scope[there] = fit.probabilities(seen)[:, there]
        unanswered |= there & (scope < reject)
        answered |= there & (scope >= max(reject, ANSWER_SCOPE)) & (right >= answer_from)
    table = Table("", "answered", "right of them", "unanswered", "shown", "ECE", title=name)
    truth = fit.truths[0]
    shown = np.array([one.shown for one in fit.samples]) & ~unanswered
    for city in sorted(set(fit.city)):
        for kind in ("in", "off", "near", "removed"):
            some = (fit.city == city) & (fit.kind == kind)
            if not some.any():
                continue
            both = (fit.city == city) & np.isin(fit.kind, ("in", "off"))
            told = [Told(*one) for one in zip(right[both], truth[both], strict=True)]
            row = [answered[some].mean(), truth[some & answered].mean() if kind == "in" else None,
                   unanswered[some].mean(), shown[some].mean() if kind == "in" else None,
                   expected_calibration_error(told) if kind == "in" else None]  # fmt: skip
            table.add_row(
                f"{city} {kind} ({some.sum()})",
                *("" if value is None else f"{value:.3f}" for value in row),
            )
    Console().print(table)


if __name__ == "__main__":
    main()
