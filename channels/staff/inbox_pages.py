"""The inbox (要対応): clusters of misses with a proposal for each, and deciding them."""

from typing import Final, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import SignedIn
from bot.audit import AuditEvent
from bot.inbox import ClusterState, Decision, InboxFilter
from bot.inquiry import MissReason
from bot.miss_sorting import profile_of
from bot.question import Channel
from channels.staff.cluster_view import cluster_view
from channels.staff.console import Console
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages, section_names

_PAGE: Final = 20
_STATES: Final = "^(open|accepted|rejected|erasing|erased)$"
_CHANNELS: Final = "^(|web|line|staff|cli)$"
_REASONS: Final = "^(|no_entry|unsure|not_helpful|low_confidence)$"
_LONGEST_WORDING: Final = 200


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of the inbox."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    def inbox(
        who: SignedIn = Depends(gate.viewer),
        state: str = Query(default="open", pattern=_STATES),
        channel: str = Query(default="", pattern=_CHANNELS),
        reason: str = Query(default="", pattern=_REASONS),
        section: str = Query(default="", max_length=100),
        words: str = Query(default="", max_length=100),
        first: int = Query(default=0, ge=0),
        done: int | None = None,
    ) -> Response:
        """Show the clusters, those asked most often first."""
        wanted = InboxFilter(
            cast(ClusterState, state),
            cast(Channel, channel),
            cast(MissReason, reason),
            section,
            words.strip(),
        )
        book = console.live.desk.book
        page = console.clusters.page(wanted, console.clock(), first, _PAGE)
        query = {"state": state, "channel": channel, "reason": reason, "section": section}
        return pages.page(
            "inbox.html",
            who,
            here="inbox",
            done=done,
            page=page,
            profiles={one.cluster.id: profile_of(one.cluster) for one in page.clusters},
            wanted=wanted,
            narrowed=bool(channel or reason or section or wanted.words),
            waiting=console.sorter.is_behind,
            questions={entry.id: entry.question for entry in book.entries},
            offices=section_names(book),
            first=first,
            limit=_PAGE,
            link=lambda at: f"/staff/?{urlencode({**query, 'words': words, 'first': at})}",
        )

    @router.get("/clusters/{cluster_id}")
    def cluster(
        cluster_id: str,
        who: SignedIn = Depends(gate.viewer),
        q: str = Query(default="", max_length=_LONGEST_WORDING),
        done: int | None = None,
    ) -> Response:
        """Show one cluster whole."""
        view = cluster_view(console, cluster_id, q.strip())
        return pages.page("cluster.html", who, here="inbox", done=done, q=q, **view)

    return router


def build_actions(console: Console, gate: Gate) -> APIRouter:
    """Return the routes that decide clusters; each can be undone."""
    router = APIRouter(default_response_class=HTMLResponse, prefix="/clusters")
    curator = console.curator

    @router.post("/phrasing")
    def add_phrasing(
        cluster_id: str = Form(max_length=36),
        entry_id: str = Form(max_length=200),
        wording: str = Form(max_length=_LONGEST_WORDING),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Add a wording of the cluster to an entry of the draft."""
        by, at = who.account.name, console.clock()
        return _to_inbox(curator.accept_phrasing(cluster_id, entry_id, wording.strip(), by, at))

    @router.post("/reject")
    def reject(
        cluster_id: str = Form(max_length=36),
        decision: str = Form(pattern="^(not_ours|small_talk)$"),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Decide that the need calls for nothing; it stays away from now on."""
        by, at = who.account.name, console.clock()
        return _to_inbox(curator.reject(cluster_id, cast(Decision, decision), by, at))

    @router.post("/erase")
    def erase(
        cluster_id: str = Form(max_length=36), who: SignedIn = Depends(gate.editor_form)
    ) -> Response:
        """Hide what was written, and erase it when it can no longer be taken back."""
        return _to_inbox(curator.erase(cluster_id, who.account.name, console.clock()))

    @router.post("/reopen")
    def reopen(
        cluster_id: str = Form(max_length=36), who: SignedIn = Depends(gate.editor_form)
    ) -> Response:
        """Put a decided cluster back into the inbox."""
        return _to_inbox(curator.reopen(cluster_id, who.account.name, console.clock()))

    @router.post("/assign")
    def assign(
        cluster_id: str = Form(max_length=36),
        section: str = Form(default="", max_length=100),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Give a cluster to a section."""
        book = console.live.desk.book
        office = book.office(section)
        name = office.name if office else ""
        event = curator.assign(cluster_id, section, name, who.account.name, console.clock())
        return _to_cluster(event)

    @router.post("/note")
    def note(
        cluster_id: str = Form(max_length=36),
        text: str = Form(min_length=1, max_length=1_000),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Write something about a cluster for the others."""
        event = curator.note(cluster_id, text.strip(), who.account.name, console.clock())
        return _to_cluster(event)

    return router


def _to_inbox(event: AuditEvent) -> Response:
    return RedirectResponse(f"/staff/?done={event.number}", 303)


def _to_cluster(event: AuditEvent) -> Response:
    return RedirectResponse(f"/staff/clusters/{event.subject}?done={event.number}", 303)
