"""Whom a citizen calls or visits: offices, their hours, and groups with one office per ward."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import jpholiday

JAPAN: Final = ZoneInfo("Asia/Tokyo")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS_JA: Final = "月火水木金土日"
_LOOK_AHEAD_DAYS: Final = 60

Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of some weekdays; `weeks` limits them to those weeks of the month (1 to 5)."""

    days: tuple[int, ...]
    spans: tuple[Span, ...]
    weeks: tuple[int, ...] = ()
    note: str = ""

    def covers(self, day: date) -> bool:
        """Tell whether these hours are for that day of the week (and week of the month)."""
        week = (day.day - 1) // 7 + 1
        return day.weekday() in self.days and (not self.weeks or week in self.weeks)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with hours of its own; no spans means closed."""

    date: date
    spans: tuple[Span, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """A counter of the city with its telephone, hours and page."""

    id: str
    name: str
    telephone: str = ""
    name_en: str = ""
    address: str = ""
    hours: tuple[Hours, ...] = ()
    closed_on_holidays: bool = True
    closed_at_year_end: bool = True
    special_days: tuple[SpecialDay, ...] = ()
    page: str = ""
    ward: str | None = None

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return when the office is open on that day, in order; empty when it is closed."""
        for special in self.special_days:
            if special.date == day:
                return special.spans
        if self.closed_at_year_end and _is_year_end(day):
            return ()
        if self.closed_on_holidays and jpholiday.is_holiday(day):
            return ()
        return tuple(sorted(span for h in self.hours if h.covers(day) for span in h.spans))

    def note_on(self, day: date) -> str:
        """Return what the city says of that day's hours: an evening counter, why it is closed."""
        for special in self.special_days:
            if special.date == day:
                return special.note
        if self.closed_at_year_end and _is_year_end(day):
            return "年末年始"
        holiday = jpholiday.is_holiday_name(day)
        if self.closed_on_holidays and holiday:
            return str(holiday)
        return "・".join(hours.note for hours in self.hours if hours.note and hours.covers(day))

    def is_open(self, at: datetime) -> bool:
        """Tell whether someone answers at that moment (an aware time, any zone)."""
        local = at.astimezone(JAPAN)
        now = local.time()
        return any(start <= now < end for start, end in self.spans_on(local.date()))

    def closes_at(self, at: datetime) -> datetime | None:
        """Return until when the office is open without a break, or None when it is closed."""
        local = at.astimezone(JAPAN)
        until: time | None = None
        for start, end in self.spans_on(local.date()):
            if until is None and start <= local.time() < end:
                until = end
            elif until is not None and start <= until:
                until = max(until, end)
        return datetime.combine(local.date(), until, JAPAN) if until else None

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the next time the office opens (Asia/Tokyo), or None within 60 days."""
        local = at.astimezone(JAPAN)
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=ahead)
            for start, _end in self.spans_on(day):
                opening = datetime.combine(day, start, JAPAN)
                if opening > local:
                    return opening
        return None

    def hours_text(self) -> str:
        """Return the hours as a citizen reads them: 月〜金 8:30〜17:00、…"""
        lines = [_hours_line(hours) for hours in self.hours]
        closed = [
            name
            for flag, name in (
                (self.closed_on_holidays, "祝日"),
                (self.closed_at_year_end, "年末年始"),
            )
            if flag
        ]
        rest = f"（{'・'.join(closed)}を除く）" if lines and closed else ""
        return "、".join(lines) + rest


@dataclass(frozen=True, slots=True)
class OfficeGroup:
    """A contact that differs by ward: one office for each (ward id -> office id)."""

    id: str
    name: str
    offices: Mapping[str, str]
    page: str = ""


def _is_year_end(day: date) -> bool:
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


def _hours_line(hours: Hours) -> str:
    weeks = "・".join(f"第{week}" for week in hours.weeks)
    spans = "、".join(f"{_clock(start)}〜{_clock(end)}" for start, end in hours.spans)
    note = f"（{hours.note}）" if hours.note else ""
    return f"{weeks}{_days_text(hours.days)} {spans}{note}"


def _days_text(days: tuple[int, ...]) -> str:
    ordered = sorted(days)
    if len(ordered) == len(WEEKDAYS):
        return "毎日"
    is_run = ordered == list(range(ordered[0], ordered[-1] + 1))
    if is_run and len(ordered) > 2:
        return f"{_WEEKDAYS_JA[ordered[0]]}〜{_WEEKDAYS_JA[ordered[-1]]}"
    return "・".join(_WEEKDAYS_JA[day] for day in ordered)


def _clock(value: time) -> str:
    # A day ends at 24:00 to people; the clock of a computer stops at 23:59:59.
    if value == time.max.replace(microsecond=0):
        return "24:00"
    return f"{value.hour}:{value.minute:02d}"
