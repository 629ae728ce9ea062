"""Questions by somebody who knew the answers of the sample city, but none of its wordings."""

from pathlib import Path
from typing import Any

import pytest

from bot.desk import InquiryDesk
from bot.question import Question
from bot.reply import Answered, Fixed, Reply, shown_entries
from tests.conftest import NOON
from tests.json_lines import lines_of

Asked = list[tuple[dict[str, Any], Reply, list[str]]]
"""Questions with their replies, and the entries found, best first."""

QUESTIONS: list[dict[str, Any]] = lines_of(Path(__file__).with_name("unseen_questions.jsonl"))
LEAST_FIRST = 0.87
LEAST_AMONG_FIVE = 0.96
LEAST_RIGHT_WHEN_ANSWERED = 0.92
LEAST_ANSWERED = 0.6
MOST_ALARMS = 0.07
"""Half of them are right: they tell of somebody who is beaten, or does not want to live."""
MOST_ANSWERED_FOR_NOTHING = 0.2


@pytest.fixture(scope="module")
def asked(desk: InquiryDesk) -> Asked:
    found = []
    for one in QUESTIONS:
        question = Question.from_text(one["query"], "web", NOON)
        ranking = desk.search.rank(question)
        found.append((one, desk.consider(question), [best.entry_id for best in ranking.best]))
    return found


def test_the_right_entry_is_found(asked: Asked) -> None:
    known = [(one["relevant"], ids) for one, _, ids in asked if one["relevant"]]
    first = [ids[0] in relevant for relevant, ids in known]
    five = [any(one in relevant for one in ids[:5]) for relevant, ids in known]
    assert sum(first) / len(known) >= LEAST_FIRST
    assert sum(five) / len(known) >= LEAST_AMONG_FIVE


def test_an_answer_that_is_given_is_right(
    asked: Asked,
) -> None:
    known = [(one["relevant"], reply) for one, reply, _ in asked if one["relevant"]]
    answered = [
        shown_entries(reply)[0] in relevant for relevant, reply in known if reply.kind == "answered"
    ]
    assert len(answered) / len(known) >= LEAST_ANSWERED
    assert sum(answered) / len(answered) >= LEAST_RIGHT_WHEN_ANSWERED


def test_what_no_entry_answers_is_seldom_answered(
    asked: Asked,
) -> None:
    unknown = [reply for one, reply, _ in asked if not one["relevant"]]
    answered = [reply for reply in unknown if isinstance(reply, Answered)]
    assert len(answered) / len(unknown) <= MOST_ANSWERED_FOR_NOTHING


def test_few_stories_are_taken_for_danger(
    asked: Asked,
) -> None:
    alarms = [
        one["query"]
        for one, reply, _ in asked
        if isinstance(reply, Fixed) and reply.sentence.group == "danger"
    ]
    assert len(alarms) / len(asked) <= MOST_ALARMS, alarms
