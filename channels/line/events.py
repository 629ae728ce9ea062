"""Events of a webhook, read as plain dicts, so that an odd one never costs the others."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.delivery import Delivery, DeliveryKind
from bot.errors import QuestionRejected
from bot.inquiry import new_id
from bot.question import plain_question
from channels.line.postback import read_postback
from nlp.personal_data import mask

TOKEN_LIVES: Final = timedelta(seconds=60)
_NO_NEW_TOKEN_AFTER: Final = timedelta(minutes=20)
_LONGEST_ID: Final = 100
_LONGEST_TOKEN: Final = 300
_HASH: Final = 32
_MEDIA: Final = ("image", "video", "audio", "file")
_ERASES: Final = ("unsend", "unfollow")
"""What is done also in standby, since it sends nothing."""

Event = Mapping[str, Any]


def talk_of(key: bytes, user: str, group: str = "") -> str:
    """Return the key of a talk: it tells the talk from others, and nothing of the person.

    It begins with that of the person's own talk, so that what they wrote in groups can be erased.
    """
    person = _hashed(key, "", user)
    return person + _hashed(key, group, user) if group else person


def _hashed(key: bytes, group: str, user: str) -> str:
    told = f"line\0{group}\0{user}".encode(errors="replace")
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:_HASH]


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event to answer: what is kept of it, and whom to show that the answer takes time.

    `user_id` is LINE's and lives in memory only; empty outside of one-to-one talks.
    """

    delivery: Delivery
    user_id: str = ""


class EventReader:
    """Turns events into deliveries; what is ignored on purpose becomes none.

    Ignored are: join, leave, members that come and go, beacons, account links, watched videos,
    unknown types, everything in standby, and all in a group that does not mention the account.
    """

    def __init__(self, key: bytes, ward_of: Callable[[str], str]) -> None:
        self._key = key
        self._ward_of = ward_of
        """Returns the ward of an address, empty when it names none."""

    def read(self, event: object, at: datetime) -> Incoming | None:
        """Return what to answer of an event that came at a moment, None when there is nothing."""
        if not isinstance(event, dict):
            return None
        kind = _kind(event)
        sends = kind not in _ERASES
        if kind is None or (sends and event.get("mode") != "active"):
            return None
        source = _part(event, "source")
        user, group = _string(source, "userId"), _string(source, "groupId", "roomId")
        if not user and not group:
            return None
        if group and not self._is_for_us(kind, event):
            return None
        is_again = _part(event, "deliveryContext").get("isRedelivery") is True
        occurred_at = _moment(event.get("timestamp"), at)
        token = _string(event, "replyToken")[:_LONGEST_TOKEN]
        if is_again and at - occurred_at > _NO_NEW_TOKEN_AFTER:
            token = ""
        text, data = self._content(kind, event)
        delivery = Delivery(
            event_id=_event_id(event),
            kind=kind,
            talk=self._talk(user, group),
            occurred_at=occurred_at,
            received_at=at,
            inquiry_id=new_id(at),
            text=mask(text),
            data=data,
            message_id=_message_id(event),
            reply_token=token,
            deadline=at + TOKEN_LIVES if token else None,
            is_redelivery=is_again,
        )
        return Incoming(delivery, "" if group else user)

    def _is_for_us(self, kind: DeliveryKind, event: Event) -> bool:
        """Tell whether an event in a group speaks to the account: it is silent otherwise."""
        if kind in ("text", "edited"):
            return bool(_own_mentions(_part(event, "message")))
        return kind in ("postback", "unsend")

    def _content(self, kind: DeliveryKind, event: Event) -> tuple[str, str]:
        """Return the text and the data that are kept of an event."""
        message = _part(event, "message")
        if kind in ("text", "edited"):
            return _question(_without_mentions(message))
        if kind == "location":
            # Where somebody is, is looked up at once and not kept.
            return "", self._ward_of(_string(message, "address"))
        if kind == "postback":
            data = _string(_part(event, "postback"), "data")
            return "", data if read_postback(data) else ""
        return "", ""

    def _talk(self, user: str, group: str) -> str:
        return talk_of(self._key, user, group)


def _kind(event: Event) -> DeliveryKind | None:
    match event.get("type"):
        case "message":
            return _message_kind(_part(event, "message"))
        case "messageEdited":
            return "edited" if _part(event, "message").get("type") == "text" else None
        case "follow":
            again = _part(event, "follow").get("isUnblocked") is True
            return "follow_again" if again else "follow"
        case "postback":
            return "postback"
        case "unfollow":
            return "unfollow"
        case "unsend":
            return "unsend"
        case _:
            return None


def _message_kind(message: Event) -> DeliveryKind | None:
    match message.get("type"):
        case "text":
            return "text"
        case "sticker":
            return "sticker"
        case "location":
            return "location"
        case other:
            return "media" if other in _MEDIA else None


def _question(text: str) -> tuple[str, str]:
    """Return a text that can be a question, else why it cannot."""
    try:
        return plain_question(text), ""
    except QuestionRejected as rejected:
        return "", rejected.reason


def _own_mentions(message: Event) -> list[Event]:
    mentioned = _part(message, "mention").get("mentionees")
    listed = mentioned if isinstance(mentioned, list) else []
    return [one for one in listed if isinstance(one, dict) and one.get("isSelf") is True]


def _without_mentions(message: Event) -> str:
    """Return the text without our own name; places in it are counted in UTF-16 code units."""
    text = message.get("text")
    encoded = (text if isinstance(text, str) else "").encode("utf-16-le", "surrogatepass")
    for one in sorted(_own_mentions(message), key=_index, reverse=True):
        start, length = _index(one), one.get("length")
        if start >= 0 and isinstance(length, int) and length > 0:
            encoded = encoded[: start * 2] + encoded[(start + length) * 2 :]
    return encoded.decode("utf-16-le", "surrogatepass")


def _index(mention: Event) -> int:
    index = mention.get("index")
    return index if isinstance(index, int) else -1


def _message_id(event: Event) -> str:
    found = _string(_part(event, "message"), "id") or _string(_part(event, "unsend"), "messageId")
    return found[:_LONGEST_ID]


def _event_id(event: Event) -> str:
    """Return LINE's id of the event; of one without an id, what it consists of."""
    found = _string(event, "webhookEventId")
    if 0 < len(found) <= _LONGEST_ID:
        return found
    same = {name: value for name, value in event.items() if name != "deliveryContext"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()


def _moment(milliseconds: object, otherwise: datetime) -> datetime:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return otherwise
    try:
        return datetime.fromtimestamp(milliseconds / 1_000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def _part(event: Event, name: str) -> Event:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _string(event: Event, *names: str) -> str:
    for name in names:
        found = event.get(name)
        if isinstance(found, str) and found:
            return found.encode(errors="replace").decode()
    return ""
