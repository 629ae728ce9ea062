"""Opening hours as lines that staff type: 月火水金 8:30-17:00, 土(2,4) 8:30-12:30 午前の窓口."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Final

from faq.files.plain_fields import spans_text
from faq.office import Hours, Office, Span, SpecialDay

_DAYS: Final = "月火水木金土日"
_SPAN: Final = r"\d{1,2}:\d{2}\s*[-~〜]\s*\d{1,2}:\d{2}"
_LINE: Final = re.compile(
    rf"(?P<days>[{_DAYS}・、]+)\s*(?:[（(](?P<weeks>[1-5](?:\s*[,、・]\s*[1-5])*)[)）])?\s+"
    rf"(?P<spans>{_SPAN}(?:\s*[,、]\s*{_SPAN})*)(?:\s+(?P<note>.+))?"
)
_SPECIAL: Final = re.compile(
    rf"(?P<day>\d{{4}}-\d{{2}}-\d{{2}})\s+(?P<spans>休み|{_SPAN}(?:\s*[,、]\s*{_SPAN})*)"
    r"(?:\s+(?P<note>.+))?"
)
_END_OF_DAY: Final = time(23, 59, 59)


class HoursUnreadable(Exception):
    """A line is not of the form; the message says which."""


def hours_lines(office: Office) -> str:
    """Return an office's weekly hours, one line for each."""
    return "\n".join(_hours_line(one) for one in office.hours)


def special_lines(office: Office) -> str:
    """Return an office's special days, one line for each."""
    return "\n".join(
        f"{one.date} {spans_text(one.spans) or '休み'} {one.note}".rstrip()
        for one in office.special_days
    )


def read_hours(text: str) -> tuple[Hours, ...]:
    """Return the weekly hours of lines; raises HoursUnreadable."""
    return tuple(_hours(line) for line in _lines(text))


def read_special(text: str) -> tuple[SpecialDay, ...]:
    """Return the special days of lines; raises HoursUnreadable."""
    return tuple(_special(line) for line in _lines(text))


def _hours_line(hours: Hours) -> str:
    days = "".join(_DAYS[day] for day in hours.days)
    weeks = f"({','.join(map(str, hours.weeks))})" if hours.weeks else ""
    return f"{days}{weeks} {spans_text(hours.spans)} {hours.note}".rstrip()


def _hours(line: str) -> Hours:
    found = _LINE.fullmatch(line)
    if found is None:
        raise HoursUnreadable(
            f"「{line}」が読めません。「月火水木金 8:30-17:00」や「土(2,4) 8:30-12:30 午前の窓口」"
            "の形で書いてください"
        )
    return Hours(
        days=tuple(_DAYS.index(one) for one in found["days"] if one in _DAYS),
        spans=tuple(_spans(found["spans"])),
        weeks=tuple(int(one) for one in re.findall(r"[1-5]", found["weeks"] or "")),
        note=(found["note"] or "").strip(),
    )


def _special(line: str) -> SpecialDay:
    found = _SPECIAL.fullmatch(line)
    try:
        if found is None:
            raise ValueError
        day = date.fromisoformat(found["day"])
    except ValueError as error:
        raise HoursUnreadable(
            f"「{line}」が読めません。「2027-03-28 8:30-16:00 日曜窓口」か「2027-02-13 休み 点検」"
            "の形で書いてください"
        ) from error
    spans = () if found["spans"] == "休み" else tuple(_spans(found["spans"]))
    return SpecialDay(day, spans, (found["note"] or "").strip())


def _spans(text: str) -> Iterator[Span]:
    for part in re.findall(_SPAN, text):
        numbers = [int(one) for one in re.findall(r"\d+", part)]
        start, end = _time(*numbers[:2]), _time(*numbers[2:])
        if start is None or end is None or start >= end:
            raise HoursUnreadable(f"時間「{part}」は 8:30-17:00 の形で、早い方から書いてください")
        yield start, end


def _time(hour: int, minute: int) -> time | None:
    if (hour, minute) == (24, 0):
        return _END_OF_DAY
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip():
            yield line.strip()
