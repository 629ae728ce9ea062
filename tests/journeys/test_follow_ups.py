"""What citizens type after an answer: found beside it, and new questions left alone."""

import json
import random
from pathlib import Path

import pytest

from bot.desk import InquiryDesk
from bot.question import Question
from bot.reply import Answered, Fixed, Reply, shown_entries
from channels.backend import open_backend
from channels.settings import Settings
from faq.files.folder import read_folder
from nlp.normalise import normalise
from tests.conftest import NOON, SAMPLE_CITY

FOLLOW_UPS = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("follow_ups.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
LEAST_RIGHT = 0.79
MOST_TAKEN = 0.03
NEW_QUESTIONS = 300


@pytest.fixture(scope="module")
def desk(sample_state: Path) -> InquiryDesk:
    settings = Settings(state_folder=sample_state, faq_folder=SAMPLE_CITY)
    return open_backend(settings, lambda: NOON).shelf.desk()


WORDS = Path(__file__).with_name("first_words.txt").read_text(encoding="utf-8").split()
MOST_WORDS_TAKEN = 0.1
AFTER = 6


def goes_on(reply: Reply) -> bool:
    return not isinstance(reply, Fixed) and reply.ranking.goes_on


def test_follow_ups_find_what_is_beside_the_answer(desk: InquiryDesk) -> None:
    wrong = []
    for one in FOLLOW_UPS:
        question = Question.from_text(one["query"], "web", NOON, entry_id=one["previous"])
        reply = desk.consider(question)
        shown = shown_entries(reply)
        offered = shown[:1] if isinstance(reply, Answered) else shown
        if not set(offered) & set(one["relevant"]):
            wrong.append((one["previous"], one["query"], shown[:2]))
    assert 1 - len(wrong) / len(FOLLOW_UPS) >= LEAST_RIGHT, wrong


def test_new_questions_are_not_taken_for_follow_ups(desk: InquiryDesk) -> None:
    chance = random.Random(1)
    golden = [one for one in read_folder(SAMPLE_CITY, normalise).golden if one.relevant]
    asked = chance.sample(
        [one for one in golden if one.set not in ("english", "staff")], NEW_QUESTIONS
    )
    taken = [
        one.query
        for one in asked
        if goes_on(
            desk.consider(
                Question.from_text(
                    one.query, "web", NOON, entry_id=chance.choice(desk.book.entries).id
                )
            )
        )
    ]
    assert len(taken) / NEW_QUESTIONS <= MOST_TAKEN, taken


def test_bare_names_of_other_matters_are_new_questions(desk: InquiryDesk) -> None:
    chance = random.Random(1)
    taken = []
    for word in WORDS:
        alone = desk.search.rank(Question.from_text(word, "web", NOON))
        found = desk.search.first_of(alone)
        assert found is not None
        others = [entry for entry in desk.book.entries if entry.topic != found.topic]
        for entry in chance.sample(others, AFTER):
            reply = desk.consider(Question.from_text(word, "web", NOON, entry_id=entry.id))
            if goes_on(reply):
                taken.append((word, entry.id))
    assert len(taken) / (len(WORDS) * AFTER) <= MOST_WORDS_TAKEN, taken
