"""Cards for LINE: an answer, choices, whom to call; each within LINE's limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.reply import Answer, Candidate, Contact
from channels.line.actions import Action, Press, call, link_to, made, press
from channels.line.labels import label
from channels.line.limits import fitted_sentences, units
from channels.line.message import RULE, Button, Card, Line, Text
from channels.line.postback import Postback, PostbackAction
from channels.markdown import Piece, outline
from channels.opening import japan_date, opening_line
from faq.book import FaqBook
from faq.entry import Link, is_japanese

ANSWER_UNITS: Final = 900
"""How much of an answer a card shows; the entry's page has all of it."""

_SUMMARY: Final = 120
_MOST_LINKS: Final = 3


@dataclass(frozen=True, slots=True)
class Showing:
    """What a card needs to know beside its content: when, to whom, of which inquiry."""

    book: FaqBook
    public_url: str
    at: datetime
    language: str = "ja"
    inquiry_id: str = ""


def answer_card(answer: Answer, showing: Showing, *, with_feedback: bool) -> Card:
    """Return an entry's answer with its links, whom to call and when it was reviewed."""
    language = answer.language
    pieces = outline(answer.text)
    lines, is_whole = _body(pieces)
    links = [link for piece in pieces for link in piece.links]
    buttons = [Button(link) for link in _links(answer.entry.links, links)]
    page = _page(answer, showing, "page" if is_whole else "more")
    around = _contact_lines(answer.contact, showing.at, language)
    return Card(
        alt=_alt(answer, pieces),
        lines=(
            Line(answer.question, "title"),
            *([Line(answer.caution, "note")] if answer.caution else ()),
            *lines,
            *([RULE, *around] if around else ()),
            *_footnotes(answer, showing),
        ),
        buttons=(*_calls(answer.contact, language), *buttons, *([Button(page)] if page else ())),
        pair=feedback_pair(showing.inquiry_id, language) if with_feedback else (),
    )


def choice_lines(candidates: Iterable[Candidate], showing: Showing) -> list[Line]:
    """Return entries to choose from, each a line to press."""
    return lines_of(choosing(one, showing.inquiry_id) for one in candidates)


def lines_of(presses: Iterable[Press | None]) -> list[Line]:
    """Return buttons as lines to press, each with its whole label."""
    return [Line(action.label, "choice", action=action) for action in made(presses)]


def choosing(candidate: Candidate, inquiry_id: str) -> Press | None:
    """Return the button that chooses an entry."""
    return pressing(candidate.question, "choose", inquiry_id, candidate.entry_id)


def pressing(shown: str, action: PostbackAction, about: str = "", target: str = "") -> Press | None:
    """Return a button of ours."""
    return press(shown, Postback(action, about, target).to_data(), shown)


def buttons_of(actions: Iterable[Action | None]) -> tuple[Button, ...]:
    """Return buttons of those actions that can be made."""
    return tuple(map(Button, made(actions)))


def feedback_pair(inquiry_id: str, language: str) -> tuple[Action, ...]:
    """Return the two buttons that tell whether an answer helped; none without an inquiry."""
    if not inquiry_id:
        return ()
    names: tuple[PostbackAction, ...] = ("solved", "unsolved")
    return made(pressing(label(name, language), name, inquiry_id) for name in names)


def contact_card(prompt: str, contact: Contact | None, showing: Showing) -> Card:
    """Return a sentence with whom to call."""
    around = _contact_lines(contact, showing.at, showing.language)
    telephone = contact.office.telephone if contact else ""
    return Card(
        alt=" ".join(filter(None, (prompt, telephone))),
        lines=(*paragraphs(prompt), *([RULE, *around] if around else ())),
        buttons=_calls(contact, showing.language),
    )


def paragraphs(text: str) -> list[Line]:
    """Return each line of a sentence as a paragraph."""
    return [Line(part) for part in text.splitlines() if part.strip()]


def as_text(card: Card) -> Text:
    """Return a card as plain text, for those who cannot see it; what it asks is in quick replies.

    Choices are numbered, so that they can be told apart when they are read aloud.
    """
    told: list[str] = []
    count = 0
    for line in card.lines:
        if line.style == "rule" or (line.style in ("body", "heading") and told):
            told.append("")
        if line.style == "rule":
            continue
        if line.action:
            count += 1
            told.append(f"{count}. {line.text}")
        else:
            told.append(line.marker + line.text)
    for button in card.buttons:
        if not isinstance(button.action, Press) and (address := _address(button.action)):
            told.append(f"{button.action.label} {address}".strip())
    pressed = [
        *(line.action for line in card.lines if line.action),
        *card.quick,
        *card.pair,
        *(button.action for button in card.buttons if isinstance(button.action, Press)),
    ]
    return Text("\n".join(told), tuple(dict.fromkeys(pressed)))


def _address(action: Action) -> str:
    uri = getattr(action, "uri", "")
    return "" if uri.startswith("tel:") else uri


def _body(pieces: Sequence[Piece]) -> tuple[list[Line], bool]:
    """Return the lines of an answer as far as they fit, and whether all did."""
    room = ANSWER_UNITS
    lines: list[Line] = []
    for piece in pieces:
        if units(piece.text) > room:
            if room > _SUMMARY or not lines:
                lines.append(_line(piece, fitted_sentences(piece.text, max(room, _SUMMARY))))
            return lines, False
        lines.append(_line(piece, piece.text))
        room -= units(piece.text)
    return lines, True


def _line(piece: Piece, text: str) -> Line:
    return Line(text, "item", piece.marker) if piece.marker else Line(text)


def _links(of_entry: Iterable[Link], in_text: Iterable[tuple[str, str]]) -> Sequence[Action]:
    named = [(link.title, link.url) for link in of_entry]
    by_url = {url: title for title, url in reversed([*named, *in_text])}
    found = [link_to(by_url[url], url) for url in dict.fromkeys(u for _, u in [*named, *in_text])]
    return made(found)[:_MOST_LINKS]


def _page(answer: Answer, showing: Showing, name: str) -> Action | None:
    if answer.entry.id not in showing.book.by_id:
        return None
    return page_of(answer.entry.id, showing, label(name, answer.language))


def page_of(entry_id: str, showing: Showing, title: str) -> Action | None:
    """Return the button that opens an entry's page."""
    return link_to(title, f"{showing.public_url}/faq/{quote(entry_id, safe='')}")


def _calls(contact: Contact | None, language: str) -> tuple[Button, ...]:
    if contact is None or not contact.office.telephone:
        return ()
    telephone = contact.office.telephone
    action = call(f"{label('call', language)} {telephone}", telephone)
    return (Button(action, strong=True),) if action else ()


def _contact_lines(contact: Contact | None, at: datetime, language: str) -> list[Line]:
    if contact is None:
        return []
    office = contact.office
    name = office.name if is_japanese(language) else office.name_en or office.name
    status = opening_line(contact, at, language)
    hours = office.hours_text()
    return [
        Line(f"{label('contact', language)}：{name}", "heading"),
        *([Line(office.telephone, "note")] if office.telephone else ()),
        *([Line(status, "good" if contact.open_now else "note")] if status else ()),
        *([Line(f"{label('hours', language)}：{hours}", "note")] if hours else ()),
    ]


def _footnotes(answer: Answer, showing: Showing) -> list[Line]:
    language = answer.language
    owner = showing.book.office(answer.entry.owner)
    reviewed = answer.entry.reviewed_on
    told = [
        f"{label('owner', language)}：{owner.name}" if owner else "",
        f"{label('reviewed', language)}：{japan_date(reviewed)}" if reviewed else "",
    ]
    text = "　".join(filter(None, told))
    return [RULE, Line(text, "note")] if text else []


def _alt(answer: Answer, pieces: Sequence[Piece]) -> str:
    """Return question, summary and telephone: what a notification and a screen reader say."""
    summary = fitted_sentences(" ".join(piece.text for piece in pieces), _SUMMARY)
    telephone = answer.contact.office.telephone if answer.contact else ""
    return "\n".join(filter(None, (answer.question, summary, telephone)))
