"""A disk that is full: answers go on, what was acknowledged stays, and it heals by itself."""

import shlex
import shutil
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import SMALL_CITY
from tests.faults.steady_asking import asking_steadily
from tests.faults.test_kill import exported_ids
from tests.faults.test_shared_database import ready
from tests.running import serve_process

SIZE = "96m"
A_SECOND = 20
HEALED_SECONDS = 30
"""How long a test waits for it: 5 s are promised, a busy machine may need more."""


def small_disk(original: Path, state: Path) -> list[str]:
    """Return the command that runs another with a copy of a state folder on a disk of its own."""
    there, here = shlex.quote(str(state)), shlex.quote(str(original))
    mount = f"mount -t tmpfs -o size={SIZE} tmpfs {there} && cp -a {here}/. {there}/"
    run = f'{mount} && exec "$@"'
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", run, "sh"]


def fill(file: Path) -> None:
    """Write until nothing more fits."""
    with file.open("wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    filler.write(b"x" * size)


@pytest.mark.acceptance
def test_answers_go_on_with_a_full_disk(tmp_path: Path, published_state: Path) -> None:
    state = tmp_path / "var"
    state.mkdir()
    within = small_disk(published_state, state)
    with serve_process(state, SMALL_CITY, within=within) as process:
        # The disk is seen by the process alone, and by others through it.
        disk = Path(f"/proc/{process.popen.pid}/root{state}")
        with asking_steadily([process.address], A_SECOND) as told:
            time.sleep(3)
            assert ready(process) == {"status": "ok"}
            fill(disk / "filler")
            kept, until = 0, time.monotonic() + 20
            while time.monotonic() < until:
                found = ready(process)
                kept = max(kept, int(str(found.get("spooled", 0))))
                time.sleep(0.2)
            assert found["status"] == "degraded"
            (disk / "filler").unlink()
            freed = time.monotonic()
            while ready(process) != {"status": "ok"}:
                assert time.monotonic() < freed + HEALED_SECONDS
                time.sleep(0.1)
            healed = time.monotonic() - freed
            time.sleep(2)
        # No command reaches the disk; nobody writes now, so that the files can be copied.
        for file in disk.glob("toiawase.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, state)
    assert told.failed == []
    assert Counter(exported_ids(state)) == Counter(told.acknowledged)
    print(  # noqa: T201
        f"\nfull disk at {A_SECOND} questions/s: {len(told.acknowledged)} answered and stored, "
        f"up to {kept} in the spool, {told.unrecorded} answered without a record; "
        f"healed {healed:.1f} s after there was room"
    )
