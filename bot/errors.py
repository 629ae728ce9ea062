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
    ├── AccountRefused      a member of staff may not sign in, or be registered so: say why
    ├── UnknownCluster      no cluster of misses of that id
    ├── CannotUndo          an act of staff cannot be taken back (any more): say why
    ├── UnknownDraft        no draft of that number waits to be published
    └── StoreUnusable       the database cannot be opened or written, or has an unknown schema
        └── SpoolFull       it is away for so long that nothing more can be kept beside it
"""

from collections.abc import Mapping
from typing import Final, Literal

RejectionReason = Literal["empty", "too_long"]

AccountFault = Literal[
    "wrong", "locked", "name", "password_length", "password_name", "password_plain"
]

ACCOUNT_FAULTS: Final[Mapping[AccountFault, str]] = {
    "wrong": "名前かパスワードがちがいます。確かめて、もう一度入れてください",
    "locked": (
        "パスワードが続けてちがっていたため、15分のあいだ入れません。"
        "少し待つか、管理の担当者に連絡してください"
    ),
    "name": "名前は1文字から60文字までで書いてください",
    "password_length": "パスワードは12文字から200文字までで決めてください",
    "password_name": "パスワードに名前をそのまま使わないでください",
    "password_plain": "同じ文字のくり返しではないパスワードにしてください",
}


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


class AccountRefused(BotError):
    """An account cannot be used, or made, as it was asked for; `reason` says why."""

    def __init__(self, reason: AccountFault) -> None:
        self.reason = reason
        super().__init__(ACCOUNT_FAULTS[reason])


class UnknownCluster(BotError):
    """There is no cluster of that id."""


class CannotUndo(BotError):
    """What was done cannot be taken back; the message says why."""


class UnknownDraft(BotError):
    """There is no draft of that number, or it no longer waits."""


class StoreUnusable(BotError):
    """The database cannot be used; the message says why and what to do."""


class SpoolFull(StoreUnusable):
    """No more records can be kept beside the database until it is back."""
