"""What a broken folder costs citizens: nothing, the Release before it goes on answering."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faq.broken_files import BROKEN
from tests.running import TRACEBACK, run_command, serve_process

SOME = {"cut", "Shift_JIS", "the same ids twice", "mappings", "a pipe", "a workbook"}


@contextmanager
def asking(address: str) -> Iterator[list[tuple[str, int]]]:
    """Ask all the time; yields what the replies were and from which Release."""
    replies: list[tuple[str, int]] = []
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=address, timeout=20) as client:
            while not stop.is_set():
                answer = client.post("/api/v1/questions", json={"text": "粗大ごみを捨てたい"})
                assert answer.status_code == 200, answer.text
                replies.append((answer.json()["kind"], answer.json()["release"]))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield replies
        assert thread.is_alive()  # else a request has failed
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    "names", [SOME, pytest.param({one.name for one in BROKEN}, marks=pytest.mark.acceptance)]
)
def test_a_broken_folder_is_refused_and_answering_goes_on(
    tmp_path: Path, published_state: Path, city_folder: Path, names: set[str]
) -> None:
    state = Path(shutil.copytree(published_state, tmp_path / "var"))
    with serve_process(state, city_folder) as process, asking(process.address) as replies:
        for broken in (one for one in BROKEN if one.name in names):
            folder = tmp_path / "broken"
            shutil.copytree(city_folder, folder)
            broken.make(folder)
            done = run_command("publish", state=state, faq=folder)
            assert done.returncode == 1, broken.name
            told = done.stdout + done.stderr
            assert f"{folder / broken.file}:{broken.place}:" in told.replace("\n", ""), told
            assert TRACEBACK not in told
            shutil.rmtree(folder)
    assert set(replies) == {("answered", 1)}
    assert len(replies) > len(names)
