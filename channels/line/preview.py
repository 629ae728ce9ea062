"""An answer as a card of LINE, drawn for those who edit it."""

from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.reply import Answer
from channels.line.cards import Showing, answer_card
from channels.line.message import to_send
from faq.book import FaqBook

_TEMPLATES: Final = Path(__file__).parent / "stand_in" / "templates"
_INQUIRY: Final = "preview"


class LinePreview:
    """Draws cards; what is drawn is made of the very message that LINE would be sent."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def __call__(self, answer: Answer, book: FaqBook, at: datetime) -> str:
        """Return an answer as HTML."""
        showing = Showing(book, self._public_url, at, answer.language, _INQUIRY)
        card = answer_card(answer, showing, with_feedback=True)
        template = self._environment.get_template("messages.html")
        return template.render(messages=to_send([card]))
