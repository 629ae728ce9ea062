"""Reading the city, its wards and its offices from YAML files."""

import re
from datetime import time
from pathlib import Path
from typing import Final, cast

from ruamel.yaml.comments import CommentedMap

from faq.city import Approval, City, StaleTranslations, Ward
from faq.files.yaml_file import Problems, Record, read_yaml, records_of
from faq.office import WEEKDAYS, Hours, Office, OfficeGroup, Span, SpecialDay

_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-~〜]\s*(\d{1,2}):(\d{2})")
_TELEPHONE: Final = re.compile(r"[0-9#][0-9-]{2,13}")


def read_city(path: Path, problems: Problems) -> City:
    """Return the city of city.yaml."""
    document = read_yaml(path, problems)
    if not isinstance(document, CommentedMap):
        if not problems.found:
            problems.add("city.yaml には「name: 市の名前」のように書いてください")
        return City("市")
    record = Record(document, problems)
    for extra in ("kana", "population", "checked_on"):
        record.raw(extra)
    approval, most_flips = _publishing(record)
    city = City(
        name=record.text("name", required=True),
        name_en=record.text("name_en"),
        url=record.text("url"),
        contact_centre=record.text("contact_centre", required=True),
        review_months=_review_months(record),
        stale_translations=cast(
            StaleTranslations, record.choice("stale_translations", ("label", "withhold"), "label")
        ),
        approval=approval,
        most_flips=most_flips,
    )
    record.finish()
    return city


def _publishing(record: Record) -> tuple[Approval, int]:
    publishing, usual = record.record("publishing"), City("")
    if publishing is None:
        return usual.approval, usual.most_flips
    approval = cast(Approval, publishing.choice("approval", ("one", "two"), usual.approval))
    most = usual.most_flips
    if "most_flips" in publishing.keys():
        most = int(publishing.number("most_flips", 0, 1_000_000))
    publishing.finish()
    return approval, most


def _review_months(record: Record) -> int:
    if "review_months" not in record.keys():
        return City("").review_months
    return int(record.number("review_months", 1, 1_200))


def read_wards(path: Path, problems: Problems) -> list[tuple[Ward, Record]]:
    """Return the wards of wards.yaml with their records."""
    return [(_ward(record), record) for record in records_of(read_yaml(path, problems), problems)]


def _ward(record: Record) -> Ward:
    ward = Ward(
        id=record.identifier(),
        name=record.text("name", required=True),
        kana=record.text("kana"),
        name_en=record.text("name_en"),
        towns=record.texts("towns"),
        stations=record.texts("stations"),
    )
    record.finish()
    return ward


def read_offices(
    path: Path, problems: Problems
) -> tuple[list[tuple[Office, Record]], list[tuple[OfficeGroup, Record]]]:
    """Return the offices and the groups of offices.yaml with their records."""
    document = read_yaml(path, problems)
    if document is None:
        return [], []
    if not isinstance(document, CommentedMap):
        problems.add("offices.yaml には「offices:」と「groups:」を書いてください")
        return [], []
    whole = Record(document, problems)
    offices = [(_office(record), record) for record in whole.records("offices")]
    groups = [(_group(record), record) for record in whole.records("groups")]
    whole.finish()
    return offices, groups


def _office(record: Record) -> Office:
    closed = record.record("closed")
    telephone = record.text("telephone")
    if telephone and not _TELEPHONE.fullmatch(telephone):
        record.problem(
            "telephone", f"電話番号「{telephone}」は半角の数字とハイフンで書いてください"
        )
    office = Office(
        id=record.identifier(),
        name=record.text("name", required=True),
        telephone=telephone,
        name_en=record.text("name_en"),
        address=record.text("address"),
        hours=tuple(_hours(item) for item in record.records("hours")),
        closed_on_holidays=closed.flag("holidays", True) if closed else True,
        closed_at_year_end=closed.flag("year_end", True) if closed else True,
        special_days=_special_days(record),
        page=record.text("page"),
        ward=record.text("ward") or None,
    )
    if closed:
        closed.finish()
    record.finish()
    return office


def _hours(record: Record) -> Hours:
    days = record.texts("days")
    for index, day in enumerate(days):
        if day not in WEEKDAYS:
            record.problem("days", f"曜日「{day}」は {'・'.join(WEEKDAYS)} で書いてください", index)
    weeks = [int(week) for week in record.texts("weeks") if week.isdecimal()]
    hours = Hours(
        days=tuple(WEEKDAYS.index(day) for day in days if day in WEEKDAYS),
        spans=_spans(record, "time"),
        weeks=tuple(weeks),
        note=record.text("note"),
    )
    record.finish()
    return hours


def _special_days(record: Record) -> tuple[SpecialDay, ...]:
    found: list[SpecialDay] = []
    for item in record.records("special_days"):
        day = item.day("date")
        closed = item.flag("closed", False)
        spans = () if closed else _spans(item, "time")
        note = item.text("note")
        item.raw("time")
        item.finish()
        if day is None:
            item.problem("date", "「date」がありません。2027-03-28 の形で書いてください")
        else:
            found.append(SpecialDay(day, spans, note))
    return tuple(found)


def _spans(record: Record, name: str) -> tuple[Span, ...]:
    text = record.text(name, required=True)
    spans: list[Span] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _SPAN.fullmatch(part)
        span = _span(found) if found else None
        if span is None:
            record.problem(name, f"時間「{part}」は 8:30-17:00 の形で、早い方から書いてください")
        else:
            spans.append(span)
    return tuple(spans)


def _span(found: re.Match[str]) -> Span | None:
    hour, minute, until_hour, until_minute = map(int, found.groups())
    if (until_hour, until_minute) == (24, 0):
        until_hour, until_minute = 23, 59
        end = time(23, 59, 59)
    elif until_hour < 24 and until_minute < 60:
        end = time(until_hour, until_minute)
    else:
        return None
    if hour > 23 or minute > 59 or time(hour, minute) >= end:
        return None
    return time(hour, minute), end


def _group(record: Record) -> OfficeGroup:
    offices = record.record("offices")
    group = OfficeGroup(
        id=record.identifier(),
        name=record.text("name", required=True),
        offices={ward: offices.text(ward) for ward in offices.keys()} if offices else {},
        page=record.text("page"),
    )
    record.finish()
    return group
