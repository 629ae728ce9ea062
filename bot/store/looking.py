"""A database that is only looked at, whatever its schema."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.store.audit import SqlAudit
from bot.store.database import HEAD, is_postgresql, open_to_read
from bot.store.inquiries import SqlInquiries
from bot.store.releases import SqlReleases


@dataclass(frozen=True)
class Seen:
    """What can be read of a database; where it is not up to date, some of it cannot."""

    schema: str | None
    """The schema it has, None when it has none."""
    is_shared: bool
    releases: SqlReleases
    inquiries: SqlInquiries
    audit: SqlAudit
    close: Callable[[], None]

    @property
    def is_up_to_date(self) -> bool:
        """Tell whether the schema is the one this program works with."""
        return self.schema == HEAD


def look_into(url: str) -> Seen:
    """Open a database without making, migrating or writing anything; raises StoreUnusable."""
    engine, schema = open_to_read(url)
    return Seen(
        schema=schema,
        is_shared=is_postgresql(engine),
        releases=SqlReleases(engine),
        inquiries=SqlInquiries(engine),
        audit=SqlAudit(engine),
        close=engine.dispose,
    )
