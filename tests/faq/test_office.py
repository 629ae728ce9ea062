"""When an office answers, in Japan, whatever the server's zone."""

from datetime import UTC, datetime

import pytest

from faq.book import FaqBook
from faq.office import JAPAN, Hours, Office, SpecialDay


def japan(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.fixture
def kita(small_book: FaqBook) -> Office:
    office = small_book.office("kita-kumin")
    assert office is not None
    return office


@pytest.mark.parametrize(
    ("moment", "is_open", "next_opening"),
    [
        ("2026-11-24T08:29:59", False, "2026-11-24T08:30"),
        ("2026-11-24T08:30:00", True, "2026-11-24T13:00"),
        ("2026-11-24T12:00:00", False, "2026-11-24T13:00"),  # lunch
        ("2026-11-24T16:59:59", True, "2026-11-25T08:30"),
        ("2026-11-24T17:00:00", False, "2026-11-25T08:30"),
        ("2026-11-23T10:00:00", False, "2026-11-24T08:30"),  # 勤労感謝の日
        ("2026-11-28T10:00:00", True, "2026-11-30T08:30"),  # fourth Saturday
        ("2026-11-21T10:00:00", False, "2026-11-24T08:30"),  # third Saturday, then a long weekend
        ("2026-12-28T16:00:00", True, "2027-01-04T08:30"),  # the last day of the year
        ("2026-12-29T10:00:00", False, "2027-01-04T08:30"),
        ("2027-03-28T09:30:00", True, "2027-03-29T08:30"),  # a Sunday with a counter
        ("2027-02-15T10:00:00", False, "2027-02-16T08:30"),  # closed for an inspection
    ],
)
def test_open_now_and_next_opening(
    kita: Office, moment: str, is_open: bool, next_opening: str
) -> None:
    at = japan(moment).astimezone(UTC)
    assert kita.is_open(at) is is_open
    assert kita.next_opening(at) == japan(next_opening)


def test_hours_as_citizens_read_them(kita: Office, small_book: FaqBook) -> None:
    assert kita.hours_text() == (
        "月〜金 8:30〜12:00、13:00〜17:00、"
        "第2・第4土 8:30〜12:30（土曜窓口）（祝日・年末年始を除く）"
    )
    centre = small_book.contact_centre
    assert centre is not None
    assert centre.hours_text() == "毎日 8:00〜21:00"


def test_days_that_do_not_follow_each_other_are_listed() -> None:
    span = (datetime(2026, 1, 1, 9).time(), datetime(2026, 1, 1, 23, 59, 59).time())
    office = Office("o", "窓口", hours=(Hours((4, 0), (span,)),))
    assert office.hours_text() == "月・金 9:00〜24:00（祝日・年末年始を除く）"


def test_an_office_that_never_opens_has_no_next_opening() -> None:
    day = japan("2026-11-24T00:00").date()
    office = Office("o", "窓口", special_days=(SpecialDay(day, ()),))
    assert office.next_opening(japan("2026-11-24T09:00")) is None
    assert office.hours_text() == ""
