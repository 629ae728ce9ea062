"""Everything behind the channels, opened from the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.accounts import StaffAccounts
from bot.errors import NoRelease
from bot.publishing import Publisher
from bot.release import Release, ReleaseShelf
from bot.store.accounts import SqlAccounts
from bot.store.audit import SqlAudit
from bot.store.backup import copy_out
from bot.store.board import SqlBoard
from bot.store.clusters import SqlClusters
from bot.store.conversations import SqlConversations
from bot.store.database import is_postgresql, open_database
from bot.store.deliveries import SqlDeliveries
from bot.store.drafts import SqlDrafts
from bot.store.forgetting import SqlForgetting
from bot.store.inquiries import SqlInquiries
from bot.store.releases import SqlReleases
from bot.store.spending import SqlSpending
from bot.store.turns import Turns
from channels.clock import Clock, now
from channels.settings import Settings, copy_sample_city
from channels.staff.passwords import ArgonPasswords
from nlp.progress import Progress, unreported
from nlp.tokeniser import SudachiTokeniser


@dataclass(frozen=True)
class Backend:
    """Everything behind the channels, opened for one state folder."""

    settings: Settings
    releases: SqlReleases
    inquiries: SqlInquiries
    board: SqlBoard
    deliveries: SqlDeliveries
    accounts: StaffAccounts
    audit: SqlAudit
    clusters: SqlClusters
    drafts: SqlDrafts
    forgetting: SqlForgetting
    turns: Turns
    copy_out: Callable[[Path, datetime], None]
    """Writes a copy of the whole database to a new file, while others go on writing."""
    conversations: SqlConversations | None
    """Only where processes share them; one alone remembers them itself."""
    spending: SqlSpending | None
    """The same, for the budgets of addresses."""
    shelf: ReleaseShelf
    publisher: Publisher
    clock: Clock
    close: Callable[[], None]
    """Closes the database, so that SQLite folds its log into the one file people copy."""

    @property
    def is_shared(self) -> bool:
        """Whether several processes and machines may serve at once."""
        return self.conversations is not None


def open_backend(settings: Settings, clock: Clock = now) -> Backend:
    """Open the store (migrating it when needed) and what stands on it; raises StoreUnusable."""
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database, clock())
    releases = SqlReleases(engine)
    shelf = ReleaseShelf(
        releases,
        settings.index_root,
        SudachiTokeniser(),
        settings.thresholds,
        with_meaning=settings.meaning,
    )
    return Backend(
        settings=settings,
        releases=releases,
        inquiries=SqlInquiries(engine),
        board=SqlBoard(engine),
        deliveries=SqlDeliveries(engine),
        accounts=StaffAccounts(SqlAccounts(engine), ArgonPasswords()),
        audit=SqlAudit(engine),
        clusters=SqlClusters(engine),
        drafts=SqlDrafts(engine),
        forgetting=SqlForgetting(engine),
        turns=Turns(engine),
        copy_out=partial(copy_out, engine),
        conversations=SqlConversations(engine) if is_postgresql(engine) else None,
        spending=SqlSpending(engine) if is_postgresql(engine) else None,
        shelf=shelf,
        publisher=Publisher(releases, shelf, with_meaning=settings.meaning),
        clock=clock,
        close=engine.dispose,
    )


def ensure_release(backend: Backend, progress: Progress = unreported) -> Release | None:
    """Publish the draft folder when nothing was ever published; return the new release.

    In demo mode a missing folder is made from the sample city. Raises FaqFolderError when the
    folder has problems, NoRelease when there is no folder to publish in production.
    """
    if backend.releases.current_number():
        return None
    folder = backend.settings.draft_folder
    if not folder.exists():
        if backend.settings.mode != "demo":
            raise NoRelease(
                f"FAQ のフォルダ（{folder}）がありません。TOIAWASE_FAQ_FOLDER を確かめてください"
            )
        copy_sample_city(folder)
    at = backend.clock()
    draft = backend.publisher.draft(folder, (), at, progress)
    return backend.publisher.publish(draft, at, reason="最初の公開", by="serve")
