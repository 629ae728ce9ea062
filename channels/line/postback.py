"""What our buttons carry: an action and its ids, never a citizen's words."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

PostbackAction = Literal[
    "choose",  # inquiry, entry
    "none",  # inquiry
    "solved",  # inquiry
    "unsolved",  # inquiry
    "topics",
    "topic",  # page, topic
    "help",
    "text-only",
    "cards",
]

_ACTIONS: Final = frozenset(get_args(PostbackAction))
_BETWEEN: Final = ":"


@dataclass(frozen=True, slots=True)
class Postback:
    """A pressed button: `about` is an inquiry (or a page), `target` an entry or a topic."""

    action: PostbackAction
    about: str = ""
    target: str = ""

    def to_data(self) -> str:
        """Return what the button carries."""
        return _BETWEEN.join((self.action, self.about, self.target)).rstrip(_BETWEEN)


def read_postback(data: str) -> Postback | None:
    """Return what a button of ours carries, None of anything else."""
    action, _, rest = data.partition(_BETWEEN)
    if action not in _ACTIONS:
        return None
    about, _, target = rest.partition(_BETWEEN)
    return Postback(action, about, target)  # type: ignore[arg-type]
