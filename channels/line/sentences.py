"""The city's approved sentences as LINE shows them; where one is not written, the next best."""

from dataclasses import dataclass, replace

from channels.line.actions import made
from channels.line.cards import Showing, buttons_of, contact_card, paragraphs, pressing
from channels.line.labels import label
from channels.line.message import Card, Line, Message, Text
from channels.public import PublicDesk


@dataclass(frozen=True, slots=True)
class Sentences:
    """Says sentences of the current release; each call names them in the order of preference."""

    public: PublicDesk
    public_url: str

    def text(self, *sentence_ids: str) -> str:
        """Return the first of the sentences that the city has written, empty if none."""
        found = map(self.public.desk.book.sentence, sentence_ids)
        return next((one.in_language("ja") for one in found if one), "")

    def said(self, *sentence_ids: str) -> list[Message]:
        """Return a sentence as a message with ways to go on, nothing where there is none."""
        text = self.text(*sentence_ids)
        ways = (pressing(label(name), name) for name in ("topics", "help"))
        return [Text(text, made(ways))] if text else []

    def with_contact(self, *sentence_ids: str) -> Card:
        """Return a sentence with the contact centre."""
        centre = self.public.desk.writer.contact_centre(self.public.clock())
        return contact_card(self.text(*sentence_ids), centre, self.showing())

    def not_found(self, *sentence_ids: str) -> list[Message]:
        """Return a sentence with the contact centre and the topics to look through."""
        card = self.with_contact(*sentence_ids)
        topics = buttons_of([pressing(label("topics"), "topics")])
        return [replace(card, buttons=(*card.buttons, *topics))]

    def greeting(self, *sentence_ids: str) -> list[Message]:
        """Return a greeting with what not to write, and where to begin."""
        told = [self.text(*sentence_ids), self.text("privacy")]
        lines = [line for text in told for line in paragraphs(text)]
        ways = (pressing(label(name), name) for name in ("topics", "help", "text-only"))
        title = Line(self.public.desk.book.city.name, "title")
        return [Card("\n".join(told), (title, *lines), quick=made(ways))]

    def showing(self) -> Showing:
        """Return what cards need to know of now."""
        return Showing(self.public.desk.book, self.public_url, self.public.clock())
