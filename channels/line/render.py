"""A reply of the desk as LINE messages; nothing in them repeats what the citizen wrote."""

from dataclasses import replace
from typing import Final, assert_never

from bot.reply import Answered, Candidate, Fixed, Reply, Unanswered, Unsure, WardQuestion
from channels.line.actions import Action, Say, call, link_to, made
from channels.line.cards import (
    Showing,
    answer_card,
    as_text,
    buttons_of,
    choice_lines,
    choosing,
    contact_card,
    page_of,
    paragraphs,
    pressing,
)
from channels.line.labels import label
from channels.line.limits import QUICK_REPLIES
from channels.line.message import Button, Card, Line, Message, Text
from channels.opening import day_line

_MOST_NEAR: Final = 3
_MOST_CHOICES: Final = 8
_MOST_TOPICS: Final = 6


def render(reply: Reply, showing: Showing) -> list[Message]:
    """Return the reply as messages, the most important first; within LINE's limits."""
    match reply:
        case Answered():
            return _answered(reply, showing)
        case Unsure():
            return [_unsure(reply, showing)]
        case Unanswered():
            return [_unanswered(reply, showing)]
        case Fixed():
            return [_fixed(reply, showing)]
        case _:
            assert_never(reply)


def in_words(messages: list[Message]) -> list[Message]:
    """Return messages as plain text only."""
    return [as_text(one) if isinstance(one, Card) else one for one in messages]


def topic_presses(topics: tuple[str, ...]) -> tuple[Action, ...]:
    """Return buttons that list the questions of a topic, the first topics."""
    return made(pressing(topic, "topic", "1", topic) for topic in topics[:_MOST_TOPICS])


def _answered(reply: Answered, showing: Showing) -> list[Message]:
    answers = (reply.answer, *reply.more)
    last = len(answers) - 1
    cards: list[Message] = []
    for at, answer in enumerate(answers):
        card = answer_card(answer, showing, with_feedback=at == last)
        if at == last:
            card = _with_more(card, reply, showing)
        cards.append(card)
    # What the citizen asked beside it is not repeated: only that it was not found.
    return [*cards, *([Text(reply.unfound_note)] if reply.unfound else ())]


def _with_more(card: Card, reply: Answered, showing: Showing) -> Card:
    if reply.ward_question is None:
        near = reply.candidates[1 : 1 + _MOST_NEAR]
        return replace(card, quick=made(choosing(one, showing.inquiry_id) for one in near))
    lines, wards = _wards(reply.ward_question)
    return replace(card, lines=(*card.lines, *lines), quick=wards)


def _wards(question: WardQuestion) -> tuple[list[Line], tuple[Action, ...]]:
    """Return how to ask for the ward: by quick replies, by lines where those would not do."""
    say = [Say(ward.name, ward.name) for ward in question.wards]
    asked = Line(question.prompt, "heading")
    if len(say) <= QUICK_REPLIES:
        return [asked], tuple(say)
    return [asked, *(Line(one.text, "choice", action=one) for one in say)], ()


def _unsure(reply: Unsure, showing: Showing) -> Card:
    choices: list[Line] = []
    chosen: list[Candidate] = []
    if reply.clarification:
        prompt = reply.clarification.prompt
        for choice in reply.clarification.choices:
            shown = [one for one in choice.candidates if one not in chosen]
            kept = shown[: max(0, _MOST_CHOICES - len(chosen))]
            if kept:
                choices += [Line(choice.label, "heading"), *choice_lines(kept, showing)]
                chosen += kept
    else:
        prompt, chosen = reply.prompt, list(reply.candidates)
        choices = choice_lines(chosen, showing)
    card = contact_card(prompt, reply.contact, showing)
    asked = paragraphs(prompt)
    none = pressing(label("none", showing.language), "none", showing.inquiry_id)
    quick = [*(choosing(one, showing.inquiry_id) for one in chosen), none]
    return Card(
        alt="\n".join([prompt, *(one.question for one in chosen)]),
        lines=(*asked, *choices, *card.lines[len(asked) :]),
        buttons=card.buttons,
        quick=made(quick),
    )


def _unanswered(reply: Unanswered, showing: Showing) -> Card:
    card = contact_card(reply.prompt, reply.contact, showing)
    topics = pressing(label("topics", showing.language), "topics")
    quick = topic_presses(showing.book.topics) if showing.language in ("ja", "easy") else ()
    return replace(card, buttons=(*card.buttons, *buttons_of([topics])), quick=quick)


def _fixed(reply: Fixed, showing: Showing) -> Card:
    sentence = reply.sentence
    has_own = bool(sentence.contacts)
    card = contact_card(reply.prompt, None if has_own else reply.contact, showing)
    calls = made(call(f"{one.name} {one.telephone}", one.telephone) for one in sentence.contacts)
    strong = sentence.group == "danger"
    private = showing.book.sentence("line-private") if sentence.private else None
    page = None
    if reply.page:
        page = page_of(reply.page.id, showing, label("page-in-japanese", showing.language))
    told = [f"{one.name} {one.telephone}" for one in sentence.contacts]
    return Card(
        alt="\n".join([reply.prompt, *told]) if has_own else card.alt,
        lines=(
            *card.lines,
            *(Line(day_line(one), "item", "・") for one in reply.days),
            *(Line(one, "heading") for one in told),
            *([Line(private.in_language(showing.language), "note")] if private else ()),
        ),
        buttons=(
            *(Button(action, strong) for action in calls),
            *card.buttons,
            *buttons_of(link_to(link.title, link.url) for link in sentence.links),
            *buttons_of([page]),
        ),
        quick=made(choosing(one, showing.inquiry_id) for one in reply.near),
    )
