"""A stand-in for LINE's platform over real HTTP: signs, delivers, and judges every call."""

import base64
import hashlib
import hmac
import json
import random
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from tests.channels.line.schema import Json, problems_of
from tests.in_thread import running_in_thread

SECRET = "a secret of thirty-two characters"
TOKEN = "a long-lived token"
USER = "U206d25c2ea6bd87c17655609a1c37cb8"


@dataclass
class Faults:
    """What goes wrong with a share of the calls; the seed makes it the same each time."""

    slow: float = 0.0
    seconds: float = 2.0
    failing: float = 0.0
    answers: list[tuple[int, str]] = field(default_factory=list)
    """Answers to the next calls, instead of doing them."""
    chance: random.Random = field(default_factory=lambda: random.Random(20261127))


@dataclass(frozen=True)
class Sent:
    """A reply that was taken."""

    token: str
    messages: list[Json]
    at: float


class Platform:
    """Takes replies as LINE would: each token once, within its minute, only what is valid."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.sent: list[Sent] = []
        self.problems: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.tokens: dict[str, float] = {}
        self.token_seconds = 60.0
        self.address = ""
        self._lock = threading.Lock()

    def new_token(self) -> str:
        token = uuid.uuid4().hex
        self.tokens[token] = time.monotonic() + self.token_seconds
        return token

    def replies_to(self, event: Json) -> list[Sent]:
        return [one for one in self.sent if one.token == event.get("replyToken")]

    def wait_for(self, event: Json, seconds: float = 20) -> Sent:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.replies_to(event)
            if found:
                return found[0]
            time.sleep(0.01)
        raise AssertionError(f"no reply; problems: {self.problems}; calls: {self.calls[-3:]}")

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "POST", "DELETE"])
        async def call(path: str, request: Request) -> Response:
            raw = await request.body()
            status, told = await run_in_threadpool(
                self._answer, f"{request.method} /{path}", request.headers, raw
            )
            return JSONResponse(told, status)

        return app

    def _answer(self, call: str, headers: Any, raw: bytes) -> tuple[int, Json]:
        body = json.loads(raw) if raw[:1] == b"{" else None
        with self._lock:
            self.calls.append((call, body))
            fault = self._fault()
        time.sleep(fault[0])
        if fault[1]:
            return fault[1], {"message": fault[2]}
        if call == "POST /oauth2/v3/token":
            return 200, {"access_token": TOKEN, "expires_in": 900, "token_type": "Bearer"}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"message": "Authentication failed"}
        if call == "POST /v2/bot/message/reply":
            return self._reply(body or {})
        if call == "POST /v2/bot/chat/loading/start":
            self._judge("ShowLoadingAnimationRequest", body)
            return 202, {}
        return self.other(call, body)

    def other(self, call: str, _body: Json | None) -> tuple[int, Json]:
        """Answer what is not part of a conversation; nothing of it should be called."""
        self.problems.append(f"called {call}")
        return 404, {"message": "Not found"}

    def _fault(self) -> tuple[float, int, str]:
        faults = self.faults
        if faults.answers:
            status, message = faults.answers.pop(0)
            return 0.0, status, message
        slow = faults.seconds if faults.chance.random() < faults.slow else 0.0
        return slow, 500 if faults.chance.random() < faults.failing else 0, "Internal Server Error"

    def _reply(self, body: Json) -> tuple[int, Json]:
        if not self._judge("ReplyMessageRequest", body):
            return 400, {"message": "A message (messages[0]) in the request body is invalid"}
        with self._lock:
            until = self.tokens.pop(body["replyToken"], 0.0)
            if time.monotonic() > until:
                return 400, {"message": "Invalid reply token"}
            self.sent.append(Sent(body["replyToken"], body["messages"], time.monotonic()))
        return 200, {"sentMessages": [{"id": uuid.uuid4().hex} for _ in body["messages"]]}

    def _judge(self, schema: str, body: object) -> bool:
        found = problems_of(schema, body)
        self.problems += found
        return not found

    def event(self, kind: str = "message", user: str = USER, **around: Any) -> Json:
        """Return an event as LINE delivers it."""
        made: Json = {
            "type": kind,
            "mode": "active",
            "timestamp": int(time.time() * 1_000),
            "source": {"type": "user", "userId": user},
            "webhookEventId": uuid.uuid4().hex[:26].upper(),
            "deliveryContext": {"isRedelivery": False},
        }
        if kind not in ("unfollow", "unsend"):
            made["replyToken"] = self.new_token()
        return made | around

    def text(self, text: str, user: str = USER, **around: Any) -> Json:
        message = {"id": str(uuid.uuid4().int)[:18], "type": "text", "text": text}
        return self.event(user=user, message=message | {"quoteToken": "q"}, **around)

    def press(self, action: Json, user: str = USER) -> Json:
        """Return the event of a button that was pressed."""
        if action["type"] == "message":
            return self.text(action["text"], user)
        return self.event("postback", user, postback={"data": action["data"]})


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def deliver(site: httpx.Client, *events: Json) -> httpx.Response:
    """Deliver events as LINE does: one signed body."""
    body = json.dumps({"destination": "U0", "events": events}, ensure_ascii=False).encode()
    return site.post(
        "/line/webhook",
        content=body,
        headers={"content-type": "application/json", "X-Line-Signature": signed(body)},
    )


def again(event: Json, token: str | None = None) -> Json:
    """Return the redelivery of an event, with a new token if one is given."""
    context = {"deliveryContext": {"isRedelivery": True}}
    return event | context | ({"replyToken": token} if token else {})


def pressable(messages: Iterable[Json]) -> Iterator[Json]:
    """Yield every action of messages: of quick replies, buttons and boxes."""
    for message in messages:
        yield from (item["action"] for item in message.get("quickReply", {}).get("items", ()))
        if message["type"] == "flex":
            yield from _actions(message["contents"])


def words(messages: Iterable[Json]) -> str:
    """Return everything that a citizen can read of messages."""
    return json.dumps(list(messages), ensure_ascii=False)


def _actions(part: Json) -> Iterator[Json]:
    if "action" in part:
        yield part["action"]
    for name in ("header", "body", "footer"):
        if name in part:
            yield from _actions(part[name])
    for one in part.get("contents", ()):
        yield from _actions(one)


@contextmanager
def platform(made: Platform | None = None) -> Iterator[Platform]:
    """Serve the platform on a free port."""
    made = made or Platform()
    config = uvicorn.Config(made.app(), host="127.0.0.1", port=0, log_level="warning")
    with running_in_thread(config) as made.address:
        yield made
