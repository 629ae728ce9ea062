"""The command `toiawase`."""

import sys

import click

from bot.errors import BotError
from channels.commands.ask import ask
from channels.commands.backup import backup, forget, restore
from channels.commands.board import channel, notice
from channels.commands.care import confirm, due
from channels.commands.console import complain
from channels.commands.doctor import doctor
from channels.commands.impact import impact
from channels.commands.imports import imports
from channels.commands.line import line
from channels.commands.migrate import migrate
from channels.commands.publish import check, publish, releases, rollback
from channels.commands.quality import evaluate
from channels.commands.records import inquiries, misses
from channels.commands.serve import serve
from channels.commands.staff import staff
from channels.commands.tune import tune_decision
from faq.problem import FaqError, FaqFolderError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="toiawase", message="toiawase %(version)s")
def group() -> None:
    """市役所への質問に、市が用意した回答で答えるサービスです。"""


for command in (
    serve,
    migrate,
    backup,
    restore,
    forget,
    doctor,
    ask,
    check,
    evaluate,
    tune_decision,
    publish,
    impact,
    releases,
    rollback,
    inquiries,
    misses,
    notice,
    channel,
    line,
    staff,
    imports,
    due,
    confirm,
):
    group.add_command(command)


def main() -> None:
    """Run the command; what goes wrong is a sentence and exit status 1, never a traceback."""
    try:
        group(prog_name="toiawase")
    except FaqFolderError as error:
        for problem in error.problems:
            complain(str(problem))
        complain(
            f"{len(error.problems)} 件の問題があります。直してから、もう一度実行してください。"
        )
        sys.exit(1)
    except (BotError, FaqError) as error:
        complain(str(error))
        sys.exit(1)
