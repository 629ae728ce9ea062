"""Looking up during a call: type, see the answer, its source and whom to call."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, Response

from bot.accounts import SignedIn
from bot.desk import InquiryDesk
from bot.errors import QuestionRejected, rejection_sentence
from bot.inquiry import Feedback
from bot.question import Question
from bot.reply import Answer, Answered, Contact, Fixed, Reply, Unsure
from channels.markdown import to_html
from channels.opening import opening_line
from channels.staff.console import Console
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages
from faq.book import FaqBook
from faq.office import Office
from nlp.normalise import printable
from nlp.personal_data import mask

_NEAR: Final = 4
_LONGEST_ID: Final = 36
_PATH: Final = "/staff/look-up"


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An entry as an operator reads it out: the answer, where it comes from, whom to call."""

    entry_id: str
    question: str
    html: str
    answer: Answer
    owner: str
    opening: str
    for_staff: bool
    by_ward: tuple[tuple[str, str], ...]
    offices: tuple[tuple[str, Office], ...]


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of the look-up."""
    router = APIRouter(default_response_class=HTMLResponse)

    def empty(who: SignedIn, status: int = 200, problem: str = "", told: str = "") -> Response:
        return pages.page(
            "look_up.html",
            who,
            status,
            here="look-up",
            problem=problem,
            told=told,
            asked=None,
            shown=None,
        )

    @router.get("/look-up")
    def look_up(who: SignedIn = Depends(gate.viewer)) -> Response:
        """Show the field to type in."""
        return empty(who)

    @router.post("/look-up")
    async def looked_up(
        text: str = Form(default="", max_length=5_000),
        who: SignedIn = Depends(gate.viewer_form),
    ) -> Response:
        """Show what the FAQ says, what is for staff only too; the question is recorded."""
        desk, at = console.live.desk, console.clock()
        try:
            question = Question.from_text(text, "staff", at)
        except QuestionRejected as rejected:
            sentence = desk.book.sentence(rejection_sentence(rejected.reason))
            return empty(who, 422, sentence.in_language("ja") if sentence else "")
        considered = await desk.answer(question, console.recorder)
        return pages.page(
            "look_up.html",
            who,
            here="look-up",
            told="",
            asked=question.text,
            inquiry_id=considered.inquiry.id,
            reply=considered.reply,
            shown=_shown(desk, question, considered.reply),
            contact=_contact_line(considered.reply, at),
        )

    @router.post("/look-up/said")
    def said(
        inquiry_id: str = Form(max_length=_LONGEST_ID),
        verdict: str = Form(pattern="^(right|wrong|missing)$"),
        reason: str = Form(default="", max_length=500),
        who: SignedIn = Depends(gate.viewer_form),
    ) -> Response:
        """Keep whether it was the right answer; what was not goes to the inbox."""
        told = mask(_MISSING if verdict == "missing" else printable(reason))
        console.give_feedback(Feedback(inquiry_id, verdict == "right", told, console.clock()))
        return empty(who, told=_SAID[verdict])

    return router


_MISSING: Final = "見つからない"
_SAID: Final = {
    "right": "案内できたことを記録しました。",
    "wrong": "「違う」と記録し、要対応に入れました。",
    "missing": "「見つからない」と記録し、要対応に入れました。",
}


def _shown(desk: InquiryDesk, question: Question, reply: Reply) -> list[ShownAnswer]:
    """Return the answers of a reply, else those an operator may choose from."""
    if isinstance(reply, Answered):
        answers = [reply.answer, *reply.more]
        others = [one.entry_id for one in reply.candidates[1:]]
    elif isinstance(reply, Unsure):
        answers, others = [], [one.entry_id for one in reply.candidates]
    elif isinstance(reply, Fixed):
        answers, others = [], []
    else:
        # Citizens are not shown what is too far away; who is on the telephone may judge.
        answers, others = [], [one.entry_id for one in reply.ranking.best[:_NEAR]]
    known = {answer.entry.id for answer in answers}
    entries = (desk.book.entry(one) for one in others if one not in known)
    answers += [
        desk.writer.answer_of(entry, "ja", question.ward, question.asked_at)
        for entry in entries
        if entry
    ]
    return [_read_out(answer, desk.book, question.asked_at) for answer in answers]


def _read_out(answer: Answer, book: FaqBook, at: datetime) -> ShownAnswer:
    entry = answer.entry
    owner = book.office(entry.owner)
    group = book.group(entry.contact)
    wards = {ward.id: ward.name for ward in book.wards}
    offices = group.offices.items() if group else ()
    return ShownAnswer(
        entry.id,
        entry.question,
        to_html(answer.text),
        answer,
        owner.name if owner else "",
        opening_line(answer.contact, at) if answer.contact else "",
        entry.audience == "staff",
        tuple((wards.get(ward, ward), to_html(text)) for ward, text in entry.by_ward.items()),
        tuple(
            (wards.get(ward, ward), office)
            for ward, office_id in offices
            if (office := book.office(office_id))
        ),
    )


def _contact_line(reply: Reply, at: datetime) -> tuple[Contact, str] | None:
    return (reply.contact, opening_line(reply.contact, at)) if reply.contact else None
