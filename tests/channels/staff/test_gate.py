"""No page and no form of the console is open to who may not use it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from starlette.routing import Mount

from bot.accounts import FAILURES_TO_LOCK, ROLE_LABELS, Role
from channels.app import create_app
from channels.backend import Backend
from channels.staff.application import MOUNTED_AT
from channels.staff.gate import COOKIE
from tests.channels.staff.conftest import HTML, PASSWORD, Clerk
from tests.conftest import NOON

OPEN: Final = {("get", "/sign-in"), ("post", "/sign-in"), ("get", "/first"), ("post", "/first")}
"""What is for those who are not signed in yet."""

NEEDED: Final[dict[Role, set[tuple[str, str]]]] = {
    "viewer": {
        ("get", "/"),
        ("get", "/clusters/{cluster_id}"),
        ("get", "/entries"),
        ("get", "/entries/new"),
        ("get", "/entries/{entry_id}"),
        ("get", "/entries/{entry_id}/history"),
        ("get", "/log"),
        ("get", "/look-up"),
        ("get", "/publish"),
        ("get", "/publish/progress"),
        ("get", "/still-here"),
        ("get", "/texts"),
        ("get", "/texts/notices"),
        ("get", "/texts/offices/{office_id}"),
        ("get", "/texts/sentences/{sentence_id}"),
        ("post", "/entries/try"),
        ("post", "/look-up"),
        ("post", "/look-up/said"),
        ("post", "/sign-out"),
    },
    "editor": {
        ("post", "/clusters/assign"),
        ("post", "/clusters/erase"),
        ("post", "/clusters/note"),
        ("post", "/clusters/phrasing"),
        ("post", "/clusters/reject"),
        ("post", "/clusters/reopen"),
        ("post", "/entries"),
        ("post", "/entries/look"),
        ("post", "/entries/remove"),
        ("post", "/publish/check"),
        ("post", "/publish/request"),
        ("post", "/texts/notices"),
        ("post", "/texts/notices/down"),
        ("post", "/texts/notices/up"),
        ("post", "/texts/offices/{office_id}"),
        ("post", "/texts/sentences/{sentence_id}"),
        ("post", "/undo"),
    },
    "approver": {
        ("post", "/publish"),
        ("post", "/publish/roll-back"),
        ("post", "/texts/notices/close"),
        ("post", "/texts/notices/open"),
    },
    "admin": {
        ("get", "/accounts"),
        ("get", "/log/check"),
        ("get", "/log/export"),
        ("post", "/accounts"),
        ("post", "/accounts/change"),
    },
}
"""The least role for every other route; a route that is in no set is found by a test."""

ROUTES: Final = [(role, *route) for role, routes in NEEDED.items() for route in sorted(routes)]
FORMS: Final = [path for _, method, path in ROUTES if method == "post"]


def schema_of(backend: Backend) -> Any:
    app = create_app(backend)
    mount = next(one for one in app.routes if isinstance(one, Mount) and one.path == MOUNTED_AT)
    return mount.app.openapi()["paths"]  # type: ignore[attr-defined]


def address(path: str) -> str:
    named = path.format(cluster_id="x", entry_id="x", office_id="x", sentence_id="x")
    return f"{MOUNTED_AT}{named}"


def test_every_route_is_in_the_table(backend: Backend) -> None:
    found = {(method, path) for path, methods in schema_of(backend).items() for method in methods}
    assert found == OPEN | {(method, path) for _, method, path in ROUTES}


def test_no_route_lets_in_who_is_not_signed_in(console: httpx.Client) -> None:
    for _, method, path in ROUTES:
        answer = console.request(method, address(path), headers=HTML)
        assert answer.status_code == 401, (method, path)
        assert 'action="/staff/sign-in"' in answer.text


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_no_route_lets_in_a_role_below_its_own(
    role: Role, signed_in: Callable[[Role], Clerk]
) -> None:
    clerk = signed_in(role)
    roles = list(ROLE_LABELS)
    higher = [one for one in ROUTES if roles.index(one[0]) > roles.index(role)]
    assert higher
    for needed, method, path in higher:
        answer = clerk.get(address(path)) if method == "get" else clerk.post(address(path))
        assert answer.status_code == 403, (method, path)
        assert ROLE_LABELS[needed] in answer.text


def test_no_form_is_taken_without_the_token_of_the_session(
    signed_in: Callable[[Role], Clerk],
) -> None:
    admin = signed_in("admin")
    for path in FORMS:
        for token in ("", "0" * 64):
            answer = admin.post(address(path), {"form_token": token})
            assert answer.status_code == 403, path


@pytest.mark.parametrize(
    "sent",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_no_form_is_taken_from_another_site(
    signed_in: Callable[[Role], Clerk], console: httpx.Client, sent: dict[str, str]
) -> None:
    admin = signed_in("admin")
    for path in FORMS:
        assert admin.post(address(path), **sent).status_code == 403, path
    entry = {"name": "職員 admin", "password": PASSWORD}
    assert console.post("/staff/sign-in", data=entry, headers=sent).status_code == 403


def test_a_form_that_is_refused_gives_back_what_was_written(
    signed_in: Callable[[Role], Clerk], console: httpx.Client
) -> None:
    written = {"question": "大切な下書き", "form_token": "0"}
    refused = signed_in("viewer").post("/staff/entries", written)
    assert refused.status_code == 403
    expired = console.post("/staff/entries", data=written, headers=HTML)
    assert expired.status_code == 401
    for answer in (refused, expired):
        assert "大切な下書き" in answer.text


def test_who_signs_in_comes_back_to_the_page_asked_for(
    console: httpx.Client, backend: Backend
) -> None:
    backend.accounts.add("山田", "viewer", PASSWORD, NOON)
    page = console.get("/staff/entries?show=due", headers=HTML).text
    assert 'name="then" value="/staff/entries?show=due"' in page
    entry = {"name": "山田", "password": PASSWORD, "then": "/staff/entries?show=due"}
    assert console.post("/staff/sign-in", data=entry).headers["location"] == entry["then"]


@pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example", "/faq/", ""])
def test_signing_in_leads_nowhere_else(console: httpx.Client, backend: Backend, then: str) -> None:
    backend.accounts.add("山田", "viewer", PASSWORD, NOON)
    entry = {"name": "山田", "password": PASSWORD, "then": then}
    assert console.post("/staff/sign-in", data=entry).headers["location"] == "/staff/"


def test_wrong_passwords_lock_the_account_and_are_noted(
    console: httpx.Client, backend: Backend
) -> None:
    backend.accounts.add("山田", "viewer", PASSWORD, NOON)
    for _ in range(FAILURES_TO_LOCK):
        answer = console.post("/staff/sign-in", data={"name": "山田", "password": "ちがう"})
        assert answer.status_code == 422
    assert "15分" in answer.text
    right = console.post("/staff/sign-in", data={"name": "山田", "password": PASSWORD})
    assert right.status_code == 422
    noted = backend.audit.latest(9)
    assert [one.action for one in noted] == ["sign_in_refused"] * (FAILURES_TO_LOCK + 1)
    console.post("/staff/sign-in", data={"name": "うっかり書いた合い言葉", "password": "x"})
    assert "うっかり" not in str(backend.audit.latest(1)), "a name nobody has may be a password"


def test_signing_out_ends_the_session(signed_in: Callable[[Role], Clerk]) -> None:
    clerk = signed_in("viewer")
    assert clerk.get("/staff/").status_code == 200
    assert clerk.post("/staff/sign-out").headers["location"] == "/staff/sign-in"
    assert clerk.get("/staff/").status_code == 401


def test_pages_are_kept_in_no_cache_and_send_their_policy(
    signed_in: Callable[[Role], Clerk],
) -> None:
    page = signed_in("viewer").get("/staff/")
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "style=" not in page.text
    assert " onclick" not in page.text


def test_a_browser_that_would_lose_the_cookie_is_told_so(console: httpx.Client) -> None:
    page = console.get("/staff/sign-in", headers=HTML | {"host": "chat.city.example"}).text
    assert "https:// で始まるアドレス" in page
    assert "https:// で始まるアドレス" not in console.get("/staff/sign-in", headers=HTML).text


def test_citizens_see_no_console_where_only_they_are_served(backend: Backend) -> None:
    public = {getattr(route, "path", "") for route in create_app(backend, "public").routes}
    assert MOUNTED_AT not in public
    staff = {getattr(route, "path", "") for route in create_app(backend, "staff").routes}
    assert MOUNTED_AT in staff
    assert not {path for path in staff if path.startswith(("/chat", "/faq", "/api", "/line"))}


def test_an_idle_session_is_shown_the_sign_in_page(
    signed_in: Callable[[Role], Clerk], backend: Backend
) -> None:
    clerk = signed_in("viewer")
    who = backend.accounts.signed_in(clerk.token, NOON)
    assert who
    assert backend.accounts.signed_in(clerk.token, NOON + timedelta(hours=2)) is None
    assert clerk.get("/staff/").status_code == 401
    assert COOKIE.startswith("__Host-")
