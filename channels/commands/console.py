"""Writing to the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.errors import BotError
from channels.app import Backend, open_backend
from channels.settings import Settings


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
    """Open what the settings name."""
    return open_backend(read_settings())


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, on standard error, and how long it takes; call it at each step."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda step: progress.update(task, description=step)
