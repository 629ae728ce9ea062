"""Registering staff: who may do what."""

from dataclasses import replace
from typing import Final, cast

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import ROLE_DUTIES, ROLE_LABELS, Account, Role, SignedIn
from bot.errors import AccountRefused
from channels.staff.console import Console
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages, section_names

_ROLES: Final = f"^({'|'.join(ROLE_LABELS)})$"
_PATH: Final = "/staff/accounts"


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of the accounts."""
    router = APIRouter(default_response_class=HTMLResponse)

    def page(
        who: SignedIn,
        status: int = 200,
        problem: str = "",
        name: str = "",
        done: int | None = None,
    ) -> Response:
        return pages.page(
            "accounts.html",
            who,
            status,
            here="accounts",
            done=done,
            accounts=console.accounts.listed(),
            roles=ROLE_LABELS,
            duties=ROLE_DUTIES,
            offices=section_names(console.live.desk.book),
            at=console.clock(),
            problem=problem,
            name=name,
        )

    @router.get("/accounts")
    def accounts(who: SignedIn = Depends(gate.admin), done: int | None = None) -> Response:
        """List the accounts, with the form for one more."""
        return page(who, done=done)

    @router.post("/accounts")
    def add(
        name: str = Form(default="", max_length=200),
        password: str = Form(default="", max_length=1_000),
        role: str = Form(pattern=_ROLES),
        section: str = Form(default="", max_length=100),
        who: SignedIn = Depends(gate.admin_form),
    ) -> Response:
        """Register an account, or give one a new role and password."""
        chosen = cast(Role, role)
        try:
            made = console.accounts.add(name, chosen, password, console.clock(), section)
        except AccountRefused as refused:
            return page(who, 422, f"{refused}。", name)
        told = f"{made.name} さんを「{ROLE_LABELS[chosen]}」として登録しました"
        return _done(console, who, made, told)

    @router.post("/accounts/change")
    def change(
        name: str = Form(max_length=200),
        role: str = Form(pattern=_ROLES),
        section: str = Form(default="", max_length=100),
        active: bool = Form(default=False),
        who: SignedIn = Depends(gate.admin_form),
    ) -> Response:
        """Change what an account may do, stop it, or lift a lock."""
        account = console.accounts.account(name)
        if account is None:
            return page(who, 404, "その名前の職員は登録されていません。")
        is_own = account.name == who.account.name
        if is_own and (role != "admin" or not active):
            return page(
                who, 422, "自分の管理の役割は外せません。ほかの管理の担当者に頼んでください。"
            )
        changed = replace(
            account,
            role=cast(Role, role),
            section=section,
            is_active=active,
            failures=0,
            locked_until=None,
        )
        console.accounts.put(changed, keep_sessions=is_own)
        told = f"{changed.name} さんの登録を変えました"
        return _done(console, who, changed, told)

    return router


def _done(console: Console, who: SignedIn, account: Account, told: str) -> Response:
    event = console.note(
        who.account.name,
        "account",
        account.name,
        told=told,
        role=account.role,
        section=account.section,
        active=account.is_active,
    )
    return RedirectResponse(f"{_PATH}?done={event.number}", 303)
