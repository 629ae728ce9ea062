"""What the pages of the console need of the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.accounts import StaffAccounts
from bot.audit import AuditEvent, AuditLog
from bot.board import BoardStore, LiveBoard
from bot.curating import Curator
from bot.draft_desk import DraftDesk
from bot.draft_folder import DraftFolder
from bot.drafts import DraftStore
from bot.inbox import ClusterStore
from bot.inquiry import Feedback, InquiryRecorder
from bot.live_desk import LiveDesk
from bot.miss_sorting import MissSorter
from bot.release import ReleaseStore
from bot.reply import Answer
from channels.clock import Clock
from channels.staff.preparation import Preparer
from faq.book import FaqBook
from faq.files.folder_edit import FolderEditor
from faq.files.history import FolderHistory
from nlp.easy_japanese import Advice

Preview = Callable[[Answer, FaqBook, datetime], str]
"""An answer as a channel shows it, as HTML; the channels themselves are not known here."""


@dataclass(frozen=True)
class Console:
    """The stores and desks behind the console."""

    accounts: StaffAccounts
    audit: AuditLog
    clusters: ClusterStore
    live: LiveDesk
    recorder: InquiryRecorder
    give_feedback: Callable[[Feedback], bool]
    board: BoardStore
    live_board: LiveBoard
    sorter: MissSorter
    curator: Curator
    draft: DraftFolder
    draft_desk: DraftDesk
    editor: FolderEditor
    history: FolderHistory
    drafts: DraftStore
    releases: ReleaseStore
    preparing: Preparer
    advise: Callable[[str], Sequence[Advice]]
    previews: Mapping[str, Preview]
    clock: Clock
    public_url: str

    def note(self, by: str, action: str, subject: str, **detail: Any) -> AuditEvent:
        """Keep in the audit log what somebody did."""
        return self.audit.add(AuditEvent(self.clock(), by, action, subject, detail))
