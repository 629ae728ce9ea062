"""What `toiawase doctor` sees in the database, which it neither makes nor changes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.audit import first_broken
from bot.errors import BotError
from bot.store.audit import SqlAudit
from bot.store.database import HEAD
from bot.store.looking import Seen, look_into
from bot.store.releases import SqlReleases
from bot.understanding import Understanding
from channels.archive import IN_AUDIT
from channels.commands.finding import Finding, tried
from channels.settings import Settings
from faq.book import FaqBook, index_digest_of
from faq.index import FaqIndex
from faq.office import JAPAN
from faq.problem import IndexDamaged

_BUILT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BEHIND: Final = timedelta(minutes=5)
_OLD_BACKUP: Final = timedelta(days=2)


def looks_at_store(settings: Settings, at: datetime) -> Iterator[Finding]:
    """Yield what is found in the database; nothing where there is none yet."""
    file = settings.database_file
    if file is not None and not file.exists():
        return
    try:
        seen = look_into(settings.database)
    except BotError as error:
        todo = "控えから戻すか、管理する人に知らせます"
        yield Finding("bad", "データベース", str(error), todo)
        return
    try:
        yield _schema(seen)
        if seen.is_up_to_date:
            yield from _look_inside(seen, settings, at)
    finally:
        seen.close()


def _look_inside(seen: Seen, settings: Settings, at: datetime) -> Iterator[Finding]:
    looks: list[tuple[str, Callable[[], Finding]]] = [
        ("時計", lambda: _clock(seen, at)),
        ("公開版", lambda: _release(seen.releases, settings.index_root)),
        ("索引", lambda: _indexes(seen.releases, settings.index_root)),
        ("操作の記録", lambda: _audit(seen.audit)),
        ("控え", lambda: _backup(seen.audit, at)),
    ]
    for what, look in looks:
        yield tried(what, look)


def _schema(seen: Seen) -> Finding:
    what, schema = "データベース", seen.schema
    if seen.is_up_to_date:
        return Finding("ok", what, f"開けます（版 {schema}）")
    if schema is not None and schema > HEAD:
        said = f"版（{schema}）が、このプログラムの版（{HEAD}）より新しいです"
        return Finding("bad", what, said, "新しい版のプログラムを使います")
    said = f"版（{schema or '空'}）が、このプログラムの版（{HEAD}）より古いです"
    if seen.is_shared:
        return Finding("bad", what, said, "toiawase migrate を実行します")
    return Finding("look", what, said, "受付を始めると、写しを残してから、自動で新しくなります")


def _clock(seen: Seen, at: datetime) -> Finding:
    published = [one.published_at for one in seen.releases.listed(limit=1)]
    noted = [one.at for one in seen.audit.latest(1)]
    asked = seen.inquiries.latest_at()
    latest = max([_BUILT, *published, *noted, *([asked] if asked else [])])
    if at < latest - _BEHIND:
        said = f"今の時刻（{_moment(at)}）が、いちばん新しい記録（{_moment(latest)}）より前です"
        return Finding("bad", "時計", said, "機械の時計を合わせます（NTP）")
    return Finding("ok", "時計", f"{_moment(at)} です")


def _release(releases: SqlReleases, index_root: Path) -> Finding:
    if not releases.current_number():
        return Finding("look", "公開版", "まだ公開していません", "toiawase publish を実行します")
    release = releases.current()
    book = FaqBook.from_json(releases.snapshot(release.digest))
    said = f"公開版 {release.number}（FAQ {len(book.entries)} 件）が使えます"
    folder = index_root / book.index_digest
    if not folder.exists():
        return Finding("ok", "公開版", f"{said}（索引は、受付を始めるときに取り出します）")
    try:
        FaqIndex.load(folder, book.index_digest, release.digest)
        Understanding.load(folder)
    except IndexDamaged as error:
        said = f"公開版 {release.number} の索引のファイルが壊れています（{error}）"
        todo = "受付を動かし直します（データベースから、自動で取り出し直します）"
        return Finding("look", "公開版", said, todo)
    return Finding("ok", "公開版", said)


def _indexes(releases: SqlReleases, index_root: Path) -> Finding:
    """Look for indexes of what is neither a release nor a draft any more."""
    folders = sorted(index_root.iterdir()) if index_root.exists() else []
    unknown = {one.name for one in folders if one.is_dir()}
    for digest in releases.digests():
        if not unknown:
            break
        unknown.discard(index_digest_of(releases.snapshot(digest)))
    left = [one for one in folders if one.name in unknown]
    if not left:
        return Finding("ok", "索引", "使わないフォルダはありません")
    files = [path for one in left for path in one.rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    said = f"どの公開版のものでもないフォルダが {len(left)} 個（{megabytes:,.1f} MB）あります"
    names = "、".join(one.name for one in left)
    todo = f"公開の準備をしていないときに、{index_root} の中の次のものを消します（{names}）"
    return Finding("look", "索引", said, todo)


def _audit(audit: SqlAudit) -> Finding:
    broken = first_broken(audit.each())
    if broken is not None:
        todo = "控えと比べ、だれがデータベースに触れたかを調べます"
        return Finding("bad", "操作の記録", f"{broken} 番から、書きかえられています", todo)
    return Finding("ok", "操作の記録", "書きかえられていません")


def _backup(audit: SqlAudit, at: datetime) -> Finding:
    todo = "毎日1回、toiawase backup を実行します（ほかの方法で控えていれば、このままで構いません）"
    last = next(iter(audit.latest(1, subject=IN_AUDIT)), None)
    if last is None:
        return Finding("look", "控え", "控えを取った記録がありません", todo)
    said = f"最後に取ったのは {_moment(last.at)} です"
    if at - last.at > _OLD_BACKUP:
        return Finding("look", "控え", f"{said}（{(at - last.at).days} 日前）", todo)
    return Finding("ok", "控え", said)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
