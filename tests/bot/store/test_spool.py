"""The spool: nothing that was kept is lost, nothing stored twice, a torn end costs itself."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.errors import SpoolFull, StoreUnusable, UnknownInquiry
from bot.inquiry import Feedback, Inquiry
from bot.store.database import open_database
from bot.store.inquiries import SqlInquiries
from bot.store.spool import Spool, rows_of
from bot.store.spooling import SpoolingStore
from nlp.personal_data import mask
from tests.bot.store.test_store import inquiry
from tests.conftest import NOON


def kept(folder: Path) -> list[bytes]:
    return [row for batch in Spool(folder).batches() for row in batch]


def test_rows_come_back_once_in_order_and_their_files_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    rows = [f"row {number}".encode() for number in range(1_200)]
    spool.append(rows[:700])
    spool.append(rows[700:])
    assert spool.depth == 1_200
    batches = list(spool.batches())
    assert [row for batch in batches for row in batch] == rows
    assert max(map(len, batches)) == 500
    assert (spool.depth, list((tmp_path / "spool").iterdir())) == (0, [])


def test_what_was_not_stored_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([b"one", b"two"])
    for _ in spool.batches():
        break  # storing failed
    assert spool.depth == 2
    spool.append([b"three"])
    spool.close()
    assert kept(tmp_path) == [b"one", b"two", b"three"]


def written(folder: Path, rows: list[bytes]) -> Path:
    """The only file of a folder, with these rows, finished by its process."""
    spool = Spool(folder)
    spool.append(rows)
    spool.close()
    (file,) = folder.iterdir()
    return file


@given(rows=st.lists(st.binary(min_size=1, max_size=40), max_size=8))
def test_any_beginning_of_a_file_gives_the_rows_that_are_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes]
) -> None:
    whole = written(tmp_path_factory.mktemp("spool"), rows).read_bytes()
    ends = [sum(8 + len(row) for row in rows[:count]) for count in range(len(rows) + 1)]
    for cut in range(len(whole) + 1):
        complete = sum(end <= cut for end in ends) - 1
        assert list(rows_of(whole[:cut])) == rows[:complete]


@given(rows=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8), data=st.data())
def test_a_changed_byte_costs_no_row_before_it_and_invents_none(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes], data: st.DataObject
) -> None:
    whole = written(tmp_path_factory.mktemp("spool"), rows).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flip = data.draw(st.integers(1, 255))
    found = list(rows_of(bytes([*whole[:at], whole[at] ^ flip, *whole[at + 1 :]])))
    before = sum(sum(8 + len(row) for row in rows[: n + 1]) <= at for n in range(len(rows)))
    assert found == rows[:before]


def test_zeros_that_a_power_cut_leaves_are_no_rows(tmp_path: Path) -> None:
    file = written(tmp_path, [b"one"])
    file.write_bytes(file.read_bytes() + b"\0" * 4_096)
    assert kept(tmp_path) == [b"one"]
    assert os.listdir(tmp_path) == []


def test_what_is_damaged_is_set_aside_and_not_deleted(tmp_path: Path) -> None:
    file = written(tmp_path, [b"one", b"two", b"three"])
    content = bytearray(file.read_bytes())
    content[8 + 3 + 8] ^= 1
    file.write_bytes(content)
    assert kept(tmp_path) == [b"one"]
    assert os.listdir(tmp_path) == [f"{file.stem}.damaged"]
    assert Spool(tmp_path).depth == 0


def test_rows_and_the_name_of_their_file_are_synced_before_they_are_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def telling(name: str) -> None:
        real = getattr(os, name)

        def told(*arguments: Any) -> Any:
            done.append(name)
            return real(*arguments)

        monkeypatch.setattr(os, name, told)

    for name in ("write", "fdatasync", "fsync"):
        telling(name)
    spool = Spool(tmp_path / "spool")
    spool.append([b"one", b"two"])
    done.append("acknowledged")
    spool.append([b"three"])
    assert done == ["fsync", "fsync", "write", "fdatasync", "acknowledged", "write", "fdatasync"]


def test_half_a_row_that_cannot_be_cut_off_costs_no_later_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.append([b"one"])
    real = os.write

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    def half(file: int, content: bytes) -> int:
        monkeypatch.setattr(os, "write", full)
        return real(file, content[:5])

    with monkeypatch.context() as broken:
        broken.setattr(os, "ftruncate", full)
        monkeypatch.setattr(os, "write", half)
        with pytest.raises(StoreUnusable):
            spool.append([b"two"])
    monkeypatch.setattr(os, "write", real)
    spool.append([b"three"])
    assert spool.depth == 2
    spool.close()
    assert kept(tmp_path) == [b"one", b"three"]


def test_more_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_rows=3)
    spool.append([b"1", b"2", b"3"])
    with pytest.raises(StoreUnusable, match="いっぱい"):
        spool.append([b"4"])
    spool.close()
    assert kept(tmp_path) == [b"1", b"2", b"3"]


def test_the_bytes_of_all_files_are_bounded(tmp_path: Path) -> None:
    written(tmp_path, [b"x" * 80])
    spool = Spool(tmp_path, most_bytes=200)
    spool.append([b"y" * 80])
    with pytest.raises(SpoolFull):
        spool.append([b"z" * 80])
    assert len([row for batch in spool.batches() for row in batch]) == 2
    spool.append([b"z" * 80])


def test_a_long_absence_leaves_one_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(20):
        spool.append([b"%d" % number])
        next(iter(spool.batches()))  # the database is still away
    assert (spool.depth, len(os.listdir(tmp_path))) == (20, 1)
    assert [int(row) for batch in spool.batches() for row in batch] == list(range(20))
    assert os.listdir(tmp_path) == []


def test_what_another_process_stored_is_counted_no_longer(tmp_path: Path) -> None:
    written(tmp_path, [b"1"] * 5)
    one, other = Spool(tmp_path), Spool(tmp_path)
    assert (one.depth, other.depth) == (5, 5)
    list(one.batches())
    assert list(other.batches()) == []
    assert (one.depth, other.depth) == (0, 0)


def test_the_rows_of_others_are_not_taken_for_its_own(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    written(tmp_path, [b"x"] * 40)
    batches = spool.batches()
    next(batches)
    spool.append([b"y"] * 30)
    assert list(batches) == []
    assert spool.depth == 30


def test_a_new_file_that_another_process_took_for_an_empty_one_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, real = Spool(tmp_path), fcntl.flock

    def late(file: int, how: int) -> None:
        if how == fcntl.LOCK_EX:
            monkeypatch.setattr(fcntl, "flock", real)
            assert kept(tmp_path) == []
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    spool.append([b"acknowledged"])
    spool.close()
    assert kept(tmp_path) == [b"acknowledged"]


def test_a_file_that_another_process_emptied_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, real = Spool(tmp_path), fcntl.flock
    written(tmp_path, [b"one"])
    taken: list[bytes] = []

    def late(file: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real)
        taken.extend(kept(tmp_path))
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    assert list(spool.batches()) == []
    assert taken == [b"one"]


_KILLED = """
import sys, time
from pathlib import Path
from bot.store.spool import Spool
spool = Spool(Path(sys.argv[1]))
spool.append([b"kept by one that is gone"])
print("kept", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_kept_is_taken_over_and_a_living_ones_is_not(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", _KILLED, tmp_path], stdout=subprocess.PIPE)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"kept\n"
        assert kept(tmp_path) == []
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert kept(tmp_path) == [b"kept by one that is gone"]
    assert os.listdir(tmp_path) == []


_WRITING = """
import sys
from pathlib import Path
from bot.store.spool import Spool
for number in range(100):
    spool = Spool(Path(sys.argv[1]))
    spool.append([f"{sys.argv[2]} {number}".encode()])
    spool.close()
"""


def test_processes_that_write_and_empty_at_once_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITING, tmp_path]
    writing = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    spool, found = Spool(tmp_path), list[bytes]()
    while any(process.poll() is None for process in writing):
        found += [row for batch in spool.batches() for row in batch]
    found += kept(tmp_path)
    assert [process.returncode for process in writing] == [0, 0]
    names = [f"{name} {number}".encode() for name in ("one", "two") for number in range(100)]
    assert sorted(found) == sorted(names)
    assert os.listdir(tmp_path) == []


class Away:
    """Makes the database of an engine fail while it is switched on."""

    def __init__(self, engine: Engine) -> None:
        self.on = False
        event.listen(engine, "before_cursor_execute", self._fail)

    def _fail(self, *_: object) -> None:
        if self.on:
            raise OperationalError("gone", {}, Exception("gone"))


def spooling(inquiries: SqlInquiries, folder: Path) -> SpoolingStore:
    return SpoolingStore(inquiries.add, inquiries.give_feedback, Spool(folder / "spool"))


def ids(inquiries: SqlInquiries) -> list[str]:
    return [one.id for one in inquiries.each()]


def test_the_database_goes_and_comes_and_each_inquiry_is_there_once(
    engine: Engine, tmp_path: Path
) -> None:
    inquiries, away = SqlInquiries(engine), Away(engine)
    store = spooling(inquiries, tmp_path)
    asked = [inquiry(number) for number in range(700)]
    store.add(asked[:10])
    away.on = True
    store.add(asked[10:20])
    store.add(asked[20:])
    store.drain()
    assert (store.depth, store.is_degraded) == (690, True)
    away.on = False
    assert len(ids(inquiries)) == 10
    # Some of it had reached the database before it went.
    inquiries.add(asked[10:15])
    store.drain()
    assert (store.depth, store.is_degraded) == (0, False)
    assert list(inquiries.each()) == asked


def test_a_row_that_the_database_refuses_is_not_spooled(engine: Engine, tmp_path: Path) -> None:
    store = spooling(SqlInquiries(engine), tmp_path)
    with pytest.raises(IntegrityError):
        store.add([inquiry(1, release=None)])
    assert not store.is_degraded


def test_a_row_that_is_refused_late_costs_itself_and_is_logged_without_its_words(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inquiries, away = SqlInquiries(engine), Away(engine)

    def add(rows: Sequence[Inquiry]) -> None:
        if any(row.text == "refused 質問" for row in rows):
            raise IntegrityError("INSERT", [row.text for row in rows], Exception("refused"))
        inquiries.add(rows)

    store = SpoolingStore(add, inquiries.give_feedback, Spool(tmp_path / "spool"))
    away.on = True
    store.add([inquiry(0)])
    store.add([inquiry(1), inquiry(2, text=mask("refused 質問")), inquiry(3)])
    away.on = False
    store.drain()
    assert ids(inquiries) == [inquiry(number).id for number in (0, 1, 3)]
    assert not store.is_degraded
    assert inquiry(2).id in caplog.text
    assert "質問" not in caplog.text


def test_a_record_that_another_version_wrote_does_not_keep_the_others_away(
    engine: Engine, tmp_path: Path
) -> None:
    inquiries = SqlInquiries(engine)
    spool = Spool(tmp_path / "spool")
    unread = [b"not json", b'{"id": "1", "kind": "of the future"}', b"feedback {}"]
    spool.append(unread)
    spool.append([msgspec.json.encode(inquiry(1))])
    spool.close()
    store = spooling(inquiries, tmp_path)
    assert store.is_degraded
    store.drain()
    assert (ids(inquiries), store.is_degraded) == ([inquiry(1).id], False)
    (aside,) = (tmp_path / "spool").glob("*.damaged")
    assert aside.suffix == ".damaged"
    # The version that can read them takes them back under their old name.
    aside.rename(aside.with_suffix(".log"))
    assert kept(tmp_path / "spool") == unread


def said(number: int, *, helpful: bool, minute: int = 0) -> Feedback:
    return Feedback(inquiry(number).id, helpful, mask("ちがう"), NOON + timedelta(minutes=minute))


def test_feedback_waits_too_and_the_last_word_counts(engine: Engine, tmp_path: Path) -> None:
    inquiries, away = SqlInquiries(engine), Away(engine)
    store = spooling(inquiries, tmp_path)
    store.add([inquiry(1), inquiry(2)])
    away.on = True
    store.add([inquiry(3)])
    store.give_feedback(said(1, helpful=True))
    store.give_feedback(said(3, helpful=False, minute=1))
    store.give_feedback(said(3, helpful=True, minute=2))
    store.give_feedback(said(4, helpful=True))  # nobody asked that
    away.on = False
    inquiries.give_feedback(said(1, helpful=False, minute=5))
    store.drain()
    heard = {one.id: helpful for one, helpful in inquiries.heard(NOON)}
    assert heard == {inquiry(1).id: False, inquiry(2).id: None, inquiry(3).id: True}
    assert not store.is_degraded
    with pytest.raises(UnknownInquiry):
        store.give_feedback(said(4, helpful=True))


def test_the_database_is_tried_by_the_drain_alone_while_it_is_away(tmp_path: Path) -> None:
    tries: list[int] = []

    def gone(rows: Sequence[Inquiry]) -> None:
        tries.append(len(rows))
        raise OperationalError("gone", {}, Exception("gone"))

    store = SpoolingStore(gone, lambda _: True, Spool(tmp_path))
    for number in range(50):
        store.add([inquiry(number)])
    assert tries == [1]
    store.drain()
    assert tries == [1, 50]


def test_a_full_disk_of_a_real_sqlite_is_an_absence_and_not_a_bad_row(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'toiawase.db'}", NOON)
    pages = 1 << 30

    @event.listens_for(engine, "begin")
    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    inquiries = SqlInquiries(engine)
    store = spooling(inquiries, tmp_path)
    store.add([inquiry(0)])
    pages = 1  # SQLite takes what the file has now
    asked = [inquiry(number, text=mask("長い質問 " * 60)) for number in range(1, 1_201)]
    for first in range(0, 1_200, 100):
        store.add(asked[first : first + 100])
    assert store.is_degraded
    assert store.depth > 500
    store.drain()
    assert store.depth > 500
    pages = 1 << 30
    store.drain()
    assert (store.depth, store.is_degraded) == (0, False)
    assert list(inquiries.each()) == [inquiry(0), *asked]
    engine.dispose()


def test_a_file_that_is_no_database_is_an_absence(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'toiawase.db'}", NOON)
    engine.dispose()
    for file in tmp_path.glob("toiawase.db*"):
        file.unlink()
    (tmp_path / "toiawase.db").write_bytes(b"no database" * 1_000)
    store = spooling(SqlInquiries(engine), tmp_path)
    store.add([inquiry(1)])
    assert store.depth == 1


def test_a_full_disk_takes_rows_as_long_as_the_reserve_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    assert spool.keep_reserve()
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= 4 << 20
    real = os.write

    def full_while_reserved(file: int, content: bytes) -> int:
        if (tmp_path / "reserve").exists():
            raise OSError(errno.ENOSPC, "no space left")
        return real(file, content)

    monkeypatch.setattr(os, "write", full_while_reserved)
    spool.append([b"one"])
    spool.append([b"two"])
    monkeypatch.setattr(os, "write", real)
    assert spool.keep_reserve()
    spool.close()
    assert kept(tmp_path) == [b"one", b"two"]


def test_a_reserve_there_is_no_room_for_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "posix_fallocate", full)
    assert not Spool(tmp_path / "spool").keep_reserve()
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_full_disk_beside_a_database_that_is_back_loses_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    inquiries = SqlInquiries(engine)
    (tmp_path / "spool").write_text("no folder")
    away = True

    def add(rows: Sequence[Inquiry]) -> None:
        if away:
            raise OperationalError("gone", {}, Exception("gone"))
        inquiries.add(rows)

    store = SpoolingStore(add, inquiries.give_feedback, Spool(tmp_path / "spool"))
    with pytest.raises(StoreUnusable):
        store.add([inquiry(1)])
    store.drain()
    assert store.is_degraded
    away = False
    store.add([inquiry(2)])
    assert ids(inquiries) == [inquiry(2).id]
    assert store.is_degraded  # the disk still has no room
