"""Fit how follow-ups are told from new questions (bot/data/follow_ups.json) on the sample city.

python scripts/fit_follow_ups.py STATE_FOLDER [--write]

STATE_FOLDER is one in which the sample city is published. scripts/follow_ups.jsonl holds what
citizens type after an entry; golden questions after entries chosen by chance are new questions, and
so are, after entries of other topics, the bare names of matters in scripts/first_words.txt and the
short questions in scripts/new_matters.txt, which are typed as follow-ups are.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
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
_AFTER: Final = 3
"""After how many entries each question that is none of theirs is tried."""

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
    lines = _lines("follow_ups.jsonl").splitlines()
    follow_ups = [(one["query"], one["previous"]) for one in map(json.loads, lines)]
    chance = random.Random(0)
    questions = [(one, chance.choice(desk.book.entries).id) for one in _first_questions() * _AFTER]
    words = [*_after_others(desk, chance, _lines("first_words.txt").split())]
    matters = [*_after_others(desk, chance, _lines("new_matters.txt").splitlines())]
    sets = (follow_ups, questions, words, matters)
    heard = [_heard(desk, text, entry_id) for one in sets for text, entry_id in one]
    names = list(heard[0].features)
    values = np.array([[one.features[name] for name in names] for one in heard])
    kinds = np.repeat(range(len(sets)), [len(one) for one in sets])
    labels = kinds == 0
    # Each but the first stands there several times, after an entry each. Words are few, and many
    # begin a question with nothing else; the new matters are typed like follow-ups on purpose.
    counted = np.array([1, 1 / _AFTER, 3 / _AFTER, 1 / _AFTER])[kinds]
    fitted = LogisticRegression(max_iter=5_000, C=3).fit(values, labels, sample_weight=counted)
    may_go_on = np.array([one.may_go_on for one in heard])
    shares = np.where(may_go_on, fitted.predict_proba(values)[:, 1], 0.0)
    least = float(np.quantile(shares[kinds == 1], 1 - _TAKEN))
    told = [f"{(shares[kinds == kind] >= least).mean():.3f}" for kind in range(len(sets))]
    print(f"taken of follow-ups, questions, words, matters: {', '.join(told)}")  # noqa: T201
    weights = {name: float(one) for name, one in zip(names, fitted.coef_[0], strict=True)}
    model = FollowUpModel(Logistic(weights, float(fitted.intercept_[0])), least)
    if arguments.write:
        _TARGET.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")


def _first_questions() -> list[str]:
    golden = read_folder(_CITY, normalise).golden
    return [one.query for one in golden if one.relevant and one.set not in ("english", "staff")]


def _lines(name: str) -> str:
    return (_ROOT / "scripts" / name).read_text(encoding="utf-8")


def _after_others(
    desk: InquiryDesk, chance: random.Random, texts: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield each text with some entries of topics that it does not lead to."""
    for text in texts:
        found = desk.search.first_of(desk.search.rank(Question.from_text(text, "web", _AT)))
        others = [one for one in desk.book.entries if found is None or one.topic != found.topic]
        yield from ((text, one.id) for one in chance.sample(others, _AFTER))


def _heard(desk: InquiryDesk, text: str, entry_id: str) -> Heard:
    question = Question.from_text(text, "web", _AT, entry_id=entry_id)
    entry = desk.book.by_id[entry_id]
    alone = desk.search.searched(desk.search.rank(question))
    return Heard.of(question, alone, entry, desk.search)


if __name__ == "__main__":
    main()
