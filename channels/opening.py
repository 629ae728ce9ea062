"""Whether somebody answers now, and the hours of a day, as every channel says it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from bot.reply import Contact
from faq.entry import is_japanese
from faq.office import JAPAN
from faq.opening_days import OpeningDay

_WEEKDAYS: Final = "月火水木金土日"
_REIWA_FROM: Final = date(2019, 5, 1)
_OPEN: Final[Mapping[str, str]] = {
    "ja": "ただいま受付中（{until}まで）",
    "easy": "今（いま）、電話（でんわ）できます（{until}まで）",
    "en": "Open now (until {until})",
    "zh": "现在正在受理（至{until}）",
    "ko": "지금 접수 중({until}까지)",
}
_CLOSED: Final[Mapping[str, str]] = {
    "ja": "ただいま受付時間外です。次の受付は{then}からです",
    "easy": "今（いま）は 休み（やすみ）です。次（つぎ）は {then}からです",
    "en": "Closed now. Opens again: {then}",
    "zh": "现在不在受理时间。下次受理：{then}起",
    "ko": "지금은 접수 시간이 아닙니다. 다음 접수: {then}부터",
}


def opening_line(contact: Contact, at: datetime, language: str = "ja") -> str:
    """Return one line on whether the contact answers now, else when next; empty if never."""
    if contact.open_now and contact.closes_at:
        words = _OPEN.get(language, _OPEN["en"])
        return words.format(until=clock(contact.closes_at.astimezone(JAPAN).time()))
    if contact.next_opening is None:
        return ""
    words = _CLOSED.get(language, _CLOSED["en"])
    then = contact.next_opening.astimezone(JAPAN)
    if is_japanese(language):
        return words.format(then=japan_moment(then, at))
    return words.format(then=f"{then:%Y-%m-%d} {clock(then.time())}")


def day_line(day: OpeningDay) -> str:
    """Return one day's hours: 11月28日（土） 8:30〜12:30（土曜日の窓口）."""
    hours = "・".join(f"{clock(start)}〜{clock(end)}" for start, end in day.spans) or "休み"
    note = f"（{day.note}）" if day.note else ""
    return f"{_month_day(day.day)} {hours}{note}"


def japan_moment(moment: datetime, at: datetime | None = None) -> str:
    """Return a time as people say it; seen from `at`, today and tomorrow by those words."""
    local = moment.astimezone(JAPAN)
    day = _month_day(local.date())
    if at is not None:
        ahead = (local.date() - at.astimezone(JAPAN).date()).days
        day = {0: "今日", 1: f"明日{day}"}.get(ahead, day)
    return f"{day} {clock(local.time())}"


def japan_date(day: date) -> str:
    """Return a date with its year in both ways of counting: 令和8年（2026年）11月27日."""
    if day < _REIWA_FROM:
        return f"{day.year}年{day.month}月{day.day}日"
    era = day.year - _REIWA_FROM.year + 1
    return f"令和{'元' if era == 1 else era}年（{day.year}年）{day.month}月{day.day}日"


def clock(value: time) -> str:
    """Return a time of day; the last second of it is 24:00 to people."""
    if value == time.max.replace(microsecond=0):
        return "24:00"
    return f"{value.hour}:{value.minute:02d}"


def _month_day(day: date) -> str:
    return f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"
