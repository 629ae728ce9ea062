"""Fit how follow-ups are told from new questions (bot/data/follow_ups.json) on the sample city.

python scripts/fit_follow_ups.py STATE_FOLDER [--write]

STATE_FOLDER is one in which the sample city is published. scripts/follow_ups.jsonl holds what
citizens type after an entry; golden questions after an entry chosen by chance are new questions.
"""

import argparse
import json
import random
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
from channels.app import open_backend
from channels.settings import Settings
from faq.files.folder import read_folder
from nlp.normalise import normalise

_ROOT: Final = Path(__file__).parent.parent
_CITY: Final = _ROOT / "faq/entries/shiomi"
_TARGET: Final = _ROOT / "bot/data/follow_ups.json"
_AT: Final = datetime(2026, 11, 27, 3, tzinfo=UTC)
_NEW: Final = 900
_TAKEN: Final = 0.02
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
    heard = [_heard(desk, text, entry_id) for text, entry_id in [*follow_ups, *new]]
    names = list(heard[0].features)
    values = np.array([[one.features[name] for name in names] for one in heard])
    labels = np.array([1] * len(follow_ups) + [0] * len(new))
    fitted = LogisticRegression(max_iter=1_000).fit(values, labels)
    shares = fitted.predict_proba(values)[:, 1]
    least = float(np.quantile(shares[labels == 0], 1 - _TAKEN))
    print(f"{(shares[labels == 1] >= least).mean():.3f} of the follow-ups, from {least:.3f}")  # noqa: T201
    weights = {name: float(one) for name, one in zip(names, fitted.coef_[0], strict=True)}
    model = FollowUpModel(Logistic(weights, float(fitted.intercept_[0])), least)
    if arguments.write:
        _TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")


def _heard(desk: InquiryDesk, text: str, entry_id: str) -> Heard:
    question = Question.from_text(text, "web", _AT, entry_id=entry_id)
    entry = desk.book.by_id[entry_id]
    alone = desk.search.searched(desk.search.rank(question))
    beside = desk.search.rank_beside(question, alone.ranking, entry)
    return Heard.of(question.text, alone, entry, beside, desk.search)


if __name__ == "__main__":
    main()
