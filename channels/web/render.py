"""A reply as the website shows it."""

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final, assert_never

from bot.desk import Considered
from bot.reply import Answer, Answered, Candidate, Contact, Fixed, Reply, Unanswered, Unsure
from channels.markdown import REMEMBERED, outline, to_html, to_text
from channels.opening import day_line, opening_line
from channels.web.addresses import entry_path
from channels.web.schemas import (
    AnswerOut,
    BlockOut,
    CandidateOut,
    ChoiceOut,
    ClarificationOut,
    ContactOut,
    EmergencyOut,
    LinkOut,
    NoticeOut,
    OpeningDayOut,
    ReplyOut,
    RunOut,
    UnfoundOut,
    WardOut,
    WardQuestionOut,
)
from faq.book import FaqBook
from faq.entry import is_japanese
from faq.notice import Notice
from faq.office import JAPAN
from nlp.script import has_japanese_words

_CONTACTS_REMEMBERED: Final = 512
"""Contacts kept as they are shown: of a few dozen offices, each in some languages."""


def render(considered: Considered, book: FaqBook, notices: Iterable[Notice] = ()) -> ReplyOut:
    """Return the reply in the shape of the API."""
    reply, asked = considered.reply, considered.inquiry
    answers = [
        render_answer(one, book, asked.asked_at)
        for one in ((reply.answer, *reply.more) if isinstance(reply, Answered) else ())
    ]
    sentence = reply.sentence if isinstance(reply, Fixed) else None
    prompt = _prompt(reply)
    return ReplyOut(
        inquiry_id=asked.id,
        kind=reply.kind,
        confidence=round(reply.confidence, 4),
        answer=answers[0] if answers else None,
        answers=answers,
        candidates=[render_candidate(one) for one in _candidates(reply)],
        clarification=_clarification(reply),
        prompt=prompt,
        prompt_lang=language_of_text(prompt, asked.language),
        contact=render_contact(reply.contact, asked.asked_at, asked.language),
        emergency=[
            EmergencyOut(name=one.name, telephone=one.telephone)
            for one in (sentence.contacts if sentence else ())
        ],
        urgent=bool(sentence and sentence.group == "danger"),
        private=bool(sentence and sentence.private),
        links=[
            LinkOut(title=link.title, url=link.url) for link in (sentence.links if sentence else ())
        ],
        sentence=sentence.id if sentence else None,
        ward=asked.ward,
        ward_question=_ward_question(reply),
        unfound=_unfound(reply),
        days=_days(reply),
        notices=[render_notice(one, asked.language) for one in notices],
        release=asked.release,
    )


def render_answer(answer: Answer, book: FaqBook, at: datetime) -> AnswerOut:
    """Return an answer with its links, its owner's name and the day it was reviewed."""
    owner = book.office(answer.entry.owner)
    return AnswerOut(
        entry_id=answer.entry.id,
        question=answer.question,
        text=to_text(answer.text),
        html=to_html(answer.text),
        blocks=list(_blocks(answer.text)),
        page=entry_path(answer.entry.id) if answer.entry.id in book.by_id else "",
        owner=owner.name if owner else "",
        links=[LinkOut(title=link.title, url=link.url) for link in answer.entry.links],
        reviewed_on=answer.entry.reviewed_on,
        lang=answer.language,
        caution=answer.caution,
        contact=render_contact(answer.contact, at, answer.language),
    )


def render_notice(notice: Notice, language: str = "ja") -> NoticeOut:
    """Return a notice in a language, else in Japanese."""
    text = notice.in_language(language)
    return NoticeOut(
        id=notice.id,
        level=notice.level,
        text=text,
        lang="ja" if text in (notice.text, notice.easy) else language,
        starts_at=notice.starts_at,
        ends_at=notice.ends_at,
    )


def render_candidate(candidate: Candidate) -> CandidateOut:
    """Return an entry to choose."""
    return CandidateOut(
        entry_id=candidate.entry_id,
        question=candidate.question,
        confidence=round(candidate.confidence, 4),
    )


def render_contact(
    contact: Contact | None, at: datetime, language: str = "ja"
) -> ContactOut | None:
    """Return whom to call."""
    if contact is None:
        return None
    return _contact(contact, at.astimezone(JAPAN).date(), language)


@lru_cache(_CONTACTS_REMEMBERED)
def _contact(contact: Contact, today: date, language: str) -> ContactOut:
    office = contact.office
    return ContactOut(
        name=office.name if is_japanese(language) else office.name_en or office.name,
        telephone=office.telephone,
        hours=office.hours_text(),
        open_now=contact.open_now,
        closes_at=contact.closes_at,
        next_opening=contact.next_opening,
        status=opening_line(contact, datetime.combine(today, time(), JAPAN), language),
        url=office.page,
    )


@lru_cache(REMEMBERED)
def _blocks(text: str) -> tuple[BlockOut, ...]:
    return tuple(
        BlockOut(
            marker=piece.marker,
            level=piece.level,
            runs=[RunOut(text=run.text, bold=run.bold, url=run.url) for run in piece.runs],
        )
        for piece in outline(text)
    )


def language_of_text(prompt: str | None, asked: str) -> str:
    """Return the language a sentence is in: the asker's, or Japanese where it is not written."""
    if is_japanese(asked) or prompt is None or has_japanese_words(prompt, asked):
        return "ja"
    return asked


def _ward_question(reply: Reply) -> WardQuestionOut | None:
    if not isinstance(reply, Answered) or reply.ward_question is None:
        return None
    wards = [WardOut(id=ward.id, name=ward.name) for ward in reply.ward_question.wards]
    return WardQuestionOut(prompt=reply.ward_question.prompt, wards=wards)


def _unfound(reply: Reply) -> UnfoundOut | None:
    if not isinstance(reply, Answered) or not reply.unfound:
        return None
    return UnfoundOut(prompt=reply.unfound_note, parts=list(reply.unfound))


def _days(reply: Reply) -> list[OpeningDayOut]:
    days = reply.days if isinstance(reply, Fixed) else ()
    return [OpeningDayOut(day=one.day, open=bool(one.spans), text=day_line(one)) for one in days]


def _candidates(reply: Reply) -> tuple[Candidate, ...]:
    match reply:
        case Answered() | Unsure():
            return reply.candidates
        case Fixed():
            page = reply.page
            return (Candidate(page.id, page.question, 0.0),) if page else reply.near
        case Unanswered():
            return ()
        case _:
            assert_never(reply)


def _clarification(reply: Reply) -> ClarificationOut | None:
    if not isinstance(reply, Unsure) or reply.clarification is None:
        return None
    choices = [
        ChoiceOut(label=one.label, candidates=list(map(render_candidate, one.candidates)))
        for one in reply.clarification.choices
    ]
    return ClarificationOut(prompt=reply.clarification.prompt, choices=choices)


def _prompt(reply: Reply) -> str | None:
    match reply:
        case Unsure() | Unanswered() | Fixed():
            return reply.prompt
        case Answered():
            return None
        case _:
            assert_never(reply)
