"""Notices and closed channels: what is switched on and off at once, beside the releases."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, cast

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import SignedIn
from bot.question import CHANNEL_LABELS, Channel
from channels.staff.console import Console
from channels.staff.entry_form import Values
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages
from faq.files.folder_edit import EditRefused
from faq.files.notices import notices_of
from faq.notice import Level, Notice
from faq.office import JAPAN
from faq.problem import FaqFolderError

LEVEL_LABELS: Final[Mapping[Level, str]] = {"info": "お知らせ", "warning": "注意", "danger": "緊急"}

_CLOSABLE: Final[tuple[Channel, ...]] = ("web", "line")
_PATH: Final = "/staff/texts/notices"
_LONGEST: Final = 500


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of the notices and of closing channels."""
    router = APIRouter(default_response_class=HTMLResponse, prefix="/texts/notices")

    board = _NoticeBoard(console, pages)

    @router.get("")
    def notices(who: SignedIn = Depends(gate.viewer), done: int | None = None) -> Response:
        """Show what is switched on, and what is prepared."""
        return board.page(who, done=done)

    @router.post("")
    def prepare(
        text: str = Form(default="", max_length=_LONGEST),
        level: str = Form(default="info", pattern="^(info|warning|danger)$"),
        easy: str = Form(default="", max_length=_LONGEST),
        starts: str = Form(default="", max_length=20),
        ends: str = Form(default="", max_length=20),
        up: bool = Form(default=False),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Prepare a notice, and put it up at once if that was asked for."""
        values = {"text": text, "level": level, "easy": easy, "starts": starts, "ends": ends}
        return board.prepare(who, values, up=up)

    @router.post("/up")
    def put_up(
        notice_id: str = Form(max_length=100), who: SignedIn = Depends(gate.editor_form)
    ) -> Response:
        """Put a prepared notice up on every channel."""
        found = next((one for one in _prepared(console) if one.id == notice_id), None)
        if found is None:
            return board.page(who, 404, "そのお知らせはありません。")
        return _put_up(console, found, who.account.name)

    @router.post("/down")
    def take_down(
        notice_id: str = Form(max_length=100), who: SignedIn = Depends(gate.editor_form)
    ) -> Response:
        """Take a notice down on every channel."""
        console.board.take_down(notice_id)
        event = console.note(
            who.account.name, "notice_down", notice_id, told="お知らせを取り下げました"
        )
        return _to(event.number)

    return router


def build_closing(console: Console, gate: Gate) -> APIRouter:
    """Return the routes of closing channels."""
    router = APIRouter(default_response_class=HTMLResponse, prefix="/texts/notices")

    @router.post("/close")
    def close(
        channel: str = Form(pattern="^(web|line)$"),
        sentence: str = Form(default="", max_length=_LONGEST),
        who: SignedIn = Depends(gate.approver_form),
    ) -> Response:
        """Close a channel; its users read the sentence."""
        name = cast(Channel, channel)
        fixed = console.live.desk.book.sentence("unavailable")
        shown = sentence.strip() or (fixed.in_language("ja") if fixed else "")
        console.board.close(name, shown, console.clock())
        told = f"{CHANNEL_LABELS[name]}の受付を止めました"
        return _to(console.note(who.account.name, "channel_closed", channel, told=told).number)

    @router.post("/open")
    def reopen(
        channel: str = Form(pattern="^(web|line)$"), who: SignedIn = Depends(gate.approver_form)
    ) -> Response:
        """Open a channel again."""
        name = cast(Channel, channel)
        console.board.open(name)
        told = f"{CHANNEL_LABELS[name]}の受付を再開しました"
        return _to(console.note(who.account.name, "channel_opened", channel, told=told).number)

    return router


class _NoticeBoard:
    def __init__(self, console: Console, pages: StaffPages) -> None:
        self._console = console
        self._pages = pages

    def page(
        self,
        who: SignedIn,
        status: int = 200,
        problem: str = "",
        values: Values | None = None,
        done: int | None = None,
    ) -> Response:
        board = self._console.board.board()
        up = {one.id for one in board.notices}
        return self._pages.page(
            "notices.html",
            who,
            status,
            here="texts",
            done=done,
            problem=problem,
            values=values or {},
            levels=LEVEL_LABELS,
            shown=board.notices,
            prepared=[one for one in _prepared(self._console) if one.id not in up],
            channels=[(name, CHANNEL_LABELS[name], board.closed.get(name)) for name in _CLOSABLE],
            now=self._console.clock(),
        )

    def prepare(self, who: SignedIn, values: Values, *, up: bool) -> Response:
        at = self._console.clock()
        made = _notice(values, at)
        if not made.text:
            return self.page(who, 422, "文を書いてください。", values)
        if made.ends_at and made.ends_at <= made.starts_at:
            return self.page(who, 422, "終わりの日時が、始まりより前です。", values)
        try:
            change = self._console.editor.put_notice(made)
        except EditRefused as refused:
            told = "。".join(one.message for one in refused.fields)
            return self.page(who, 422, told, values)
        told = "お知らせの文を用意しました"
        by = who.account.name
        event = self._console.curator.edited(by, at, "notice_changed", made.id, told, [change])
        return _put_up(self._console, made, by) if up else _to(event.number)


def _notice(values: Values, at: datetime) -> Notice:
    return Notice(
        f"n{at:%Y%m%d-%H%M%S}",
        cast(Level, values["level"]),
        values["text"].strip(),
        _moment(values["starts"]) or at.replace(second=0, microsecond=0),
        _moment(values["ends"]),
        values["easy"].strip(),
    )


def _put_up(console: Console, notice: Notice, by: str) -> Response:
    at = console.clock()
    # What is put up by hand is to be seen now, not only from the time it was prepared for.
    console.board.put_up(replace(notice, starts_at=min(notice.starts_at, at)))
    told = "お知らせを掲げました。5秒ほどで、すべての受付経路に出ます"
    return _to(console.note(by, "notice_up", notice.id, told=told).number)


def _to(number: int) -> Response:
    return RedirectResponse(f"{_PATH}?done={number}", 303)


def _prepared(console: Console) -> list[Notice]:
    try:
        return notices_of(console.draft.path)
    except FaqFolderError:
        return []


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=JAPAN)
    except ValueError:
        return None
