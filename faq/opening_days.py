"""Days as citizens name them, and what an office's hours are on them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import jpholiday

from faq.office import Office, Span

_MOST: Final = 7
_LOOK_AHEAD: Final = 370
_REIWA: Final = 2018
_WEEKDAYS: Final = "月火水木金土日"
_FULL: Final = re.compile(
    r"(?:(?:令和\s*(?P<era>\d{1,2}|元)|(?P<year>20\d\d))\s*年\s*)?"
    r"(?P<month>\d{1,2})\s*(?:月\s*(?P<day>\d{1,2})\s*日|/(?P<slash>\d{1,2}))"
)
_WEEKDAY: Final = re.compile(r"(?P<next>来週の?)?(?P<days>土日祝?|[月火水木金土日]曜日?)")
_NAMED: Final[Mapping[str, Callable[[date], list[date]]]] = {
    "今日": lambda today: [today],
    "きょう": lambda today: [today],
    "本日": lambda today: [today],
    "明後日": lambda today: [today + timedelta(days=2)],
    "あさって": lambda today: [today + timedelta(days=2)],
    "明日": lambda today: [today + timedelta(days=1)],
    "あした": lambda today: [today + timedelta(days=1)],
    "あす": lambda today: [today + timedelta(days=1)],
    "週末": lambda today: _coming(today, (5, 6)),
    "どにち": lambda today: _coming(today, (5, 6)),
    "どよう": lambda today: _coming(today, (5,)),
    "にちよう": lambda today: _coming(today, (6,)),
    "祝日": lambda today: _holidays(today),
    "年末年始": lambda today: _year_end(today),
    "年末": lambda today: [one for one in _year_end(today) if one.month == 12],
    "年始": lambda today: [one for one in _year_end(today) if one.month == 1],
    "大晦日": lambda today: [one for one in _year_end(today) if (one.month, one.day) == (12, 31)],
    "正月": lambda today: [one for one in _year_end(today) if one.month == 1],
    "元日": lambda today: [one for one in _year_end(today) if (one.month, one.day) == (1, 1)],
}
DAY_WORDS: Final = re.compile("|".join((_FULL.pattern, _WEEKDAY.pattern, *_NAMED)))
"""Where a text names a day."""


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """One day with an office's opening hours on it (Asia/Tokyo); no spans: closed."""

    day: date
    spans: tuple[Span, ...]
    note: str = ""


def opening_day(office: Office, day: date) -> OpeningDay:
    """Return an office's hours on a day."""
    return OpeningDay(day, office.spans_on(day), office.note_on(day))


def days_named(text: str, today: date) -> tuple[date, ...]:
    """Return the days a text names, the next ones from `today` on, at most seven; in order.

    Dates may be written 12月30日, 12/30, 2026年12月30日 or 令和8年12月30日.
    """
    found: set[date] = set()
    for match in DAY_WORDS.finditer(text):
        found.update(_days(match.group(), today))
    return tuple(sorted(found))[:_MOST]


def _days(word: str, today: date) -> list[date]:
    if word in _NAMED:
        return _NAMED[word](today)
    full = _FULL.fullmatch(word)
    if full:
        return _dates(full, today)
    week = _WEEKDAY.fullmatch(word)
    if not week:
        return []
    start = today
    if week["next"]:
        start = today + timedelta(days=7 - today.weekday())
    named = week["days"]
    days = _coming(start, (5, 6)) if named.startswith("土日") else []
    if not days:
        days = _coming(start, (_WEEKDAYS.index(named[0]),))
    return [*days, *(_holidays(today) if named.endswith("祝") else [])]


def _dates(match: re.Match[str], today: date) -> list[date]:
    month, day = int(match["month"]), int(match["day"] or match["slash"])
    era = match["era"]
    try:
        if era or match["year"]:
            year = int(match["year"] or 0) or _REIWA + (1 if era == "元" else int(era))
            return [date(year, month, day)]
        coming = date(today.year, month, day)
        return [coming if coming >= today else date(today.year + 1, month, day)]
    except ValueError:
        return []


def _coming(start: date, weekdays: tuple[int, ...]) -> list[date]:
    week = (start + timedelta(days=ahead) for ahead in range(7))
    return [day for day in week if day.weekday() in weekdays]


def _holidays(today: date) -> list[date]:
    ahead = (today + timedelta(days=one) for one in range(_LOOK_AHEAD))
    return [next(day for day in ahead if jpholiday.is_holiday(day))]


def _year_end(today: date) -> list[date]:
    year = today.year if (today.month, today.day) > (1, 3) else today.year - 1
    days = [date(year, 12, 29) + timedelta(days=one) for one in range(6)]
    return [day for day in days if day >= today]
