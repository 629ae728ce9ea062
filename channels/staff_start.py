"""The console with everything behind it, and what works beside it."""

import logging
from collections.abc import Callable, Mapping

from fastapi import FastAPI

from bot.board import LiveBoard
from bot.curating import Curator
from bot.draft_desk import DraftDesk
from bot.draft_folder import ENTRIES_KEPT, DraftFolder
from bot.inquiry import Feedback, InquiryRecorder
from bot.kept_file import read_kept
from bot.live_desk import LiveDesk
from bot.miss_sorting import MissSorter
from channels.backend import Backend
from channels.preparing import Preparing
from channels.staff.application import build_console
from channels.staff.console import Console, Preview
from channels.staff.one_time import OneTimeCode
from faq.files.folder_edit import FolderEditor
from faq.files.history import FolderHistory
from nlp.easy_japanese import advice_on
from nlp.normalise import normalise
from nlp.tokeniser import SudachiTokeniser

_LOG = logging.getLogger(__name__)


class StaffStart:
    """Builds the console; while it serves, sorts what is new and erases what is due."""

    def __init__(
        self,
        backend: Backend,
        live: LiveDesk,
        recorder: InquiryRecorder,
        give_feedback: Callable[[Feedback], bool],
        board: LiveBoard,
        previews: Mapping[str, Preview],
        code: OneTimeCode | None,
    ) -> None:
        folder = backend.settings.draft_folder
        draft = DraftFolder(folder, backend.settings.index_root)
        kept = backend.settings.index_root / ENTRIES_KEPT
        editor = FolderEditor(folder, normalise, read_kept(kept))
        history = FolderHistory(folder)
        self._clock = backend.clock
        self._sorter = MissSorter(backend.clusters, lambda: live.desk)
        self._curator = Curator(backend.clusters, editor, backend.audit, backend.inquiries, history)
        self._preparing = Preparing(backend.settings)
        self._turns = backend.turns
        self.application: FastAPI = build_console(
            Console(
                accounts=backend.accounts,
                audit=backend.audit,
                clusters=backend.clusters,
                live=live,
                recorder=recorder,
                give_feedback=give_feedback,
                board=backend.board,
                live_board=board,
                sorter=self._sorter,
                curator=self._curator,
                draft=draft,
                draft_desk=DraftDesk(draft, backend.shelf),
                editor=editor,
                history=history,
                drafts=backend.drafts,
                releases=backend.releases,
                preparing=self._preparing,
                advise=lambda text: list(advice_on(text, SudachiTokeniser())),
                previews=previews,
                clock=backend.clock,
                public_url=backend.settings.public_url,
            ),
            code,
        )

    def work(self) -> None:
        """Do a little of what waits; slow: call it in a thread."""
        at = self._clock()
        with self._turns.only_one("staff") as is_mine:
            if is_mine:
                self._curator.erase_due(at)
                self._sorter.step(at)

    def stop(self) -> None:
        """End what runs beside."""
        self._preparing.stop()
