"""Fit the model of danger (bot/data/danger.*) on wordings and on the sample city's own questions.

python scripts/fit_danger.py [--write]

scripts/danger/*.jsonl hold wordings by kind (the file's name; `none` are those that only sound like
danger); other messages written for fitting are harmless. The table is cross-validated: each message
is scored by a model that did not see it, the cuts are those at which so many of the sample city's
harmless questions would be taken for danger.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.danger import BUCKETS, word_features
from bot.fixed_replies import FixedReplies
from faq.book import FaqBook
from faq.files.folder import FaqFolder, read_folder
from faq.sentence import DANGERS
from nlp.encoder import DIMENSIONS, SentenceEncoder
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser

KINDS: Final = ("none", *DANGERS)

_ROOT: Final = Path(__file__).parent.parent
_TARGET: Final = _ROOT / "bot/data"
_FOLDS: Final = 5
_STRENGTH: Final = 30.0
_FALSE_ALARMS: Final = {"possible": 0.03, "sure": 0.01}
"""Share of harmless questions of the sample city that may be taken for danger; what is only
possible is said where no answer is known."""

_GATE_LETS_THROUGH: Final = 0.99
"""Share of dangerous messages that words alone must not hold back from the encoder."""


@dataclass(frozen=True)
class Messages:
    """Texts with their kinds (places in KINDS), and which of them count as the city's own."""

    texts: Sequence[str]
    kinds: NDArray[np.intp]
    is_own: NDArray[np.bool_]


def main() -> None:
    """Fit, show how it does on messages it did not see, and write it when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write bot/data/danger.*")
    arguments = parser.parse_args()
    folder = read_folder(_ROOT / "faq/entries/shiomi", normalise)
    messages = _messages(folder)
    words, signs, vectors = _features(messages.texts, folder.book)
    full = sp.hstack([words, signs, vectors]).tocsr()
    plain = sp.hstack([words, signs]).tocsr()
    is_danger = (messages.kinds > 0).astype(int)
    gate = _out_of_fold(plain, is_danger, messages.kinds)
    odds = _out_of_fold(full, is_danger, messages.kinds)
    from_gate = float(np.quantile(gate[is_danger == 1], 1 - _GATE_LETS_THROUGH))
    passed = np.where(gate >= from_gate, odds, -99.0)
    cuts, alone = (_cuts(one, messages) for one in (passed, gate))
    _show(messages, passed, cuts, "with the encoder")
    _show(messages, gate, alone, "by words alone")
    if arguments.write:
        dangerous = is_danger == 1
        models = (
            _fitted(plain, is_danger),
            _fitted(full, is_danger),
            _fitted(full[dangerous], messages.kinds[dangerous]),
        )
        _write(models, {"gate_from": from_gate, "alone_from": alone, "danger_from": cuts})


def _messages(folder: FaqFolder) -> Messages:
    texts: list[tuple[str, str, bool]] = []
    for path in sorted((_ROOT / "scripts/danger").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            texts.append((json.loads(line)["query"], path.stem, False))
    texts += [(text, "none", False) for text in _of_talks()]
    by_id = {sentence.id: sentence for sentence in folder.book.sentences}
    for golden in folder.golden:
        sentence = by_id.get(golden.sentence)
        kind = sentence.danger if sentence else ""
        if kind or not sentence or sentence.group != "danger":
            texts.append((golden.query, kind or "none", not kind))
    for entry in folder.book.entries:
        texts += [(text, "none", False) for text in (entry.question, *entry.phrasings)]
    for sentence in folder.book.sentences:
        kind = sentence.danger or ("" if sentence.group == "danger" else "none")
        texts += [(word, kind, False) for word in sentence.words if kind]
    kept = {normalise(text): (kind, own) for text, kind, own in texts if normalise(text)}
    return Messages(
        list(kept),
        np.array([KINDS.index(kind) for kind, _ in kept.values()]),
        np.array([own for _, own in kept.values()]),
    )


def _of_talks() -> Iterator[str]:
    """Yield what citizens type after an answer: short and vague, and seldom a cry for help."""
    for name in ("follow_ups.jsonl", "several_needs.jsonl"):
        for line in (_ROOT / "scripts" / name).read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["query"].replace("|", "")
    yield from (_ROOT / "scripts/new_matters.txt").read_text(encoding="utf-8").splitlines()


def _features(texts: Sequence[str], book: FaqBook) -> tuple[Any, Any, Any]:
    """Return words, signs and vectors as one row a message."""
    tokeniser = SudachiTokeniser()
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        found = word_features(text, tokeniser.terms(text))
        rows += [row] * len(found.buckets)
        columns += found.buckets.tolist()
        values += found.values.tolist()
    words = sp.csr_matrix((values, (rows, columns)), shape=(len(texts), BUCKETS))
    replies = FixedReplies(book.sentences)
    signs = sp.csr_matrix([[float(replies.signed(text) is not None)] for text in texts])
    encoder = SentenceEncoder.load()
    vectors = np.concatenate(
        [encoder.encode(texts[start : start + 64]) for start in range(0, len(texts), 64)]
    )
    return words, signs, sp.csr_matrix(vectors)


def _fitted(features: Any, labels: NDArray[Any]) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=3_000).fit(features, labels)


def _out_of_fold(features: Any, labels: NDArray[Any], kinds: NDArray[np.intp]) -> NDArray[Any]:
    """Return the log odds of danger for each message by a model that did not see it."""
    odds = np.zeros(len(labels))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(features, kinds):
        odds[unseen] = _fitted(features[seen], labels[seen]).decision_function(features[unseen])
    return odds


def _cuts(odds: NDArray[Any], messages: Messages) -> dict[str, float]:
    own = odds[messages.is_own & (messages.kinds == 0)]
    return {name: float(np.quantile(own, 1 - share)) for name, share in _FALSE_ALARMS.items()}


def _show(messages: Messages, odds: NDArray[Any], cuts: dict[str, float], title: str) -> None:
    table = Table(title=title)
    for heading in ("kind", "messages", *(f"{name} from {cut:.2f}" for name, cut in cuts.items())):
        table.add_column(heading)
    for at, kind in enumerate(KINDS):
        chosen = messages.kinds == at
        for own in (False, True) if kind == "none" else (False,):
            some = chosen & (messages.is_own == own) if kind == "none" else chosen
            name = f"{kind} (golden)" if own else kind
            shares = [f"{(odds[some] > cut).mean():.4f}" for cut in cuts.values()]
            table.add_row(name, str(some.sum()), *shares)
    Console().print(table)


def _write(models: Sequence[LogisticRegression], cuts: dict[str, Any]) -> None:
    """Write the models side by side: a column for each thing they tell."""
    weights = np.vstack([_padded(model.coef_) for model in models]).T
    intercepts = np.concatenate([model.intercept_ for model in models])
    steps = np.abs(weights[:BUCKETS]).max(axis=0) / 127
    np.save(_TARGET / "danger.words.npy", np.round(weights[:BUCKETS] / steps).astype(np.int8))
    dense = np.vstack([weights[BUCKETS], intercepts, weights[BUCKETS + 1 :]])
    np.save(_TARGET / "danger.dense.npy", dense.astype(np.float32))
    told = {"steps": [float(step) for step in steps], **cuts}
    (_TARGET / "danger.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _padded(weights: NDArray[Any]) -> NDArray[Any]:
    missing = BUCKETS + 1 + DIMENSIONS - weights.shape[1]
    return np.pad(weights, ((0, 0), (0, missing)))


if __name__ == "__main__":
    main()
