"""Writing to the terminal."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
import rich.progress
from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from bot.errors import BotError
from channels.backend import Backend, open_backend
from channels.settings import Settings
from nlp.progress import Progress


class SettingsInvalid(BotError):
    """A setting cannot be used; the message names it."""


def out() -> Console:
    """Return the console of standard output; text is shown as it is, brackets and all."""
    return Console(soft_wrap=True, highlight=False, markup=False)


def complain(sentence: str) -> None:
    """Write a sentence to standard error."""
    click.echo(sentence, err=True)


def read_settings() -> Settings:
    """Return the settings; raises SettingsInvalid naming those that are wrong."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [
            f"TOIAWASE_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise SettingsInvalid("設定が正しくありません。\n" + "\n".join(faults)) from error


def backend() -> Backend:
    """Open what the settings name; it is closed when the command ends."""
    opened = open_backend(read_settings())
    click.get_current_context().call_on_close(opened.close)
    return opened


def operator() -> str:
    """Return who runs the command, as the audit log names them."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container may give its user no name
        name = f"uid {os.getuid()}"
    return f"{name}（コマンド）"


@contextmanager
def steps(title: str) -> Iterator[Progress]:
    """Show on standard error what is being done, how much of it, and how long each step took."""
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        _Counts(),
        TimeElapsedColumn(),
    )
    with rich.progress.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        bars = _Bars(shown)
        bars.report(title, 0, 0)
        yield bars.report


class _Counts(ProgressColumn):
    """How many are done, of how many, where that is known."""

    def render(self, task: Task) -> Text:
        known = task.total is not None and task.total > 1
        return Text(f"{task.completed:,.0f} / {task.total:,.0f}" if known else "")


class _Bars:
    """One line for each step, in the order they began; all but the last are done."""

    def __init__(self, shown: rich.progress.Progress) -> None:
        self._shown = shown
        self._lines: dict[str, TaskID] = {}

    def report(self, step: str, done: int, total: int) -> None:
        if step not in self._lines:
            for line in self._lines.values():
                self._finish(line)
            self._lines[step] = self._shown.add_task(step, total=total or None)
        self._shown.update(self._lines[step], completed=done, total=total or None)

    def _finish(self, line: TaskID) -> None:
        total = next(task.total for task in self._shown.tasks if task.id == line) or 1
        self._shown.update(line, completed=total, total=total)
