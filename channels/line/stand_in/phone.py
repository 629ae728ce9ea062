"""A page like a phone's chat, and the little of LINE's platform that stands behind it.

What is typed there becomes a signed webhook; what is answered comes back through LINE's API, both
over HTTP, so that what is tried out is what a real account would do.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, FastAPI, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from channels.line.account import Credentials
from channels.line.rich_menu import RichMenu
from channels.line.webhook import PATH
from channels.public import PublicDesk

_HERE: Final = Path(__file__).parent
_BASE: Final = "/line/stand-in"
_MOST_PHONES: Final = 200
_TOKEN_SECONDS: Final = 60.0
_PATIENCE: Final = 5.0
_OTHERS: Final[Mapping[str, str]] = {
    "sticker": "（スタンプ）",
    "image": "（写真）",
    "audio": "（音声）",
    "file": "（ファイル）",
}

Json = dict[str, Any]


@dataclass
class _Phone:
    """One citizen's phone: what stands in the chat."""

    shown: list[Json] = field(default_factory=list)
    """Own and received messages, oldest first."""
    last_id: str = ""
    is_loading: bool = False


class StandIn:
    """The platform as far as the page needs it; lives in memory, of a demo only."""

    def __init__(self, address: str, menu: Callable[[], RichMenu | None]) -> None:
        self._address = address
        self._menu = menu
        self.credentials = Credentials(
            secret=secrets.token_hex(16),
            access_token=secrets.token_hex(16),
            api_base=f"{address}{_BASE}",
        )
        self._phones: OrderedDict[str, _Phone] = OrderedDict()
        self._tokens: dict[str, tuple[str, float]] = {}
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def mount(self, app: FastAPI, public: PublicDesk) -> None:
        """Add the page, its files and the platform to the application."""
        app.include_router(self._page(public))
        app.include_router(self._platform())
        app.mount("/line/phone-static", StaticFiles(directory=_HERE / "static"), name="phone")

    def _page(self, public: PublicDesk) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/line/phone")
        async def phone() -> Response:
            """Show a phone that has just found the account."""
            template = self._environment.get_template("phone.html")
            user = f"U{secrets.token_hex(16)}"
            shown = template.render(
                city=public.desk.book.city, user=user, menu=await asyncio.to_thread(self._menu)
            )
            return HTMLResponse(shown)

        @router.get("/line/phone/menu")
        async def menu() -> Response:
            """Return the picture of the rich menu."""
            found = await asyncio.to_thread(self._menu)
            if found is None:
                raise HTTPException(404)
            return FileResponse(found.image, media_type=found.content_type)

        @router.post("/line/phone/{user}/send")
        async def send(user: str, told: Annotated[Json, Body()]) -> Response:
            """Deliver what the citizen did to the webhook, as LINE would."""
            status = await self._deliver(user, told)
            return JSONResponse({"status": status}, 200 if status == 200 else 502)

        @router.get("/line/phone/{user}/messages")
        async def messages(user: str, after: int = 0) -> Response:
            """Return what is new in the chat."""
            phone = self._phone(user)
            new = phone.shown[max(0, after) :]
            part = self._environment.get_template("messages.html")
            last = phone.shown[-1] if phone.shown else {}
            quick = [] if last.get("own") else last.get("quickReply", {}).get("items", [])
            return JSONResponse(
                {
                    "next": len(phone.shown),
                    "messages": part.render(messages=new) if new else "",
                    "quick": self._environment.get_template("quick.html").render(items=quick),
                    "loading": phone.is_loading,
                }
            )

        return router

    def _platform(self) -> APIRouter:
        router = APIRouter(prefix=_BASE, include_in_schema=False)

        @router.post("/v2/bot/message/reply")
        async def reply(request: Request) -> Response:
            """Take a reply, once for each token and within its minute."""
            if not self._is_authorised(request):
                return JSONResponse({"message": "Authentication failed"}, 401)
            body = await request.json()
            user, until = self._tokens.pop(str(body.get("replyToken")), ("", 0.0))
            if time.monotonic() > until:
                return JSONResponse({"message": "Invalid reply token"}, 400)
            phone = self._phone(user)
            phone.is_loading = False
            phone.shown += body["messages"]
            sent = [{"id": str(number)} for number in range(len(body["messages"]))]
            return JSONResponse({"sentMessages": sent})

        @router.post("/v2/bot/chat/loading/start")
        async def loading(request: Request) -> Response:
            """Show that an answer is on its way."""
            if not self._is_authorised(request):
                return JSONResponse({"message": "Authentication failed"}, 401)
            self._phone(str((await request.json()).get("chatId"))).is_loading = True
            return JSONResponse({}, 202)

        return router

    def _is_authorised(self, request: Request) -> bool:
        wanted = f"Bearer {self.credentials.access_token}"
        return hmac.compare_digest(request.headers.get("authorization", ""), wanted)

    def _phone(self, user: str) -> _Phone:
        phone = self._phones.setdefault(user, _Phone())
        self._phones.move_to_end(user)
        while len(self._phones) > _MOST_PHONES:
            self._phones.popitem(last=False)
        return phone

    async def _deliver(self, user: str, told: Json) -> int:
        token = secrets.token_hex(16)
        event = self._event(user, told) | {
            "mode": "active",
            "timestamp": int(time.time() * 1_000),
            "source": {"type": "user", "userId": user},
            "webhookEventId": secrets.token_hex(13),
            "deliveryContext": {"isRedelivery": False},
        }
        if event["type"] not in ("unfollow", "unsend"):
            event["replyToken"] = token
            self._tokens[token] = (user, time.monotonic() + _TOKEN_SECONDS)
        return await asyncio.to_thread(self._post, {"destination": "U0", "events": [event]})

    def _event(self, user: str, told: Json) -> Json:
        """Return the event of what was done on the page, and show it there."""
        phone, kind = self._phone(user), str(told.get("kind"))
        if kind == "postback":
            phone.shown.append({"own": True, "text": str(told.get("shown", ""))})
            return {"type": "postback", "postback": {"data": str(told.get("data", ""))}}
        if kind in ("follow", "follow_again", "unfollow"):
            return _follow(kind)
        if kind == "unsend":
            _take_back(phone)
            return {"type": "unsend", "unsend": {"messageId": phone.last_id}}
        phone.last_id = str(time.time_ns())
        return {"type": "message", "message": {"id": phone.last_id, **_message(phone, kind, told)}}

    def _post(self, body: Json) -> int:
        """Post a signed body to the webhook; returns the status."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        digest = hmac.new(self.credentials.secret.encode(), raw, hashlib.sha256).digest()
        request = urllib.request.Request(
            f"{self._address}{PATH}",
            raw,
            {
                "Content-Type": "application/json",
                "X-Line-Signature": base64.b64encode(digest).decode(),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def _message(phone: _Phone, kind: str, told: Json) -> Json:
    if kind in _OTHERS:
        phone.shown.append({"own": True, "text": _OTHERS[kind]})
        return {"type": kind}
    text = str(told.get("text", ""))
    phone.shown.append({"own": True, "text": text})
    if kind == "location":
        return {"type": "location", "address": text, "latitude": 35.0, "longitude": 139.0}
    return {"type": "text", "text": text, "quoteToken": "q"}


def _follow(kind: str) -> Json:
    if kind == "unfollow":
        return {"type": "unfollow"}
    return {"type": "follow", "follow": {"isUnblocked": kind == "follow_again"}}


def _take_back(phone: _Phone) -> None:
    own = [at for at, one in enumerate(phone.shown) if one.get("own")]
    if own:
        phone.shown[own[-1]] = {"own": True, "text": "（送信を取り消しました）"}
