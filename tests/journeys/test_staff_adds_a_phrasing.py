"""Staff sees a miss, adds the citizen's words to the FAQ, publishes, and it is answered."""

import time
from pathlib import Path

import httpx

from channels.settings import Settings
from tests.conftest import SWITCH_SECONDS
from tests.running import run_command

MISSED = "家族みんなの名前が載った紙がいる"


def asked(site: httpx.Client) -> dict[str, object]:
    response = site.post("/api/v1/questions", json={"text": MISSED})
    assert response.status_code == 200
    reply: dict[str, object] = response.json()
    return reply


def test_staff_adds_a_phrasing_and_it_is_answered(site: httpx.Client, settings: Settings) -> None:
    state, folder = settings.state_folder, settings.draft_folder

    # Given a question that was not answered, which staff sees,
    assert asked(site)["kind"] == "unanswered"
    listed = run_command("misses", "list", state=state, faq=folder)
    assert MISSED in listed.stdout

    # when staff writes it beside the entry that should have answered,
    add_phrasing(folder / "entries" / "kurashi.yaml", "住民票ほしい", MISSED)
    checked = run_command("check", str(folder), state=state, faq=folder)
    assert checked.returncode == 0, checked.stdout
    looked = run_command("publish", "--dry-run", state=state, faq=folder)
    assert MISSED in looked.stdout, "the impact shows the question that will be answered"
    assert asked(site)["kind"] == "unanswered", "a draft changes nothing for citizens"
    published = run_command("publish", "--reason", "聞き方を追加", state=state, faq=folder)
    assert published.returncode == 0, published.stderr
    done = time.monotonic()

    # then the next citizen who asks is answered by the running service, within five seconds.
    while asked(site)["kind"] != "answered":
        assert time.monotonic() - done < SWITCH_SECONDS
        time.sleep(0.1)
    answer = asked(site)["answer"]
    assert isinstance(answer, dict)
    assert answer["entry_id"] == "juminhyo"
    listed = run_command("releases", state=state, faq=folder)
    assert "聞き方を追加" in listed.stdout


def test_a_mistake_in_the_file_is_named_and_changes_nothing(
    site: httpx.Client, settings: Settings
) -> None:
    state, folder = settings.state_folder, settings.draft_folder
    path = folder / "entries" / "kurashi.yaml"
    add_phrasing(path, "住民票ほしい", MISSED)
    path.write_text(path.read_text().replace("contact: kumin", "contact: kumim", 1))
    published = run_command("publish", state=state, faq=folder)
    assert published.returncode == 1
    assert "kurashi.yaml:" in published.stderr
    assert "kumim" in published.stderr
    assert asked(site)["kind"] == "unanswered"


def add_phrasing(path: Path, beside: str, phrasing: str) -> None:
    """Edit the file as a person with a text editor does."""
    text = path.read_text()
    assert text.count(f"[{beside}]") == 1
    path.write_text(text.replace(f"[{beside}]", f"[{beside}, {phrasing}]"))
