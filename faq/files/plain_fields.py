"""Entries, sentences, offices and notices as the fields that stand in the files."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from faq.entry import FaqEntry, Link, Variant
from faq.notice import Notice
from faq.office import JAPAN, WEEKDAYS, Hours, Office, Span, SpecialDay
from faq.sentence import FixedSentence

_MIDNIGHT: Final = time(23, 59, 59)

Fields = Mapping[str, Any]


def entry_fields(entry: FaqEntry) -> Fields:
    """Return an entry's fields in the order of the files; None for what is not written."""
    return {
        "id": entry.id,
        "question": entry.question,
        "phrasings": list(entry.phrasings),
        "answer": entry.answer,
        "topic": entry.topic,
        "owner": entry.owner,
        "contact": entry.contact,
        "links": _links(entry.links),
        "keywords": list(entry.keywords),
        "reviewed_on": entry.reviewed_on,
        "expires_on": entry.expires_on,
        "audience": entry.audience,
        "by_ward": dict(entry.by_ward),
        "easy": _variant(entry.easy) if entry.easy else None,
        "translations": {name: _variant(one) for name, one in entry.translations.items()},
    }


def sentence_fields(sentence: FixedSentence) -> Fields:
    """Return a fixed sentence's fields."""
    return {
        "id": sentence.id,
        "label": sentence.label,
        "group": sentence.group,
        "words": list(sentence.words),
        "signs": list(sentence.signs),
        "unless": list(sentence.unless),
        "private": sentence.private,
        "danger": sentence.danger,
        "text": list(sentence.text),
        "easy": sentence.easy,
        "translations": dict(sentence.translations),
        "contacts": [{"name": one.name, "telephone": one.telephone} for one in sentence.contacts],
        "links": _links(sentence.links),
    }


def office_fields(office: Office) -> Fields:
    """Return an office's fields."""
    closed = {"holidays": office.closed_on_holidays, "year_end": office.closed_at_year_end}
    return {
        "id": office.id,
        "name": office.name,
        "name_en": office.name_en,
        "telephone": office.telephone,
        "address": office.address,
        "hours": [_hours(one) for one in office.hours],
        "closed": closed,
        "special_days": [_special_day(one) for one in office.special_days],
        "page": office.page,
        "ward": office.ward or "",
    }


def notice_fields(notice: Notice) -> Fields:
    """Return a notice's fields; times are in Japan."""
    return {
        "id": notice.id,
        "level": notice.level,
        "starts_at": _moment(notice.starts_at),
        "ends_at": _moment(notice.ends_at) if notice.ends_at else None,
        "text": notice.text,
        "easy": notice.easy,
        "translations": dict(notice.translations),
    }


def fields_of(value: FaqEntry | FixedSentence | Office | Notice) -> Fields:
    """Return the fields of any of them."""
    if isinstance(value, FaqEntry):
        return entry_fields(value)
    if isinstance(value, FixedSentence):
        return sentence_fields(value)
    return office_fields(value) if isinstance(value, Office) else notice_fields(value)


def differing(there: Fields, wanted: Fields) -> Fields:
    """Return those wanted fields that are not there as they are wanted; empty ones are all one."""
    return {
        name: value
        for name, value in wanted.items()
        if _comparable(there.get(name)) != _comparable(value)
    }


def without_empty(fields: Fields) -> Fields:
    """Return the fields that say something."""
    return {name: value for name, value in fields.items() if value}


def spans_text(spans: tuple[Span, ...]) -> str:
    """Return opening times as they are written: 8:30-12:00, 13:00-17:00."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def _comparable(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None  # as it is read
    if isinstance(value, Mapping):
        return {name: _comparable(one) for name, one in value.items()} or None
    if isinstance(value, list):
        return [_comparable(one) for one in value] or None
    return value or None


def _links(links: tuple[Link, ...]) -> list[dict[str, str]]:
    return [{"title": link.title, "url": link.url} for link in links]


def _variant(variant: Variant) -> dict[str, str]:
    written = {"question": variant.question, "answer": variant.answer}
    return written | ({"of": variant.of} if variant.of else {})


def _hours(hours: Hours) -> dict[str, Any]:
    written: dict[str, Any] = {"days": [WEEKDAYS[day] for day in hours.days]}
    if hours.weeks:
        written["weeks"] = list(hours.weeks)
    written["time"] = spans_text(hours.spans)
    return written | ({"note": hours.note} if hours.note else {})


def _special_day(day: SpecialDay) -> dict[str, Any]:
    times = {"time": spans_text(day.spans)} if day.spans else {"closed": True}
    return {"date": day.date, **times, **({"note": day.note} if day.note else {})}


def _clock(at: time) -> str:
    return "24:00" if at == _MIDNIGHT else f"{at.hour}:{at.minute:02}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
