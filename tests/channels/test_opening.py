"""Whether somebody answers now, as people read it."""

from datetime import UTC, date, datetime, time

import pytest

from bot.reply import Contact
from channels.opening import clock, day_line, japan_date, opening_line
from faq.book import FaqBook
from faq.office import JAPAN, Office
from faq.opening_days import opening_day


def contact_at(office: Office, moment: str) -> tuple[Contact, datetime]:
    at = datetime.fromisoformat(moment).replace(tzinfo=JAPAN).astimezone(UTC)
    return (
        Contact(office, office.is_open(at), office.closes_at(at), office.next_opening(at)),
        at,
    )


@pytest.mark.parametrize(
    ("moment", "line"),
    [
        ("2026-11-24T09:00", "ただいま受付中（12:00まで）"),
        ("2026-11-24T12:30", "ただいま受付時間外です。次の受付は今日 13:00からです"),
        ("2026-11-24T18:00", "ただいま受付時間外です。次の受付は明日11月25日（水） 8:30からです"),
        ("2026-12-29T10:00", "ただいま受付時間外です。次の受付は1月4日（月） 8:30からです"),
        ("2027-03-31T23:59", "ただいま受付時間外です。次の受付は明日4月1日（木） 8:30からです"),
        ("2027-04-01T00:00", "ただいま受付時間外です。次の受付は今日 8:30からです"),
    ],
)
def test_one_line_says_whether_it_is_open(small_book: FaqBook, moment: str, line: str) -> None:
    office = small_book.office("kita-kumin")
    assert office is not None
    assert opening_line(*contact_at(office, moment)) == line


def test_other_languages_have_their_own_line(small_book: FaqBook) -> None:
    office = small_book.office("minami-kumin")
    assert office is not None
    opened = contact_at(office, "2026-11-24T09:00")
    assert opening_line(*opened, "en") == "Open now (until 17:00)"
    assert opening_line(*opened, "vi") == "Open now (until 17:00)"
    assert opening_line(*contact_at(office, "2026-11-24T20:00"), "ko").startswith("지금은")


def test_days_and_dates_as_people_write_them(small_book: FaqBook) -> None:
    office = small_book.office("kita-kumin")
    assert office is not None
    saturday, sunday = date(2026, 11, 28), date(2026, 11, 29)
    assert day_line(opening_day(office, saturday)) == "11月28日（土） 8:30〜12:30（土曜窓口）"
    assert day_line(opening_day(office, sunday)) == "11月29日（日） 休み"
    assert japan_date(date(2026, 10, 5)) == "令和8年（2026年）10月5日"
    assert japan_date(date(2019, 5, 1)) == "令和元年（2019年）5月1日"
    assert japan_date(date(2019, 4, 30)) == "2019年4月30日"
    assert clock(time(23, 59, 59)) == "24:00"


def test_an_office_that_never_opens_says_nothing() -> None:
    assert opening_line(*contact_at(Office("o", "窓口"), "2026-11-24T09:00")) == ""
