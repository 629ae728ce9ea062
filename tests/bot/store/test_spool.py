"""The spool: nothing that was kept is lost, nothing stored twice, a torn end costs itself."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.errors import StoreUnusable
from bot.store.inquiries import SqlInquiries
from bot.store.spool import Spool, rows_of
from bot.store.spooling import SpoolingStore
from tests.bot.store.test_store import inquiry


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


@given(st.lists(st.binary(max_size=40), max_size=8), st.data())
def test_any_beginning_of_a_file_gives_a_beginning_of_its_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder)
    spool.append(rows)
    spool.close()
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    found = list(rows_of(whole[:cut]))
    assert found == rows[: len(found)]
    assert list(rows_of(whole)) == rows
    if cut < len(whole):
        changed = bytes([*whole[:cut], whole[cut] ^ 0xFF, *whole[cut + 1 :]])
        found = list(rows_of(changed))
        assert found == rows[: len(found)]
        assert len(found) < len(rows)


def test_more_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_rows=3)
    spool.append([b"1", b"2", b"3"])
    with pytest.raises(StoreUnusable, match="いっぱい"):
        spool.append([b"4"])
    spool.close()
    assert kept(tmp_path) == [b"1", b"2", b"3"]


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


class Away:
    """Makes the database of an engine fail while it is switched on."""

    def __init__(self, engine: Engine) -> None:
        self.on = False
        event.listen(engine, "before_cursor_execute", self._fail)

    def _fail(self, *_: object) -> None:
        if self.on:
            raise OperationalError("gone", {}, Exception("gone"))


def ids(inquiries: SqlInquiries) -> list[str]:
    return [one.id for one in inquiries.each()]


def test_the_database_goes_and_comes_and_each_inquiry_is_there_once(
    engine: Engine, tmp_path: Path
) -> None:
    inquiries, away = SqlInquiries(engine), Away(engine)
    store = SpoolingStore(inquiries.add, Spool(tmp_path / "spool"))
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
    store = SpoolingStore(SqlInquiries(engine).add, Spool(tmp_path / "spool"))
    with pytest.raises(IntegrityError):
        store.add([inquiry(1, release=None)])
    assert not store.is_degraded
