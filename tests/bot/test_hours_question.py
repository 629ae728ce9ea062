"""Questions that only the hours of an office answer."""

from datetime import UTC, date, datetime

import pytest

from bot.hours_question import HoursQuestions
from faq.office import Office
from nlp.normalise import normalise

OFFICES = (
    Office("call", "市コールセンター「はまコール」"),
    Office("kita-kumin", "北区役所 区民課"),
    Office("kita-fukushi", "北区役所 福祉課"),
    Office("library", "中央図書館"),
)
HOURS = HoursQuestions(OFFICES)
AT = datetime(2026, 11, 27, 3, tzinfo=UTC)  # a Friday, 12:00 in Japan


@pytest.mark.parametrize(
    ("text", "days", "office"),
    [
        ("いまやってる？", [], None),
        ("まだやってますか", [], None),
        ("何時まで？", [], None),
        ("窓口は何時から何時まで", [], None),
        ("土曜日もやってますか", ["2026-11-28"], None),
        ("明日は休み？", ["2026-11-28"], None),
        ("令和8年12月30日は開いてますか", ["2026-12-30"], None),
        ("北区役所は今やってる？", [], "kita-kumin"),
        ("中央図書館 今日あいてる？", ["2026-11-27"], "library"),
        ("はまコールは何時まで", [], "call"),
        ("are you open now?", [], None),
    ],
)
def test_hours_are_asked(text: str, days: list[str], office: str | None) -> None:
    asked = HOURS.find(normalise(text), AT, follows=False)
    assert asked is not None
    assert [day.isoformat() for day in asked.days] == days
    assert (asked.office.id if asked.office else None) == office


@pytest.mark.parametrize("text", ["土日は？", "12/30は？", "祝日は", "じゃあ明日は？"])
def test_a_day_alone_asks_for_hours_only_after_an_answer(text: str) -> None:
    assert HOURS.find(normalise(text), AT, follows=False) is None
    asked = HOURS.find(normalise(text), AT, follows=True)
    assert asked is not None
    assert all(day >= date(2026, 11, 27) for day in asked.days)


@pytest.mark.parametrize(
    "text",
    [
        "今日ごみの日？",
        "日曜日やってる病院",
        "プールは何時まで",
        "土日でも出せる？",
        "今日電話番号を変えたい",
        "住民票",
    ],
)
def test_other_questions_are_left_to_the_search(text: str) -> None:
    assert HOURS.find(normalise(text), AT, follows=True) is None
