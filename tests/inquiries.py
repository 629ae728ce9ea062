"""Records of questions, as tests of what is kept of them need them."""

from dataclasses import replace

from bot.inquiry import Inquiry
from nlp.personal_data import mask
from tests.moments import NOON


def inquiry(number: int, **changes: object) -> Inquiry:
    """Return a record with an id of its own, of a question that found no entry."""
    kept = Inquiry(
        id=f"{number:08}-0000-7000-8000-000000000000",
        kind="unanswered",
        channel="web",
        text=mask(f"質問 {number}"),
        language="ja",
        ward=None,
        entry_id=None,
        confidence=0.1,
        asked_at=NOON,
        release=1,
        nearest=(),
    )
    return replace(kept, **changes)  # type: ignore[arg-type]
