"""What citizens type after an answer: found beside it, and new questions left alone."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk import InquiryDesk
from bot.question import Question
from bot.reply import Answered, Fixed, Reply, shown_entries
from bot.understanding import Understanding
from channels.settings import Settings
from faq.files.folder import read_folder
from faq.index import FaqIndex
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser
from tests.conftest import NOON, SAMPLE_CITY
from tests.json_lines import lines_of

HERE = Path(__file__).parent


WORDS = (HERE / "first_words.txt").read_text(encoding="utf-8").split()
LEAST_RIGHT = 0.83
MOST_TAKEN = 0.03
MOST_TAKEN_WITHOUT_TOPICS = 0.06
MOST_WORDS_TAKEN = 0.08
NEW_QUESTIONS = 300
AFTER = 6


@pytest.fixture(scope="module")
def plain_desk(desk: InquiryDesk, sample_state: Path) -> InquiryDesk:
    """The sample city as a table of questions and answers would have it: without topics."""
    book = replace(desk.book, entries=tuple(replace(one, topic="") for one in desk.book.entries))
    folder = Settings(state_folder=sample_state).index_root / desk.book.index_digest
    index = FaqIndex.load(folder, desk.book.index_digest)
    understanding = Understanding.load(folder)
    return InquiryDesk(book, index, SudachiTokeniser(), understanding=understanding)


def goes_on(reply: Reply) -> bool:
    return not isinstance(reply, Fixed) and reply.ranking.goes_on


@pytest.mark.parametrize(
    "name", ["follow_ups.jsonl", "later_follow_ups.jsonl", "others_follow_ups.jsonl"]
)
def test_follow_ups_find_what_is_beside_the_answer(desk: InquiryDesk, name: str) -> None:
    wrong = []
    follow_ups = lines_of(HERE / name)
    for one in follow_ups:
        question = Question.from_text(one["query"], "web", NOON, entry_id=one["previous"])
        reply = desk.consider(question)
        shown = shown_entries(reply)
        offered = shown[:1] if isinstance(reply, Answered) else shown
        if not set(offered) & set(one["relevant"]):
            wrong.append((one["previous"], one["query"], shown[:2]))
    assert 1 - len(wrong) / len(follow_ups) >= LEAST_RIGHT, wrong


def test_new_questions_are_not_taken_for_follow_ups(desk: InquiryDesk) -> None:
    taken = taken_of_new_questions(desk)
    assert len(taken) / NEW_QUESTIONS <= MOST_TAKEN, taken


def test_new_questions_stay_new_where_entries_have_no_topics(plain_desk: InquiryDesk) -> None:
    taken = taken_of_new_questions(plain_desk)
    assert len(taken) / NEW_QUESTIONS <= MOST_TAKEN_WITHOUT_TOPICS, taken


def taken_of_new_questions(desk: InquiryDesk) -> list[str]:
    chance = random.Random(1)
    golden = [one for one in read_folder(SAMPLE_CITY, normalise).golden if one.relevant]
    asked = chance.sample(
        [one for one in golden if one.set not in ("english", "staff")], NEW_QUESTIONS
    )
    after = [chance.choice(desk.book.entries).id for _ in asked]
    return [
        one.query
        for one, entry_id in zip(asked, after, strict=True)
        if goes_on(desk.consider(Question.from_text(one.query, "web", NOON, entry_id=entry_id)))
    ]


def test_other_matters_typed_like_follow_ups_are_new_questions(desk: InquiryDesk) -> None:
    matters = lines_of(HERE / "new_matters.jsonl")
    questions = [
        Question.from_text(one["query"], "web", NOON, entry_id=one["previous"]) for one in matters
    ]
    taken = [one.text for one in questions if goes_on(desk.consider(one))]
    assert len(taken) / len(matters) <= MOST_TAKEN, taken


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
