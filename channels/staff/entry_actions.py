"""Changing entries of the draft: saving, looking, trying, removing, taking back."""

from dataclasses import replace

from fastapi import APIRouter, Depends, Form, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import SignedIn
from bot.audit import AuditEvent
from bot.inbox import Cluster
from channels.staff.console import Console
from channels.staff.entry_form import FormFault, Values, entry_from, faults_of
from channels.staff.entry_look import difference, look_of
from channels.staff.entry_pages import EntryForms
from channels.staff.form_values import form_values
from channels.staff.gate import Gate
from channels.staff.pages import StaffPages
from channels.staff.trying import tried
from faq.entry import FaqEntry
from faq.files.folder_edit import Change, EditConflict, EditRefused, FieldProblem
from faq.files.yaml_edit import CannotEdit


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes for changing entries."""
    router = APIRouter(default_response_class=HTMLResponse)
    forms = EntryForms(console, pages)
    saving = _Saving(console, forms)

    @router.post("/entries")
    def save(
        values: Values = Depends(form_values), who: SignedIn = Depends(gate.editor_form)
    ) -> Response:
        """Keep an entry in the draft, or show what stands against it."""
        return saving.add(who, values) if values.get("is_new") else saving.change(who, values)

    @router.post("/entries/look")
    def look(
        values: Values = Depends(form_values), _who: SignedIn = Depends(gate.editor_form)
    ) -> Response:
        """Show how an entry would look, and what is wrong with it; nothing is kept."""
        entry, faults = saving.read(values)
        found = faults or _faults(console.editor.problems(entry, is_new=bool(values.get("is_new"))))
        return pages.part("entry_look.html", **look_of(console, entry, console.draft.book, found))

    @router.post("/entries/try")
    def try_out(
        text: str = Form(default="", max_length=5_000),
        entry_id: str = Form(default="", max_length=200, alias="id"),
        who: SignedIn = Depends(gate.viewer_form),
    ) -> Response:
        """Put a question to the draft; nothing is recorded."""
        found = tried(console, text, entry_id)
        return pages.part("tried.html", who=who, **found)

    @router.post("/entries/remove")
    def remove(
        entry_id: str = Form(max_length=200, alias="id"),
        version: str = Form(max_length=40),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Remove an entry from the draft."""
        written = forms.written(entry_id)
        try:
            change = console.editor.remove_entry(entry_id, version)
        except EditConflict:
            return forms.known(who, written, conflict=Markup("<p>内容が変わりました。</p>"))
        except EditRefused as refused:
            return forms.known(who, written, faults=_faults(refused.fields))
        told = f"FAQ「{written.value.question}」を下書きから消しました"
        event = _noted(console, who, "entry_removed", entry_id, told, change)
        return RedirectResponse(f"/staff/entries?done={event.number}", 303)

    @router.post("/undo")
    def undo(
        request: Request, number: int = Form(), who: SignedIn = Depends(gate.editor_form)
    ) -> Response:
        """Take an act back."""
        event = console.curator.undo(number, who.account.name, console.clock())
        return RedirectResponse(f"{_back(request)}?done={event.number}", 303)

    return router


class _Saving:
    def __init__(self, console: Console, forms: EntryForms) -> None:
        self._console = console
        self._forms = forms

    def read(self, values: Values) -> tuple[FaqEntry, tuple[FormFault, ...]]:
        """Return the entry of a form, and what of it cannot be read."""
        book = self._console.draft.book
        before = book.by_id.get(values.get("id", ""))
        entry = entry_from(values, book, before)
        if values.get("is_new") and not entry.id:
            entry = replace(entry, id=self._console.editor.proposed_id(entry))
        return entry, faults_of(values)

    def add(self, who: SignedIn, values: Values) -> Response:
        entry, faults = self.read(values)
        cluster = self._cluster(values)
        try:
            change = None if faults else self._console.editor.add_entry(entry)
        except EditRefused as refused:
            faults = _faults(refused.fields)
            change = None
        except CannotEdit as error:
            faults, change = (FormFault("", str(error)),), None
        if change is None:
            return self._forms.new(who, values, cluster, faults)
        if cluster:
            by, at = who.account.name, self._console.clock()
            event = self._console.curator.accept_entry(cluster.id, entry, [change], by, at)
            return RedirectResponse(f"/staff/?done={event.number}", 303)
        told = f"FAQ「{entry.question}」を加えました（まだ公開していません）"
        event = _noted(self._console, who, "entry_added", entry.id, told, change)
        return RedirectResponse(f"/staff/entries/{entry.id}?done={event.number}", 303)

    def change(self, who: SignedIn, values: Values) -> Response:
        written = self._forms.written(values.get("id", ""))
        entry, faults = self.read(values)
        if faults:
            return self._forms.known(who, written, values, faults=faults)
        try:
            change = self._console.editor.change_entry(entry, values.get("version", ""))
        except EditConflict:
            now = self._forms.written(entry.id)
            between = difference(now.value, entry)
            return self._forms.known(who, now, values, conflict=_both(between))
        except EditRefused as refused:
            return self._forms.known(who, written, values, faults=_faults(refused.fields))
        except CannotEdit as error:
            return self._forms.known(who, written, values, faults=(FormFault("", str(error)),))
        if change.before == change.after:
            return RedirectResponse(f"/staff/entries/{entry.id}", 303)
        told = f"FAQ「{entry.question}」を保存しました（まだ公開していません）"
        event = _noted(self._console, who, "entry_changed", entry.id, told, change)
        return RedirectResponse(f"/staff/entries/{entry.id}?done={event.number}", 303)

    def _cluster(self, values: Values) -> Cluster | None:
        cluster_id = values.get("cluster", "")
        return self._console.clusters.cluster(cluster_id) if cluster_id else None


def _noted(
    console: Console, who: SignedIn, action: str, entry_id: str, told: str, change: Change
) -> AuditEvent:
    by, at = who.account.name, console.clock()
    return console.curator.edited(by, at, action, entry_id, told, [change])


def _faults(problems: tuple[FieldProblem, ...]) -> tuple[FormFault, ...]:
    return tuple(FormFault(one.field, one.message) for one in problems)


def _both(between: Markup) -> Markup:
    if not between:
        return Markup("<p>今の内容は、あなたの内容と同じです。</p>")
    told = Markup("<p>－ が今保存されている内容、＋ があなたの内容です。</p>")
    return told + between


def _back(request: Request) -> str:
    """Return the page of the console that a form was on."""
    path = request.headers.get("referer", "").partition("/staff/")[2]
    return f"/staff/{path.partition('?')[0]}"
