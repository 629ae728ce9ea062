"""Reading notices.yaml: what staff may switch on."""

from datetime import datetime
from pathlib import Path
from typing import cast

from faq.files.replies import read_translations
from faq.files.yaml_file import Problems, Record, read_yaml, records_of
from faq.notice import LEVELS, Level, Notice
from faq.office import JAPAN
from faq.problem import FaqFolderError

NOTICES_FILE = "notices.yaml"


def read_notices(path: Path, problems: Problems) -> list[tuple[Notice, Record]]:
    """Return the notices of a file with their records; times are in Japan."""
    document = read_yaml(path, problems)
    return [(_notice(record), record) for record in records_of(document, problems)]


def notices_of(folder: Path) -> list[Notice]:
    """Return the notices of a FAQ folder; raises FaqFolderError with every problem."""
    path = folder / NOTICES_FILE
    problems = Problems(str(path))
    read = read_notices(path, problems) if path.is_file() else []
    if problems.found:
        raise FaqFolderError(problems.found)
    return [notice for notice, _ in read]


def _notice(record: Record) -> Notice:
    starts, ends = _time(record, "starts_at"), _time(record, "ends_at")
    if starts is None and not record.raw("starts_at"):
        record.problem("starts_at", "「starts_at」（始まりの日時）がありません。書いてください")
    if starts and ends and ends <= starts:
        record.problem("ends_at", "終わりの日時が、始まりより前です")
    notice = Notice(
        id=record.identifier(),
        level=cast(Level, record.choice("level", LEVELS, "info")),
        text=record.text("text", required=True),
        starts_at=starts or datetime.min.replace(tzinfo=JAPAN),
        ends_at=ends,
        easy=record.text("easy"),
        translations=read_translations(record),
    )
    record.finish()
    return notice


def _time(record: Record, name: str) -> datetime | None:
    value = record.raw(name)
    if not value:
        return None
    try:
        return japan_time(str(value))
    except ValueError:
        record.problem(name, f"日時「{value}」が読めません。2026-11-27 09:00 の形で書いてください")
        return None


def japan_time(text: str) -> datetime:
    """Read 2026-11-27 09:00 as a time in Japan; raises ValueError."""
    read = datetime.fromisoformat(text.strip())
    return read.replace(tzinfo=JAPAN) if read.tzinfo is None else read
