"""Offices of the draft: telephone, hours, special days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import SignedIn
from channels.opening import day_line
from channels.staff.console import Console
from channels.staff.entry_form import FormFault, Values, faults_from
from channels.staff.form_values import form_values
from channels.staff.gate import Gate
from channels.staff.hours_text import (
    HoursUnreadable,
    hours_lines,
    read_hours,
    read_special,
    special_lines,
)
from channels.staff.pages import StaffPages
from faq.files.folder_edit import EditConflict, EditRefused, UnknownItem, Written
from faq.office import JAPAN, Office
from faq.opening_days import OpeningDay

_DAYS_SHOWN: Final = 7


def build_router(console: Console, gate: Gate, pages: StaffPages) -> APIRouter:
    """Return the routes of the offices."""
    router = APIRouter(default_response_class=HTMLResponse, prefix="/texts/offices")
    forms = _Forms(console, pages)

    @router.get("/{office_id}")
    def office(
        office_id: str, who: SignedIn = Depends(gate.viewer), done: int | None = None
    ) -> Response:
        """Show an office of the draft with the days ahead."""
        written = forms.written(office_id)
        return forms.page(who, written, _values(written.value), done=done)

    @router.post("/{office_id}")
    def save(
        office_id: str,
        values: Values = Depends(form_values),
        who: SignedIn = Depends(gate.editor_form),
    ) -> Response:
        """Keep an office in the draft."""
        return forms.save(who, office_id, values)

    return router


class _Forms:
    def __init__(self, console: Console, pages: StaffPages) -> None:
        self._console = console
        self._pages = pages

    def written(self, office_id: str) -> Written[Office]:
        try:
            return self._console.editor.office(office_id)
        except UnknownItem as error:
            raise HTTPException(404) from error

    def page(
        self,
        who: SignedIn,
        written: Written[Office],
        values: Values,
        faults: tuple[FormFault, ...] = (),
        conflict: bool = False,
        done: int | None = None,
    ) -> Response:
        office = written.value
        return self._pages.page(
            "office.html",
            who,
            409 if conflict else 422 if faults else 200,
            here="texts",
            done=done,
            office=office,
            version=written.version,
            values=values,
            faults=faults,
            conflict=conflict,
            days=self._days_ahead(office),
        )

    def save(self, who: SignedIn, office_id: str, values: Values) -> Response:
        written = self.written(office_id)
        try:
            changed = _changed(written.value, values)
            change = self._console.editor.change_office(changed, values.get("version", ""))
        except HoursUnreadable as error:
            return self.page(who, written, values, (FormFault("hours", str(error)),))
        except EditRefused as refused:
            return self.page(who, written, values, faults_from(refused))
        except EditConflict:
            return self.page(who, self.written(office_id), values, conflict=True)
        told = f"窓口「{changed.name}」を保存しました（まだ公開していません）"
        by, at = who.account.name, self._console.clock()
        event = self._console.curator.edited(by, at, "office_changed", office_id, told, [change])
        return RedirectResponse(f"/staff/texts/offices/{office_id}?done={event.number}", 303)

    def _days_ahead(self, office: Office) -> list[str]:
        today = self._console.clock().astimezone(JAPAN).date()
        days = (today + timedelta(days=ahead) for ahead in range(_DAYS_SHOWN))
        return [
            day_line(OpeningDay(day, office.spans_on(day), office.note_on(day))) for day in days
        ]


def _values(office: Office) -> Mapping[str, Any]:
    return {
        "name": office.name,
        "telephone": office.telephone,
        "address": office.address,
        "page": office.page,
        "name_en": office.name_en,
        "hours": hours_lines(office),
        "special_days": special_lines(office),
        "holidays": "true" if office.closed_on_holidays else "",
        "year_end": "true" if office.closed_at_year_end else "",
    }


def _changed(office: Office, values: Values) -> Office:
    return replace(
        office,
        **{
            name: values.get(name, "").strip()
            for name in ("name", "telephone", "address", "page", "name_en")
        },
        hours=read_hours(values.get("hours", "")),
        special_days=read_special(values.get("special_days", "")),
        closed_on_holidays=bool(values.get("holidays")),
        closed_at_year_end=bool(values.get("year_end")),
    )
