"""Putting many questions to one book: here, and at once in the process beside, if there is one."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

from bot.building_process import BuildingProcess
from bot.desk import InquiryDesk
from bot.evaluation import Verdict, verdict_of
from bot.question import Question
from nlp.progress import Count
from nlp.text_cache import Remembered

_LOG = logging.getLogger(__name__)

_WORTH_IT: Final = 100
"""Questions from which the process beside is asked: it takes a second to open its desk."""
_AT_ONCE: Final = 8
_UNDER_WAY: Final = 2
"""How often so many are given before the first are heard of: the process beside never waits."""
_REPORTED: Final = 20

_Left = deque[tuple[int, Question]]
_Found = dict[int, Verdict]


class Judging:
    """The desk of one book, opened at the first question."""

    def __init__(
        self, open_desk: Callable[[], InquiryDesk], beside: "Beside | None" = None
    ) -> None:
        self._opened = open_desk
        self._beside = beside

    def open_desk(self) -> None:
        """Open the desk ahead of the first question."""
        _ = self._desk

    def verdicts(self, questions: Sequence[Question], depth: int, count: Count) -> list[Verdict]:
        """Return what becomes of each question, with the first `depth` entries of its ranking."""
        left: _Left = deque(enumerate(questions))
        found: _Found = {}
        beside = self._beside if len(questions) >= _WORTH_IT else None
        while len(found) < len(questions):
            if beside:
                found |= beside.take_turn(left, depth)
            if left:
                at, question = left.popleft()
                found[at] = verdict_of(self._desk, question, depth)
            if len(found) % _REPORTED == 0:
                count(len(found), len(questions))
        return [found[at] for at in range(len(questions))]

    @cached_property
    def _desk(self) -> InquiryDesk:
        return self._opened()


class Beside:
    """The same desk in a process beside this one; if that ends, all is judged here."""

    def __init__(
        self,
        process: BuildingProcess,
        digest: str,
        open_desk: Callable[[], None],
        vectors: Remembered[bytes],
    ) -> None:
        """Take what makes the process open the desk of the book `digest`.

        The `vectors` of questions are known to both and kept by this process.
        """
        self._process = process
        self._digest = digest
        self._open_desk = open_desk
        self._vectors = vectors
        self._given: deque[tuple[int, Sequence[tuple[int, Question]]]] = deque()
        self._is_open = self._is_gone = False

    def take_turn(self, left: _Left, depth: int) -> _Found:
        """Return what was found out since the last turn, and take more from the end of `left`.

        Waits for no verdict: of the lowest priority, the process may stand on a busy machine. At
        the end what nothing was heard of is given back.
        """
        found: _Found = {}
        try:
            while not self._is_gone and self._process.is_done:
                found |= self._heard()
            while self._may_give(left):
                self._give(left, depth)
        except (OSError, EOFError):
            _LOG.warning("the process that judges beside is gone")
            self._is_gone = True
            self._give_back(left)
        if not left:
            self._give_back(left)
        return found

    def _may_give(self, left: _Left) -> bool:
        return not self._is_gone and len(self._given) < _UNDER_WAY and len(left) > _AT_ONCE

    def _give_back(self, left: _Left) -> None:
        for _, given in self._given:
            left.extend(given)
        self._given.clear()

    def _heard(self) -> _Found:
        heard = self._process.hear()
        if not self._given or heard.number != self._given[0][0]:
            return {}  # of what was given back
        _, given = self._given.popleft()
        self._vectors.used.update(heard.vectors)
        return dict(zip((at for at, _ in given), heard.verdicts, strict=True))

    def _give(self, left: _Left, depth: int) -> None:
        if not self._is_open:
            self._open_desk()
            self._is_open = True
        given = [left[-at] for at in range(1, _AT_ONCE + 1)]
        number = self._process.ask(self._digest, [question for _, question in given], depth)
        for _ in given:  # not before they are sent: the process may be gone
            left.pop()
        self._given.append((number, given))
