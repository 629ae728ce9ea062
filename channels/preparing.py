"""Working out a draft in a process of its own: citizens are answered while it runs.

The process reads the folder, builds the index, and for a check also replays past questions; it
leaves a draft in the store. One runs at a time.
"""

import multiprocessing
import threading
from contextlib import suppress
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Final

from bot.building_process import give_way
from bot.errors import BotError
from channels.backend import Backend, open_backend
from channels.settings import Settings
from channels.staff.preparation import Aim, Finished, Progressing, State
from faq.archive import pack
from faq.problem import FaqError, FaqFolderError

REPLAYED: Final = timedelta(days=180)
"""How far back past questions are replayed."""


class Preparing:
    """Starts the process and knows how far it is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._state: State = None
        self._process: SpawnProcess | None = None

    @property
    def state(self) -> State:
        """What is being done, or how the last piece of work ended."""
        return self._state

    def start(self, aim: Aim, by: str) -> bool:
        """Begin unless something runs already; True when it began."""
        with self._lock:
            if isinstance(self._state, Progressing):
                return False
            self._state = Progressing(aim, "準備しています")
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(self._settings, aim, by, there))
        process.start()
        there.close()
        self._process = process
        follow = threading.Thread(target=self._follow, args=(process, here, aim), daemon=True)
        follow.start()
        return True

    def stop(self) -> None:
        """End the process, if one runs."""
        if self._process and self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _follow(
        self,
        process: SpawnProcess,
        reports: Connection,
        aim: Aim,
    ) -> None:
        finished = Finished(aim, problems=("途中で止まりました。もう一度お試しください。",))
        with reports, suppress(EOFError, OSError):
            while True:
                told = reports.recv()
                if isinstance(told, Finished):
                    finished = told
                else:
                    self._state = Progressing(aim, *told)
        process.join()
        self._state = finished


def _work(settings: Settings, aim: Aim, by: str, reports: Connection) -> None:
    give_way()
    with reports:
        try:
            backend = open_backend(settings)
            number = _index(backend, reports) if aim == "index" else _check(backend, by, reports)
            reports.send(Finished(aim, number))
        except FaqFolderError as error:
            reports.send(Finished(aim, problems=tuple(map(str, error.problems))))
        except (BotError, FaqError, OSError) as error:
            reports.send(Finished(aim, problems=(str(error),)))


def _index(backend: Backend, reports: Connection) -> int:
    backend.publisher.prepare(backend.settings.draft_folder, lambda *told: reports.send(told))
    return 0


def _check(backend: Backend, by: str, reports: Connection) -> int:
    at = backend.clock()
    past = backend.inquiries.heard(at - REPLAYED)
    folder = backend.settings.draft_folder
    draft = backend.publisher.draft(folder, past, at, lambda *told: reports.send(told))
    archive = pack(backend.shelf.index_folder(draft.folder.book))
    report = draft.impact.to_json()
    return backend.drafts.add(draft.folder.book, archive, report, at, by).number
