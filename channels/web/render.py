"""A reply as the website shows it."""

from typing import assert_never

from bot.desk import Considered
from bot.reply import Answer, Answered, Candidate, Contact, Fixed, Reply, Unanswered, Unsure
from channels.markdown import to_html, to_text
from channels.web.schemas import (
    AnswerOut,
    CandidateOut,
    ChoiceOut,
    ClarificationOut,
    ContactOut,
    EmergencyOut,
    LinkOut,
    ReplyOut,
)
from faq.book import FaqBook


def render(considered: Considered, book: FaqBook) -> ReplyOut:
    """Return the reply in the shape of the API."""
    reply = considered.reply
    answer = render_answer(reply.answer, book) if isinstance(reply, Answered) else None
    sentence = reply.sentence if isinstance(reply, Fixed) else None
    return ReplyOut(
        inquiry_id=considered.inquiry.id,
        kind=reply.kind,
        confidence=round(reply.confidence, 4),
        answer=answer,
        answers=[answer] if answer else [],
        candidates=[render_candidate(one) for one in _candidates(reply)],
        clarification=_clarification(reply),
        prompt=_prompt(reply),
        contact=render_contact(reply.contact),
        emergency=[
            EmergencyOut(name=one.name, telephone=one.telephone)
            for one in (sentence.contacts if sentence else ())
        ],
        private=bool(sentence and sentence.private),
        links=[
            LinkOut(title=link.title, url=link.url) for link in (sentence.links if sentence else ())
        ],
        notices=[],
        release=considered.inquiry.release,
    )


def render_answer(answer: Answer, book: FaqBook) -> AnswerOut:
    """Return an answer with its links, its owner's name and the day it was reviewed."""
    owner = book.office(answer.entry.owner)
    return AnswerOut(
        entry_id=answer.entry.id,
        question=answer.question,
        text=to_text(answer.text),
        html=to_html(answer.text),
        owner=owner.name if owner else "",
        links=[LinkOut(title=link.title, url=link.url) for link in answer.entry.links],
        reviewed_on=answer.entry.reviewed_on,
        lang=answer.language,
    )


def render_candidate(candidate: Candidate) -> CandidateOut:
    """Return an entry to choose."""
    return CandidateOut(
        entry_id=candidate.entry_id,
        question=candidate.question,
        confidence=round(candidate.confidence, 4),
    )


def render_contact(contact: Contact | None) -> ContactOut | None:
    """Return whom to call."""
    if contact is None:
        return None
    office = contact.office
    return ContactOut(
        name=office.name,
        telephone=office.telephone,
        hours=office.hours_text(),
        open_now=contact.open_now,
        next_opening=contact.next_opening,
        url=office.page,
    )


def _candidates(reply: Reply) -> tuple[Candidate, ...]:
    match reply:
        case Answered() | Unsure():
            return reply.candidates
        case Unanswered() | Fixed():
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
