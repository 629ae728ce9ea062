"""An answer as the website shows it, drawn for those who edit it."""

from datetime import datetime

from bot.reply import Answer
from channels.web.render import render_answer
from channels.web.site import Site
from faq.book import FaqBook


class WebPreview:
    """Draws answers with the parts that the pages and the widget's own page are made of."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __call__(self, answer: Answer, book: FaqBook, at: datetime) -> str:
        """Return an answer as HTML."""
        return self._site.part("preview.html", answer=render_answer(answer, book, at))
