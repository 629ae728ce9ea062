"""Fit how follow-ups are told from new questions (bot/data/follow_ups.json) on the sample city.

python scripts/fit_follow_ups.py STATE_FOLDER [--write]

STATE_FOLDER is one in which the sample city is published. scripts/follow_ups.jsonl holds what
citizens type after an entry; golden questions after an entry chosen by chance are new questions,
and so are the bare names of matters in scripts/first_words.txt after entries of other topics.
"""

import argparse
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.confidence import Logistic
from bot.desk import InquiryDesk
from bot.follow_ups import FollowUpModel, Heard
from bot.question import Question
from channels.backend import open_backend
from channels.settings import Settings
from faq.files.folder import read_folder
from nlp.normalise import normalise

_ROOT: Final = Path(__file__).parent.parent
_CITY: Final = _ROOT / "faq/entries/shiomi"
_TARGET: Final = _ROOT / "bot/data/follow_ups.json"
_AT: Final = datetime(2026, 11, 27, 3, tzinfo=UTC)
_NEW: Final = 900
_AFTER: Final = 4
"""After how many entries each bare word is tried."""

_TAKEN: Final = 0.017
"""Share of new questions that may be taken for follow-ups."""


def main() -> None:
    """Fit the model, show how it does on the questions it was fitted on, write it when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("--write", action="store_true", help="write bot/data/follow_ups.json")
    arguments = parser.parse_args()
    backend = open_backend(Settings(state_folder=arguments.state, faq_folder=_CITY), lambda: _AT)
    desk = backend.shelf.desk()
    lines = (_ROOT / "scripts/follow_ups.jsonl").read_text(encoding="utf-8").splitlines()
    follow_ups = [(one["query"], one["previous"]) for one in map(json.loads, lines)]
    chance = random.Random(0)
    golden = [one for one in read_folder(_CITY, normalise).golden if one.relevant]
    golden = [one for one in golden if one.set not in ("english", "staff")]
    new = [(one.query, chance.choice(desk.book.entries).id) for one in chance.sample(golden, _NEW)]
    words = list(_after_others(desk, chance))
    heard = [_heard(desk, text, entry_id) for text, entry_id in [*follow_ups, *new, *words]]
    names = list(heard[0].features)
    values = np.array([[one.features[name] for name in names] for one in heard])
    labels = np.array([1] * len(follow_ups) + [0] * (len(new) + len(words)))
    kinds = np.repeat([0, 1, 2], [len(follow_ups), len(new), len(words)])
    # A word stands there several times, after an entry each: it must not outweigh the sentences.
    counted = np.where(kinds == 2, 2 / _AFTER, 1.0)
    fitted = LogisticRegression(max_iter=5_000, C=3).fit(values, labels, sample_weight=counted)
    shares = fitted.predict_proba(values)[:, 1]
    least = float(np.quantile(shares[kinds == 1], 1 - _TAKEN))
    told = [f"{(shares[kinds == kind] >= least).mean():.3f}" for kind in range(3)]
    print(f"taken: {told[0]} of follow-ups, {told[1]} of questions, {told[2]} of words")  # noqa: T201
    weights = {name: float(one) for name, one in zip(names, fitted.coef_[0], strict=True)}
    model = FollowUpModel(Logistic(weights, float(fitted.intercept_[0])), least)
    if arguments.write:
        _TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")


def _after_others(desk: InquiryDesk, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield each word with some entries of topics that it does not lead to."""
    for word in (_ROOT / "scripts/first_words.txt").read_text(encoding="utf-8").split():
        found = desk.search.first_of(desk.search.rank(Question.from_text(word, "web", _AT)))
        others = [one for one in desk.book.entries if found is None or one.topic != found.topic]
        yield from ((word, one.id) for one in chance.sample(others, _AFTER))


def _heard(desk: InquiryDesk, text: str, entry_id: str) -> Heard:
    question = Question.from_text(text, "web", _AT, entry_id=entry_id)
    entry = desk.book.by_id[entry_id]
    alone = desk.search.searched(desk.search.rank(question))
    beside = desk.search.rank_beside(question, alone.ranking, entry)
    return Heard.of(question.text, alone, entry, beside, desk.search)


if __name__ == "__main__":
    main()
