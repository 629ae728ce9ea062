"""Days as citizens name them."""

from datetime import date

import pytest

from faq.book import FaqBook
from faq.opening_days import days_named, opening_day

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("今日", ["2026-11-27"]),
        ("明日とあさって", ["2026-11-28", "2026-11-29"]),
        ("土日", ["2026-11-28", "2026-11-29"]),
        ("週末はどう", ["2026-11-28", "2026-11-29"]),
        ("金曜", ["2026-11-27"]),
        ("来週の金曜日", ["2026-12-04"]),
        ("12月30日", ["2026-12-30"]),
        ("1/4", ["2027-01-04"]),
        ("2027年2月15日", ["2027-02-15"]),
        ("令和9年2月15日", ["2027-02-15"]),
        ("令和元年5月1日", ["2019-05-01"]),
        ("祝日", ["2027-01-01"]),
        ("正月", ["2027-01-01", "2027-01-02", "2027-01-03"]),
        ("2月31日", []),
        ("いつでも", []),
    ],
)
def test_days_are_read_from_words_and_dates(text: str, days: list[str]) -> None:
    assert [day.isoformat() for day in days_named(text, FRIDAY)] == days


def test_the_year_end_is_the_coming_one_or_what_is_left_of_it() -> None:
    assert len(days_named("年末年始", FRIDAY)) == 6
    left = days_named("年末年始", date(2027, 1, 2))
    assert [day.isoformat() for day in left] == ["2027-01-02", "2027-01-03"]


@pytest.mark.parametrize(
    ("day", "is_open", "note"),
    [
        ("2026-11-28", True, "土曜窓口"),
        ("2026-11-29", False, ""),
        ("2026-12-30", False, "年末年始"),
        ("2026-11-23", False, "勤労感謝の日"),
        ("2027-02-15", False, "設備点検"),
    ],
)
def test_a_day_has_its_hours_and_why(
    small_book: FaqBook, day: str, is_open: bool, note: str
) -> None:
    office = small_book.office("kita-kumin")
    assert office is not None
    told = opening_day(office, date.fromisoformat(day))
    assert (bool(told.spans), told.note) == (is_open, note)
