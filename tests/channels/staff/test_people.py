"""Registering staff, and the log of what they did."""

import csv
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.accounts import Role
from channels.backend import Backend
from channels.staff.one_time import TRIER, OneTimeCode
from tests.channels.staff.conftest import HTML, PASSWORD, Clerk
from tests.conftest import serving
from tests.running import TOIAWASE, environment


@pytest.fixture
def admin(signed_in: Callable[[Role], Clerk]) -> Clerk:
    return signed_in("admin")


def test_an_account_is_registered_changed_and_stopped(
    admin: Clerk, backend: Backend, console: httpx.Client
) -> None:
    told = {"name": "鈴木", "password": PASSWORD, "role": "viewer"}
    assert admin.post("/staff/accounts", told).status_code == 303
    entry = {"name": "鈴木", "password": PASSWORD}
    assert console.post("/staff/sign-in", data=entry).status_code == 303
    changed = {"name": "鈴木", "role": "editor", "active": "true"}
    assert admin.post("/staff/accounts/change", changed).status_code == 303
    assert backend.accounts.account("鈴木").role == "editor"  # type: ignore[union-attr]
    admin.post("/staff/accounts/change", {"name": "鈴木", "role": "editor"})
    assert console.post("/staff/sign-in", data=entry).status_code == 422
    page = admin.get("/staff/accounts").text
    assert "鈴木" in page
    assert PASSWORD not in page


@pytest.mark.parametrize(
    "told",
    [
        {"name": "鈴木", "password": "短い", "role": "viewer"},
        {"name": "", "password": PASSWORD, "role": "viewer"},
        {"name": "鈴木", "password": PASSWORD, "role": "king"},
    ],
)
def test_what_will_not_do_is_told(admin: Clerk, told: dict[str, str]) -> None:
    answer = admin.post("/staff/accounts", told)
    assert answer.status_code == 422
    assert told["password"] not in answer.text


def test_nobody_locks_themselves_out(admin: Clerk, backend: Backend) -> None:
    for change in ({"role": "viewer", "active": "true"}, {"role": "admin"}):
        answer = admin.post("/staff/accounts/change", {"name": "職員 admin", **change})
        assert answer.status_code == 422
    assert admin.get("/staff/accounts").status_code == 200
    nobody = {"name": "誰も", "role": "viewer", "active": "true"}
    assert admin.post("/staff/accounts/change", nobody).status_code == 404


def test_the_log_is_written_out_for_a_spreadsheet(admin: Clerk, backend: Backend) -> None:
    told = {"name": "=HYPERLINK(1)", "password": PASSWORD, "role": "viewer"}
    admin.post("/staff/accounts", told)
    sent = admin.get("/staff/log/export")
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(sent.text.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["番号", "日時", "だれが"]
    assert [row[0] for row in rows[1:]] == [str(one.number) for one in backend.audit.each()]
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert "書かれたときのままです" in admin.get("/staff/log/check").text


def test_the_log_can_be_read_by_everybody(signed_in: Callable[[Role], Clerk]) -> None:
    page = signed_in("viewer").get("/staff/log").text
    assert "ログイン" in page
    assert "/staff/log/export" not in page


def test_the_one_time_address_opens_the_console_once(backend: Backend) -> None:
    code = OneTimeCode()
    with serving(backend, code) as address, httpx.Client(base_url=address) as client:
        for _ in range(2):
            page = client.get("/staff/first", params={"code": code.value}, headers=HTML)
            assert "職員画面を開く" in page.text, "looking does not spend it"
        opened = client.post("/staff/first", data={"code": code.value})
        assert opened.status_code == 303
        assert client.post("/staff/first", data={"code": code.value}).status_code == 403
        assert client.post("/staff/first", data={"code": "guess"}).status_code == 403
        page = client.get("/staff/first", params={"code": code.value}, headers=HTML).text
        assert "もう使えません" in page
    assert backend.accounts.account(TRIER)
    assert backend.audit.latest(1)[0].by == TRIER


def run(
    state: Path, faq: Path, *arguments: str, told: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*TOIAWASE, "staff", *arguments],
        env=environment(state, faq),
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("role", ["管理", "admin"])
def test_staff_are_registered_by_the_command(
    backend: Backend, city_folder: Path, role: str
) -> None:
    state = backend.settings.state_folder
    done = run(state, city_folder, "add", "鈴木", "--role", role, told=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "鈴木 さんを「管理」として登録しました。\n"
    assert backend.accounts.sign_in("鈴木", PASSWORD, backend.clock())
    assert backend.audit.latest(1)[0].action == "account"
    assert "鈴木　管理" in run(state, city_folder, "list").stdout


def test_a_password_that_will_not_do_is_refused_by_the_command(
    backend: Backend, city_folder: Path
) -> None:
    state = backend.settings.state_folder
    done = run(state, city_folder, "add", "鈴木", "--role", "viewer", told="短い\n")
    assert done.returncode == 1
    assert "12文字から" in done.stderr
    assert "Traceback" not in done.stderr
    assert backend.accounts.account("鈴木") is None
