"""`toiawase check`, `publish`, `releases` and `rollback`: from the folder to what citizens see."""

import getpass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot.audit import AuditEvent
from bot.building_process import give_way
from bot.errors import PublishRefused
from bot.publishing import Draft
from bot.release import Release
from channels.backend import Backend
from channels.commands.advice import advice_lines
from channels.commands.console import backend, complain, out, steps
from channels.commands.impact_tables import print_impact
from channels.commands.quality import figures_table
from channels.preparing import REPLAYED
from faq.files.csv_file import read_csv_book
from faq.files.folder import content_of, inspect_folder
from faq.office import JAPAN
from nlp.normalise import normalise


@click.command()
@click.argument("path", metavar="フォルダかファイル", type=click.Path(exists=True, path_type=Path))
@click.option("--easy", is_flag=True, help="やさしい日本語の読みにくいところも示します（助言）")
def check(path: Path, easy: bool) -> None:
    """FAQを点検し、見つかった問題をすべて、場所とともに示します。"""
    console = out()
    if path.is_file():
        book = read_csv_book(path)
        console.print(f"問題はありません（FAQ {len(book.entries)} 件）。")
        return
    report = inspect_folder(path, normalise)
    for problem in report.problems:
        console.print(str(problem))
    if report.problems:
        complain(f"{len(report.problems)} 件の問題があります。")
        raise SystemExit(1)
    if easy:
        for line in advice_lines(report.folder.book):
            console.print(line)
    counts = content_of(report)
    console.print(
        "問題はありません（FAQ {entries} 件、分野 {topics}、別の聞き方 {phrasings}、"
        "窓口 {offices}、点検用質問 {golden}）。".format_map(counts)
    )


@click.command()
@click.option(
    "--faq",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="公開するフォルダ（ふつうは設定のフォルダ）",
)
@click.option("--dry-run", is_flag=True, help="影響を確かめるだけで、公開しません")
@click.option("--reason", default="", help="公開する理由（記録に残ります）")
@click.option("--accept-broken", is_flag=True, help="止めるべきことがあっても公開します")
@click.option("--approved-by", default="", help="確認したほかの人の名前（2人の確認が要る市で）")
def publish(
    folder: Path | None, dry_run: bool, reason: str, accept_broken: bool, approved_by: str
) -> None:
    """FAQを点検し、影響を確かめてから、市民に公開します。"""
    give_way()
    opened = backend()
    at = opened.clock()
    with steps("準備しています") as say:
        draft = opened.publisher.draft(
            folder or opened.settings.draft_folder,
            opened.inquiries.heard(at - REPLAYED),
            at,
            say,
        )
    console = out()
    _print_draft(console, draft)
    if dry_run:
        console.print("確かめただけです。公開していません。")
        return
    by = _publisher(draft, approved_by)
    try:
        release = opened.publisher.publish(
            draft, at, reason=reason, by=by, accept_broken=accept_broken
        )
    except PublishRefused as refused:
        raise click.ClickException(
            f"{refused}。FAQ を直すか、承知のうえなら --accept-broken を付けてください。"
        ) from refused
    edited = [edit.entry_id for edit in draft.impact.edits]
    opened.clusters.published(edited, release.number)
    _note(opened, by, "published", release, f"公開版 {release.number} を公開しました")
    console.print(f"公開版 {release.number} を公開しました（{release.digest[:12]}）。")


@click.command()
def releases() -> None:
    """公開版の一覧を、新しい順に示します。"""
    table = Table()
    for heading in ("公開版", "日時", "理由", "公開した人", "内容"):
        table.add_column(heading)
    for release in backend().releases.listed():
        when = release.published_at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")
        table.add_row(
            str(release.number), when, release.reason, release.published_by, release.digest[:12]
        )
    out().print(table)


@click.command()
@click.argument("number", metavar="公開版", type=int)
@click.option("--reason", default="", help="戻す理由（記録に残ります）")
def rollback(number: int, reason: str) -> None:
    """前の公開版の内容に戻します（新しい公開版として記録します）。"""
    opened = backend()
    why = reason or f"公開版 {number} に戻す"
    by = getpass.getuser()
    release = opened.releases.repeat(number, opened.clock(), why, by)
    _note(opened, by, "rolled_back", release, f"公開版 {number} の内容に戻しました")
    out().print(f"公開版 {number} の内容を、公開版 {release.number} として公開しました。")


def _print_draft(console: Console, draft: Draft) -> None:
    console.print(f"FAQ {len(draft.folder.book.entries)} 件")
    if draft.folder.golden:
        console.print(figures_table({"点検用質問": draft.figures}))
    print_impact(console, draft.impact)


def _publisher(draft: Draft, approved_by: str) -> str:
    """Return who publishes; where the city wants two people, both."""
    by = getpass.getuser()
    if draft.needs_two and approved_by.strip() in ("", by):
        raise click.ClickException(
            "この市では、公開に2人の確認が要ります。職員画面から公開するか、"
            "確認したほかの人の名前を --approved-by に付けてください。"
        )
    return f"{by}・{approved_by}" if approved_by else by


def _note(opened: Backend, by: str, action: str, release: Release, told: str) -> None:
    subject, detail = f"release {release.number}", {"told": f"{told}（コマンド）"}
    opened.audit.add(AuditEvent(opened.clock(), by, action, subject, detail))
