"""Entries of the draft: the list, and the form of one."""

from typing import Any, Final

from fastapi import APIRouter, Depends, Query
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from bot.accounts import SignedIn
from bot.draft_folder import DIFFERENCE_LABELS, differences
from bot.inbox import Cluster
from channels.staff.console import Console
from channels.staff.entry_form import (
    FIELD_LABELS,
    LANGUAGE_LABELS,
    FormFault,
    Values,
    link_rows,
    values_of,
)
from channels.staff.entry_list import EntryFilter, entry_list
from channels.staff.entry_look import changes_of, difference, look_of, text_difference
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages
from faq.entry import FaqEntry
from faq.files.folder_edit import UnknownItem, Written
from faq.office import JAPAN

_HISTORY: Final = 50


class EntryForms:
    """Shows the form of an entry, as it stands or as it was sent."""

    def __init__(self, console: Console, pages: StaffPages) -> None:
        self._console = console
        self._pages = pages

    def written(self, entry_id: str) -> Written[FaqEntry]:
        """Return an entry as it is written; raises a 404 when there is none."""
        try:
            return self._console.editor.entry(entry_id)
        except UnknownItem as error:
            raise HTTPException(404) from error

    def new(
        self,
        who: SignedIn,
        values: Values,
        cluster: Cluster | None = None,
        faults: tuple[FormFault, ...] = (),
    ) -> Response:
        """Show the form of an entry that is not there yet."""
        return self._page(who, values, None, cluster=cluster, faults=faults)

    def known(
        self,
        who: SignedIn,
        written: Written[FaqEntry],
        values: Values | None = None,
        *,
        faults: tuple[FormFault, ...] = (),
        conflict: Markup | str = "",
        **around: Any,
    ) -> Response:
        """Show the form of an entry of the draft; `values` are what was sent but not kept."""
        shown = values if values is not None else values_of(written.value)
        return self._page(who, shown, written, faults=faults, conflict=conflict, **around)

    def _page(
        self,
        who: SignedIn,
        values: Values,
        written: Written[FaqEntry] | None,
        *,
        cluster: Cluster | None = None,
        faults: tuple[FormFault, ...] = (),
        conflict: Markup | str = "",
        **around: Any,
    ) -> Response:
        book, published = self._console.draft.book, self._console.live.desk.book
        entry = written.value if written else None
        differ = differences(published, book) if entry else {}
        return self._pages.page(
            "entry.html",
            who,
            409 if conflict else 422 if faults else 200,
            here="entries",
            values=values,
            version=written.version if written else "",
            file=written.file if written else "",
            is_new=written is None,
            cluster=cluster,
            faults=faults,
            conflict=conflict,
            field_labels=FIELD_LABELS,
            languages=LANGUAGE_LABELS,
            stale=_stale(entry) if entry else set(),
            unmarked=_unmarked(entry) if entry else set(),
            difference=DIFFERENCE_LABELS[differ[entry.id]] if entry and entry.id in differ else "",
            published=bool(entry and entry.id in published.by_id),
            published_question=entry.question if entry else "",
            topics=book.topics,
            offices=book.offices,
            contacts=[*book.groups, *book.offices],
            wards=book.wards,
            wards_used=any(values.get(f"ward-{ward.id}") for ward in book.wards),
            link_rows=link_rows(values),
            look=self._look(entry) if entry and not faults else "",
            tried="",
            **around,
        )

    def _look(self, entry: FaqEntry) -> Markup:
        values = look_of(self._console, entry, self._console.draft.book, ())
        return self._pages.markup("entry_look.html", **values)


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes for looking at entries."""
    router = APIRouter(default_response_class=HTMLResponse)
    forms = EntryForms(console, pages)

    @router.get("/entries")
    def entries(
        who: SignedIn = Depends(gate.viewer),
        words: str = Query(default="", max_length=100),
        topic: str = Query(default="", max_length=100),
        owner: str = Query(default="", max_length=100),
        show: str = Query(default="", max_length=20),
        first: int = Query(default=0, ge=0),
        done: int | None = None,
    ) -> Response:
        """List the entries of the draft."""
        report = console.draft.report()
        wanted = EntryFilter(words, topic, owner, show)
        today = console.clock().astimezone(JAPAN).date()
        values = entry_list(report.folder.book, console.live.desk.book, wanted, first, today)
        return pages.page(
            "entries.html",
            who,
            here="entries",
            done=done,
            problems=[_told(console, str(one)) for one in report.problems],
            words=words,
            topic=topic,
            owner=owner,
            show=show,
            **values,
        )

    # Before the entries: their route would take "new" for an id.
    @router.get("/entries/new")
    def new(
        who: SignedIn = Depends(gate.viewer), cluster: str = Query(default="", max_length=36)
    ) -> Response:
        """Show an empty form; for a cluster, with its wordings as a start."""
        if not cluster:
            return forms.new(who, {})
        found = console.clusters.cluster(cluster)
        texts = [text for text, _ in console.clusters.texts(cluster, 5)]
        return forms.new(who, _started(found, texts), found)

    @router.get("/entries/{entry_id}")
    def entry(
        entry_id: str, who: SignedIn = Depends(gate.viewer), done: int | None = None
    ) -> Response:
        """Show the form of an entry of the draft."""
        return forms.known(who, forms.written(entry_id), done=done)

    @router.get("/entries/{entry_id}/history")
    def history(entry_id: str, who: SignedIn = Depends(gate.viewer)) -> Response:
        """Show who changed an entry, and what."""
        written = forms.written(entry_id)
        published = console.live.desk.book.by_id.get(entry_id)
        events = console.audit.latest(_HISTORY, subject=entry_id)
        return pages.page(
            "history.html",
            who,
            here="entries",
            entry=written.value,
            events=[(one, changes_of(one.detail)) for one in events],
            commits=[
                (one, text_difference(one.before, one.after))
                for one in console.history.of("entry", entry_id)
            ],
            difference=difference(published, written.value) if published else "",
        )

    return router


def _started(cluster: Cluster, texts: list[str]) -> Values:
    return {
        "question": cluster.title,
        "phrasings": "\n".join(text for text in texts if text != cluster.title),
        "owner": cluster.section,
    }


def _stale(entry: FaqEntry) -> set[str]:
    variants = ((language, entry.variant(language)) for language in LANGUAGE_LABELS)
    return {language for language, variant in variants if variant and entry.is_stale(variant)}


def _unmarked(entry: FaqEntry) -> set[str]:
    """Return the languages of which nobody noted what Japanese they were made from."""
    variants = ((language, entry.variant(language)) for language in LANGUAGE_LABELS)
    return {language for language, variant in variants if variant and not variant.of}


def _told(console: Console, problem: str) -> str:
    """Return a problem without the path of the folder on this machine."""
    return problem.replace(f"{console.draft.path}/", "")
