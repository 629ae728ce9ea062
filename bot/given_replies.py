"""Replies that were given before, for as long as they would be given again."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Final

from bot.question import Question
from bot.reply import Answered, Contact, Fixed, Reply
from faq.office import JAPAN

MOST: Final = 2_048
"""How many replies a desk remembers, at most: some 14 MB."""

_MINUTE: Final = 60

Key = tuple[str, str, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Given:
    known: Question
    reply: Reply
    until: datetime


class GivenReplies:
    """The replies to the latest questions of one desk, which is a pure function of what keys them.

    They hold citizens' words, masked: no more than `most` of them, none that a record would not
    keep, and gone with the day or the desk.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._given: OrderedDict[Key, _Given] = OrderedDict()
        self._day = date.min
        self._lock = Lock()

    def recall(self, question: Question) -> tuple[Question, Reply] | None:
        """Return the question with what is known around it, and its reply, if that still holds."""
        key = _key(question)
        with self._lock:
            given = self._given.get(key)
            if given is None or not given.known.asked_at <= question.asked_at < given.until:
                return None
            self._given.move_to_end(key)
        return replace(given.known, asked_at=question.asked_at), given.reply

    def keep(self, question: Question, known: Question, reply: Reply) -> Reply:
        """Remember a reply without what only explains it, and return it so.

        `known` is the question with what is known around it.
        """
        if isinstance(reply, Fixed):
            told: Reply = reply
            if reply.sentence.private:
                return told
        else:
            # The signals grow with the FAQ: 80 kB a question at 2,000 entries.
            told = replace(reply, ranking=reply.ranking.without_signals())
        given = _Given(known, told, _until(told, question.asked_at))
        day = question.asked_at.astimezone(JAPAN).date()
        with self._lock:
            if day != self._day:
                self._given.clear()
                self._day = day
            self._given[_key(question)] = given
            if len(self._given) > self._most:
                self._given.popitem(last=False)
        return told


def _key(question: Question) -> Key:
    return (
        question.text,
        question.channel,
        question.language,
        question.ward,
        question.entry_id,
    )


def _until(reply: Reply, at: datetime) -> datetime:
    """Return when the reply to the same question may change.

    Entries expire and grow old by days; within one, offices open and close, and sentences that have
    variants take turns by the minute.
    """
    tomorrow = at.astimezone(JAPAN).date() + timedelta(days=1)
    changes = [datetime.combine(tomorrow, time(), JAPAN)]
    for contact in _contacts(reply):
        changes += filter(None, (contact.closes_at, contact.next_opening))
    if isinstance(reply, Fixed) and len(reply.sentence.text) > 1:
        minute = int(at.timestamp()) // _MINUTE + 1
        changes.append(datetime.fromtimestamp(minute * _MINUTE, UTC))
    return min(changes)


def _contacts(reply: Reply) -> list[Contact]:
    answers = (reply.answer, *reply.more) if isinstance(reply, Answered) else ()
    contacts = (reply.contact, *(answer.contact for answer in answers))
    return [contact for contact in contacts if contact]
