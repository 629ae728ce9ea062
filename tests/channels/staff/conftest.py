"""The console of the small city over real HTTP, with somebody of each role signed in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.accounts import Role
from channels.backend import Backend
from channels.staff.gate import COOKIE
from tests.conftest import NOON, serving

PASSWORD = "とても長い合い言葉です2026"
HTML = {"accept": "text/html"}


@dataclass(frozen=True)
class Clerk:
    """A browser of the console: keeps its cookie and sends the token of its forms."""

    client: httpx.Client
    token: str = ""

    def get(self, path: str, **around: Any) -> httpx.Response:
        return self.client.get(path, headers=self._headers(), **around)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: str) -> httpx.Response:
        """Send a form of the console, from one of its pages."""
        told = {"form_token": self.form_token, **(data or {})}
        return self.client.post(path, data=told, headers=self._headers(**more))

    @property
    def form_token(self) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.get("/staff/look-up").text)
        return found.group(1) if found else ""

    def _headers(self, **more: str) -> dict[str, str]:
        # The cookie is for HTTPS or the own machine, which browsers know and this client does not.
        cookie = {"cookie": f"{COOKIE}={self.token}"} if self.token else {}
        return HTML | cookie | more


@pytest.fixture
def console(backend: Backend) -> Iterator[httpx.Client]:
    with serving(backend) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture
def signed_in(console: httpx.Client, backend: Backend) -> Callable[[Role], Clerk]:
    def make(role: Role) -> Clerk:
        name = f"職員 {role}"
        backend.accounts.add(name, role, PASSWORD, NOON)
        sent = console.post("/staff/sign-in", data={"name": name, "password": PASSWORD})
        assert sent.status_code == 303, sent.text
        kept = sent.headers["set-cookie"]
        for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert part in kept
        return Clerk(console, kept.partition("=")[2].partition(";")[0])

    return make


@pytest.fixture
def editor(signed_in: Callable[[Role], Clerk]) -> Clerk:
    return signed_in("editor")


@pytest.fixture
def approver(signed_in: Callable[[Role], Clerk]) -> Clerk:
    return signed_in("approver")
