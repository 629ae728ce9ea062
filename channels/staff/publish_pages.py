"""The gate before the public: what a draft would change, approving it, and going back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import SignedIn
from bot.draft_folder import DIFFERENCE_LABELS, differences, others_differ
from bot.drafts import ReadyDraft
from bot.errors import PublishRefused, UnknownDraft
from bot.impact_report import ImpactReport
from channels.staff.console import Console
from channels.staff.gate import Forbidden, Gate
from channels.staff.pages import StaffPages
from channels.staff.preparation import Finished, Progressing, State
from faq.book import FaqBook

_PATH: Final = "/staff/publish"
_RELEASES: Final = 30
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry in which the draft differs from what is public."""

    id: str
    question: str
    label: str


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of publishing."""
    router = APIRouter(default_response_class=HTMLResponse, prefix="/publish")
    publishing = _Publishing(console)

    @router.get("")
    def publish_page(who: SignedIn = Depends(gate.viewer), done: int | None = None) -> Response:
        """Show what is to be published, what that would change, and earlier releases."""
        return pages.page("publish.html", who, here="publish", done=done, **publishing.view())

    @router.post("/request")
    def request_approval(
        number: int = Form(),
        reason: str = Form(default="", max_length=_LONGEST_REASON),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Ask somebody else to approve a draft."""
        console.drafts.request(number, console.clock(), who.account.name, reason.strip())
        told = "公開を依頼しました"
        event = console.note(who.account.name, "requested", f"draft {number}", told=told)
        return RedirectResponse(f"{_PATH}?done={event.number}", 303)

    @router.post("")
    def publish(
        number: int = Form(),
        reason: str = Form(default="", max_length=_LONGEST_REASON),
        accept_blocked: bool = Form(default=False),
        who: SignedIn = Depends(gate.approver_form),
    ) -> Response:
        """Make a draft the release that citizens see."""
        event = publishing.publish(who, number, reason.strip(), accept_blocked=accept_blocked)
        return RedirectResponse(f"{_PATH}?done={event}", 303)

    @router.post("/roll-back")
    def roll_back(number: int = Form(), who: SignedIn = Depends(gate.approver_form)) -> Response:
        """Publish the content of an earlier release again."""
        by, at = who.account.name, console.clock()
        release = console.releases.repeat(number, at, f"公開版 {number} に戻す", by)
        told = (
            f"公開版 {number} の内容に戻しました（公開版 {release.number}）。下書きはそのままです"
        )
        event = console.note(by, "rolled_back", f"release {release.number}", told=told)
        return RedirectResponse(f"{_PATH}?done={event.number}", 303)

    return router


def build_checking(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of working out what a draft would change."""
    router = APIRouter(default_response_class=HTMLResponse, prefix="/publish")

    @router.get("/progress")
    def progress(_who: SignedIn = Depends(gate.viewer)) -> Response:
        """Show how far the check is."""
        state = console.preparing.state
        if not isinstance(state, Progressing):
            return Response(status_code=204, headers={"X-Finished": "1"})
        return pages.part("progress.html", work=state)

    @router.post("/check")
    def check(who: SignedIn = Depends(gate.editor_form)) -> Response:
        """Begin to work out what the draft would change."""
        if console.preparing.start("check", who.account.name):
            console.note(who.account.name, "checked", "draft", told="公開前の確認を始めました")
        return RedirectResponse(_PATH, 303)

    return router


class _Publishing:
    def __init__(self, console: Console) -> None:
        self._console = console

    def view(self) -> Mapping[str, Any]:
        """Return the values of the page."""
        console = self._console
        report = console.draft.report()
        draft = console.drafts.latest()
        state = console.preparing.state
        published, book = console.live.desk.book, report.folder.book
        impact = ImpactReport.from_json(draft.report) if draft else None
        return {
            "current": console.releases.current(),
            "releases": console.releases.listed()[:_RELEASES],
            "work": state if isinstance(state, Progressing) and state.aim == "check" else None,
            "failed": _failed(state),
            "problems": [str(one).replace(f"{console.draft.path}/", "") for one in report.problems],
            "changes": _changes(published, book),
            "others": others_differ(published, book),
            "draft": draft,
            "draft_is_old": bool(draft and draft.digest != book.digest),
            "impact": impact,
            "blocked": bool(impact and impact.is_blocked),
            "two": published.city.approval == "two",
            "reason": _proposed_reason(published, book),
        }

    def publish(self, who: SignedIn, number: int, reason: str, *, accept_blocked: bool) -> int:
        """Publish a draft; return the number of the act.

        Raises UnknownDraft, PublishRefused when it is blocked, Forbidden when it needs somebody
        else.
        """
        console = self._console
        draft = console.drafts.draft(number)
        self._check(who, draft, accept_blocked=accept_blocked)
        by, at = who.account.name, console.clock()
        by_both = f"{draft.requested_by}・{by}" if draft.requested_by else by
        release = console.drafts.publish(number, at, by_both, reason)
        impact = ImpactReport.from_json(draft.report)
        console.clusters.published([edit.entry_id for edit in impact.edits], release.number)
        told = f"公開版 {release.number} を公開しました。数秒で、市民への応答が変わります"
        return console.note(by, "published", f"release {release.number}", told=told).number

    def _check(self, who: SignedIn, draft: ReadyDraft, *, accept_blocked: bool) -> None:
        if draft.state not in ("ready", "requested"):
            raise UnknownDraft(
                f"確認した下書き {draft.number} は、もう公開したか取り下げたものです"
            )
        if ImpactReport.from_json(draft.report).is_blocked and not accept_blocked:
            raise PublishRefused("止めるべきことがあるので、公開しませんでした")
        if self._console.live.desk.book.city.approval != "two":
            return
        if draft.state != "requested" or draft.requested_by == who.account.name:
            raise Forbidden("approver")


def _failed(state: State) -> tuple[str, ...]:
    is_check = isinstance(state, Finished) and state.aim == "check"
    return state.problems if isinstance(state, Finished) and is_check else ()


def _changes(published: FaqBook, draft: FaqBook) -> list[Changed]:
    found = []
    for entry_id, difference in differences(published, draft).items():
        entry = draft.by_id.get(entry_id) or published.by_id[entry_id]
        found.append(Changed(entry_id, entry.question, DIFFERENCE_LABELS[difference]))
    return found


def _proposed_reason(published: FaqBook, draft: FaqBook) -> str:
    changes = _changes(published, draft)
    if not changes:
        return "・".join(others_differ(published, draft))[:_LONGEST_REASON]
    first, more = changes[0], len(changes) - 1
    rest = f" ほか {more} 件" if more else ""
    return f"{first.question}（{first.label}）{rest}"[:_LONGEST_REASON]
