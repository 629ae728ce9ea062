"""`backup`, `restore` and `forget`, as a city runs them, on both databases."""

import dataclasses
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from bot.delivery import Delivery, Ended
from bot.inbox import Cluster, Note
from bot.inquiry import Feedback, Inquiry
from bot.question import Question
from bot.shared_conversations import SharedConversations
from bot.store.schema import METADATA
from bot.store.spool import Spool
from channels.backend import Backend, ensure_release, open_backend
from channels.cli import group
from channels.clock import now
from channels.commands.console import operator
from channels.housekeeping import Housekeeping
from channels.line.events import talk_of
from channels.secret_key import secret_key
from channels.serving_alone import alone_in
from channels.settings import Settings
from nlp.personal_data import mask
from tests.conftest import NOON, SAMPLE_CITY, SMALL_CITY
from tests.inquiries import inquiry as any_inquiry
from tests.postgres import Postgres

PLANTED = "鷲尾ことねの世帯全員"


@pytest.fixture(params=["sqlite", "postgresql"])
def city(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """A city that has published, on each database in turn; commands find it."""
    around = {
        "STATE_FOLDER": tmp_path / "var",
        "FAQ_FOLDER": shutil.copytree(
            SAMPLE_CITY if request.node.get_closest_marker("acceptance") else SMALL_CITY,
            tmp_path / "faq",
        ),
    }
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        around["DATABASE_URL"] = postgres.migrated()  # type: ignore[assignment]
    for name, value in around.items():
        monkeypatch.setenv(f"TOIAWASE_{name}", str(value))
    opened = open_backend(Settings())
    ensure_release(opened)
    yield opened
    opened.close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(one) for one in arguments])


def failure(*arguments: object) -> str:
    done = run(*arguments)
    assert done.exception is not None
    return str(done.exception)


def inquiry(number: int, **changes: object) -> Inquiry:
    """Return a record of now, with words that must not be left over."""
    around = {"asked_at": now(), "text": mask(f"{PLANTED} {number}")}
    return any_inquiry(number, **around | changes)


def replies(backend: Backend) -> list[object]:
    """Return what is said to 200 questions, as whole replies."""
    desk = backend.shelf.desk()
    return [desk.consider(Question.from_text(text, "web", NOON)) for text in questions()]


def questions() -> list[str]:
    """Return 200 questions of citizens, the same each time, on all that a city is asked."""
    lines = (SAMPLE_CITY / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["query"] for line in lines[:: len(lines) // 200][:200]]


def restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path, url: str | None, *options: str
) -> Backend:
    monkeypatch.setenv("TOIAWASE_STATE_FOLDER", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("TOIAWASE_FAQ_FOLDER", str(tmp_path / "elsewhere" / "faq"))
    monkeypatch.delenv("TOIAWASE_DATABASE_URL", raising=False)
    if url:
        monkeypatch.setenv("TOIAWASE_DATABASE_URL", url)
    done = run("restore", file, *options)
    assert done.exit_code == 0, (done.output, done.exception)
    return open_backend(Settings())


def back_up_while_others_write(city: Backend, file: Path) -> None:
    stop = threading.Event()

    def go_on() -> None:
        number = 1_000
        while not stop.is_set():
            city.inquiries.add([inquiry(number)])
            number += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        done = run("backup", file)
    finally:
        stop.set()
        writer.join()
    assert done.exit_code == 0, (done.output, done.exception)
    assert "鍵" in done.output


def test_a_backup_taken_while_others_write_comes_back_elsewhere(
    city: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [inquiry(number) for number in range(200)]
    city.inquiries.add(before)
    city.clusters.sort_in([Cluster("c", mask(PLANTED), NOON)], {before[0].id: "c"})
    file = tmp_path / "backup.zip"
    back_up_while_others_write(city, file)
    said = replies(city)
    assert len(said) == 200
    back = restored(tmp_path, monkeypatch, file, None)
    kept = {one.id for one in back.inquiries.each()}
    assert {one.id for one in before} <= kept <= {one.id for one in city.inquiries.each()}
    assert back.clusters.inquiry_ids("c") == [before[0].id]
    assert replies(back) == said
    assert (tmp_path / "elsewhere" / "faq" / "city.yaml").exists()
    back.close()


@pytest.mark.acceptance
def test_a_large_city_answers_the_same_elsewhere(
    city: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    file = tmp_path / "backup.zip"
    back_up_while_others_write(city, file)
    said = replies(city)
    for url in (None, postgres.migrated()):
        back = restored(tmp_path, monkeypatch, file, url)
        assert replies(back) == said
        back.close()


def test_a_backup_moves_a_city_to_postgresql_once(
    city: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    city.inquiries.add([inquiry(1)])
    file = tmp_path / "backup.zip"
    assert run("backup", file).exit_code == 0
    back = restored(tmp_path, monkeypatch, file, postgres.migrated())
    assert back.is_shared
    assert [one.id for one in back.inquiries.each()] == [inquiry(1).id]
    assert replies(back) == replies(city)
    assert back.releases.repeat(1, NOON, "もう一度", "試験").number == 2
    assert "空ではありません" in failure("restore", file)
    back.close()


def test_nothing_is_overwritten_unasked(city: Backend, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert run("backup", file).exit_code == 0
    assert "もうあります" in failure("backup", file)
    if city.is_shared:
        return
    city.inquiries.add([inquiry(1)])
    assert "--replace" in failure("restore", file)
    with alone_in(city.settings.state_folder):
        assert "すでに toiawase serve が動いています" in failure("restore", file, "--replace")
    assert [one.id for one in city.inquiries.each()] == [inquiry(1).id]
    city.close()
    assert run("restore", file, "--replace").exit_code == 0
    back = open_backend(Settings())
    assert list(back.inquiries.each()) == []
    assert list(city.settings.state_folder.glob("toiawase.db.before-restore-*"))
    back.close()


@pytest.fixture
def small_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published_state: Path, city_folder: Path
) -> Path:
    """A state folder on SQLite, and a FAQ folder, which commands find."""
    state = shutil.copytree(published_state, tmp_path / "var")
    monkeypatch.setenv("TOIAWASE_STATE_FOLDER", str(state))
    monkeypatch.setenv("TOIAWASE_FAQ_FOLDER", str(city_folder))
    return Path(state)


def everything(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder but for locks and SQLite's empty companions."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal"))
    }


@pytest.mark.parametrize(
    "how",
    ["cut", "flipped", "added", "twice", "outside", "bomb", "other", "zeros", "newer", "unlike"],
)
def test_a_damaged_backup_changes_nothing(small_state: Path, tmp_path: Path, how: str) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    assert run("backup", good).exit_code == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        _damage(good, bad, how)
    before = everything(tmp_path)
    said = failure("restore", bad, "--replace")
    assert "控え" in said
    assert everything(tmp_path) == before


def _damage(good: Path, bad: Path, how: str) -> None:
    if how in ("cut", "other"):
        bad.write_bytes(good.read_bytes()[:-200] if how == "cut" else b"PK no zip at all")
        return
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as new:
        told = json.loads(old.read("manifest.json"))
        contents = {name: old.read(name) for name in old.namelist() if name != "manifest.json"}
        contents["database.db"] = _other_database(how, contents["database.db"], bad.parent)
        if how in ("zeros", "newer"):  # the list fits what is packed
            packed = contents["database.db"]
            told["members"]["database.db"] = [len(packed), hashlib.sha256(packed).hexdigest()]
        if how in ("newer", "unlike"):
            told["schema"] = "9999"
        added = {"added": "faq/more.yaml", "outside": "faq/../../escaped.yaml"}.get(how)
        if how == "outside":
            told["members"][added] = [1, hashlib.sha256(b"x").hexdigest()]
        for name, content in contents.items():
            new.writestr(name, content)
        if added or how == "twice":
            new.writestr(added or "faq/city.yaml", "x")
        new.writestr("manifest.json", json.dumps(told))


def _other_database(how: str, database: bytes, scratch: Path) -> bytes:
    if how == "flipped":
        return database[:5_000] + b"x" + database[5_001:]
    if how in ("bomb", "zeros"):
        return bytes(300_000_000)
    if how == "newer":
        return _of_schema("9999", database, scratch / "newer.db")
    return database


def _of_schema(schema: str, database: bytes, scratch: Path) -> bytes:
    scratch.write_bytes(database)
    with closing(sqlite3.connect(scratch)) as opened:
        opened.execute(f"UPDATE alembic_version SET version_num = '{schema}'")
        opened.commit()
    changed = scratch.read_bytes()
    for path in scratch.parent.glob(f"{scratch.name}*"):
        path.unlink()
    return changed


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Have a folder stand on a disk of its own with little room."""
    folder.mkdir()
    size = f"size={megabytes}m"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=False)
    if made.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_leaves_no_half_backup(small_state: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 1):
        said = failure("backup", tmp_path / "small" / "backup.zip")
        assert "空き" in said
        assert list((tmp_path / "small").iterdir()) == []


@pytest.mark.parametrize("where", ["state", "faq"])
def test_a_full_disk_leaves_all_as_before_a_restore(
    small_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (tmp_path / "faq" / "much.txt").write_bytes(random.Random(1).randbytes(3_000_000))
    file = tmp_path / "backup.zip"
    assert run("backup", file).exit_code == 0
    with small_disk(tmp_path / "small", 2):
        if where == "state":
            monkeypatch.setenv("TOIAWASE_STATE_FOLDER", str(tmp_path / "small"))
        else:
            monkeypatch.setenv("TOIAWASE_FAQ_FOLDER", str(tmp_path / "small" / "faq"))
            (tmp_path / "small" / "faq").mkdir()
            (tmp_path / "small" / "faq" / "mine.yaml").write_text("mine")
        before = everything(tmp_path)
        said = failure("restore", file, "--replace")
        assert "空" in said
        assert everything(tmp_path) == before


def test_what_fails_in_the_middle_of_a_restore_is_put_back(
    small_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup.zip"
    assert run("backup", file).exit_code == 0
    with small_disk(tmp_path / "disk", 50):
        # The folder is replaced first; the file of the database then cannot be put aside.
        mounted = tmp_path / "disk" / "toiawase.db"
        shutil.copyfile(small_state / "toiawase.db", mounted)
        subprocess.run(["mount", "--bind", mounted, mounted], check=True)
        try:
            monkeypatch.setenv("TOIAWASE_DATABASE_URL", f"sqlite:///{mounted}")
            (tmp_path / "faq" / "mine.yaml").write_text("mine")
            before = everything(tmp_path)
            assert "何も変えていません" in failure("restore", file, "--replace")
            assert everything(tmp_path) == before
        finally:
            subprocess.run(["umount", "--lazy", mounted], check=True)


def test_what_is_restored_belongs_to_whom_it_did(small_state: Path, tmp_path: Path) -> None:
    file, database = tmp_path / "backup.zip", small_state / "toiawase.db"
    assert run("backup", file).exit_code == 0
    database.chmod(0o600)
    owner = 12_345 if os.getuid() == 0 else os.getuid()
    for path in (small_state, database, tmp_path / "faq"):
        os.chown(path, owner, -1)
    assert run("restore", file, "--replace").exit_code == 0
    assert database.stat().st_mode & 0o777 == 0o600
    put = [database, *(tmp_path / "faq").rglob("*")]
    assert {path.stat().st_uid for path in put} == {owner}


def test_a_backup_is_for_us_alone_and_leaves_nothing_beside_it(
    small_state: Path, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir()
    file = tmp_path / "backups" / "backup.zip"
    done = run("backup", file)
    assert "読めることを確かめました" in done.output
    assert list(file.parent.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600
    opened = open_backend(Settings())
    (noted,) = opened.audit.latest(1)
    assert (noted.action, noted.by) == ("backed_up", operator())
    opened.close()


def test_a_backup_where_there_is_no_folder_says_what_to_do(
    small_state: Path, tmp_path: Path
) -> None:
    said = failure("backup", tmp_path / "nowhere" / "backup.zip")
    assert str(tmp_path / "nowhere") in said
    assert "がありません" in said
    assert "作ってから" in said


def test_a_backup_during_edits_of_the_faq_can_be_restored(
    small_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = tmp_path / "faq" / "much.txt"
    edited.write_bytes(bytes(1_000))
    stop = threading.Event()

    def edit() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            edited.with_suffix(".new").write_bytes(random.Random(number).randbytes(number * 100))
            edited.with_suffix(".new").replace(edited)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        files = [tmp_path / f"{number}.zip" for number in range(5)]
        said = [run("backup", file) for file in files]
    finally:
        stop.set()
        editor.join()
    assert [one.exit_code for one in said] == [0] * len(files), [one.exception for one in said]
    for file in files:
        back = restored(tmp_path, monkeypatch, file, None, "--replace")
        assert back.releases.current_number() == 1
        back.close()


def test_old_records_go_with_all_that_hangs_on_them(city: Backend) -> None:
    old, new = now() - timedelta(days=200), now() - timedelta(days=100)
    asked = [inquiry(number, asked_at=old) for number in range(1_200)]
    asked += [inquiry(9_000, asked_at=new, text=mask("新しい質問"))]
    city.inquiries.add(asked)
    city.inquiries.give_feedback(Feedback(asked[0].id, False, mask(PLANTED), old))
    clusters = [Cluster(name, asked[0].text, old) for name in ("gone", "stays")]
    members = {asked[0].id: "gone", asked[1].id: "stays", asked[-1].id: "stays"}
    city.clusters.sort_in(clusters, members)
    city.clusters.add_note("gone", Note(old, "山田", "メモ"))
    done = run("forget", "--older-than", 180)
    assert "問合せ記録 1200 件、要対応のまとまり 1 件" in done.output
    assert [one.id for one in city.inquiries.each()] == [asked[-1].id]
    (left,) = city.clusters.clusters(["open"])
    assert (left.id, left.title) == ("stays", "新しい質問")
    (noted,) = city.audit.latest(1)
    assert noted.action == "forgotten"
    city.close()
    if not city.is_shared:
        whole = b"".join(path.read_bytes() for path in city.settings.state_folder.glob("*.db*"))
        assert PLANTED.encode() not in whole


def bytes_on_disk(city: Backend) -> bytes:
    """Return all that the files of the database hold, its log included."""
    files = sorted(city.settings.state_folder.glob("toiawase.db*"))
    return b"".join(path.read_bytes() for path in files)


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
@pytest.mark.parametrize("by", ["command", "housekeeping"])
def test_nothing_of_old_texts_is_left_on_the_disk_while_others_are_connected(
    city: Backend, by: str
) -> None:
    old = now() - timedelta(days=200)
    for first in range(0, 3_000, 100):
        some = range(first, first + 100)
        city.inquiries.add([inquiry(number, asked_at=old) for number in some])
    with closing(sqlite3.connect(city.settings.state_folder / "toiawase.db")) as other:
        assert other.execute("SELECT count(*) FROM inquiries").fetchone() == (3_000,)
        assert PLANTED.encode() in bytes_on_disk(city)
        if by == "command":
            assert "-wal" not in run("forget", "--older-than", 180).output
        else:
            Housekeeping(city, SharedConversations()).forget_records()
        assert list(city.inquiries.each()) == []
        assert PLANTED.encode() not in bytes_on_disk(city)


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_a_log_that_somebody_reads_is_said_to_hold_the_texts(city: Backend) -> None:
    city.inquiries.add([inquiry(1, asked_at=now() - timedelta(days=200))])
    with closing(sqlite3.connect(city.settings.state_folder / "toiawase.db")) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM inquiries").fetchone()
        done = run("forget", "--older-than", 180)
        assert "問合せ記録 1 件" in done.output
        assert "toiawase.db-wal の中に残っています" in done.output
    assert "-wal" not in run("forget", "--older-than", 180).output
    assert PLANTED.encode() not in bytes_on_disk(city)


def written(city: Backend, number: int, user: str, group: str = "") -> Inquiry:
    """Have somebody write on LINE, and be answered."""
    asked = inquiry(number, channel="line")
    made = Delivery(
        event_id=f"event{number}",
        kind="text",
        talk=talk_of(secret_key(city.settings.key_file), user, group),
        occurred_at=NOON,
        received_at=NOON,
        inquiry_id=asked.id,
        text=asked.text,
        message_id=f"message{number}",
        reply_token="token",
        deadline=NOON,
    )
    city.deliveries.add([made])
    city.inquiries.add([asked])
    for one in city.deliveries.claim("w", NOON, NOON + timedelta(seconds=9), 9):
        city.deliveries.end([Ended(one.number, "answered", NOON)])
    return asked


def texts_left(city: Backend) -> list[bool]:
    return [one.text != "" for one in city.inquiries.each()]


def test_one_person_is_forgotten_and_no_other(city: Backend) -> None:
    written(city, 0, "Uone")
    written(city, 1, "Utwo")
    written(city, 2, "Uone", "Cgroup")
    written(city, 3, "Utwo", "Cgroup")
    done = run("forget", "--person", " Uone ")
    assert "問合せ記録 2 件の文を消しました" in done.output
    assert "LINE の受信 2 件" in done.output
    assert texts_left(city) == [False, True, False, True]
    (noted,) = city.audit.latest(1)
    assert (noted.action, noted.by) == ("forgotten", operator())
    assert "Uone" not in noted.subject + json.dumps(dict(noted.detail), ensure_ascii=False)
    assert "どちらか1つ" in run("forget").output
    assert "ユーザー ID" in run("forget", "--person", " ").output


def test_what_cannot_be_found_of_a_person_is_said(city: Backend) -> None:
    written(city, 0, "Uone")
    city.deliveries.forget_before(now())
    done = run("forget", "--person", "Uone")
    assert done.exit_code == 0
    assert "何も消していません" in done.output
    assert "古い文" in done.output
    assert "180 日（TOIAWASE_KEEP_DAYS）" in done.output
    assert texts_left(city) == [True]


def test_a_person_whose_message_is_being_answered_is_asked_for_again(city: Backend) -> None:
    written(city, 0, "Uone")
    waits = dataclasses.replace(
        Delivery("event1", "text", "", now(), now(), inquiry(1).id, mask(PLANTED)),
        talk=talk_of(secret_key(city.settings.key_file), "Uone"),
    )
    city.deliveries.add([waits])
    (held,) = city.deliveries.claim("w", now(), now() + timedelta(seconds=60), 9)
    assert "いま返信しているものが 1 件" in run("forget", "--person", "Uone").output
    again = run("forget", "--person", "Uone").output
    assert "いま返信しているものが 1 件" in again
    assert "見つからず" not in again
    city.inquiries.add([inquiry(1)])
    city.deliveries.end([Ended(held.number, "answered", now())])
    assert "いま返信" not in run("forget", "--person", "Uone").output
    assert texts_left(city) == [False, False]


def test_nobody_is_forgotten_without_the_key(city: Backend) -> None:
    written(city, 0, "Uone")
    city.settings.key_file.unlink()
    assert "鍵のファイル" in failure("forget", "--person", "Uone")
    assert not city.settings.key_file.exists()
    assert texts_left(city) == [True]
    assert [one.action for one in city.audit.latest(9)] == []


def test_a_person_is_forgotten_wholly_or_not_at_all(city: Backend) -> None:
    asked = written(city, 0, "Uone")
    city.clusters.sort_in([Cluster("c", asked.text, NOON)], {asked.id: "c"})
    table, copy = METADATA.tables["clusters"], "clusters_elsewhere"
    engine = create_engine(city.settings.database)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table.name} RENAME TO {copy}"))
    assert run("forget", "--person", "Uone").exit_code == 1
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {copy} RENAME TO {table.name}"))
    engine.dispose()
    assert texts_left(city) == [True]
    assert "問合せ記録 1 件の文" in run("forget", "--person", "Uone").output
    assert texts_left(city) == [False]


def test_what_waits_in_the_spool_is_said_to_be_left(city: Backend) -> None:
    written(city, 0, "Uone")
    assert "待っている記録" not in run("forget", "--person", "Uone").output
    spool = Spool(city.settings.spool_folder)
    spool.append([b"row"])
    spool.close()
    for arguments in (("--older-than", 180), ("--person", "Uone")):
        assert "待っている記録のファイルが 1 個" in run("forget", *arguments).output
