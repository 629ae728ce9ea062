"""The errors of the core, and what the reader of each should do.

Exception
├── faq.problem.FaqError
│   ├── FaqFolderError      the folder has problems: show them all, publish nothing
│   └── IndexDamaged        build the index anew from the snapshot
└── BotError
    ├── QuestionRejected    the text cannot be a question: tell the citizen why
    ├── NoRelease           nothing was published yet: publish
    ├── UnknownRelease      no release of that number: list them
    ├── PublishRefused      golden questions broke: show which
    ├── TuningRefused       too little to learn from, or it would make things worse: say what
    ├── UnknownInquiry      feedback for an inquiry that is not kept (any more)
    └── StoreUnusable       the database cannot be opened or written, or has an unknown schema
"""

from typing import Literal

RejectionReason = Literal["empty", "too_long"]


def rejection_sentence(reason: str) -> str:
    """Return the id of the fixed sentence that tells a citizen why a text is no question."""
    return f"rejected-{reason.replace('_', '-')}"


class BotError(Exception):
    """Base of everything the core raises on purpose."""


class QuestionRejected(BotError):
    """What was typed is not a question that can be searched."""

    def __init__(self, reason: RejectionReason) -> None:
        self.reason = reason
        super().__init__(reason)


class NoRelease(BotError):
    """The store holds no release yet."""


class UnknownRelease(BotError):
    """There is no release of that number."""


class PublishRefused(BotError):
    """The draft may not be published as it is."""


class TuningRefused(BotError):
    """The decision is left as it is; the message says why and what to do."""


class UnknownInquiry(BotError):
    """There is no inquiry of that id."""


class StoreUnusable(BotError):
    """The database cannot be used; the message says why and what to do."""
