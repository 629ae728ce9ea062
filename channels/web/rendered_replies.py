"""Replies as JSON: one that is given again differs from before in the id of its inquiry alone."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.desk import Considered
from bot.reply import Reply
from channels.web.render import render
from faq.book import FaqBook
from faq.notice import Notice

_HEAD: Final = b'{"inquiry_id":"'
_TAIL: Final = b'"'


@dataclass(frozen=True, slots=True)
class _Rendered:
    reply: "weakref.ref[Reply]"
    notices: Sequence[Notice]
    rest: bytes


class RenderedReplies:
    """The JSON of replies for as long as the desk remembers them (bot/given_replies.py).

    The desk gives the same object again only to the same question in the same language and ward,
    and only while all that is said of hours in it holds.
    """

    def __init__(self) -> None:
        self._kept: dict[int, _Rendered] = {}

    def json(self, considered: Considered, book: FaqBook, notices: Sequence[Notice]) -> bytes:
        """Return the reply in the shape of the API."""
        reply, key = considered.reply, id(considered.reply)
        kept = self._kept.get(key)
        if kept is None or kept.reply() is not reply or kept.notices != notices:
            whole = render(considered, book, notices).model_dump_json().encode()
            before = _HEAD + considered.inquiry.id.encode() + _TAIL
            kept = _Rendered(self._watched(reply, key), notices, whole.removeprefix(before))
            self._kept[key] = kept
        return _HEAD + considered.inquiry.id.encode() + _TAIL + kept.rest

    def _watched(self, reply: Reply, key: int) -> "weakref.ref[Reply]":
        """Return what tells whether the reply is still there, and forgets its JSON when it goes."""
        kept = self._kept

        def forget(gone: Any) -> None:
            if (one := kept.get(key)) and one.reply is gone:
                del kept[key]

        return weakref.ref(reply, forget)
