"""Two services on one PostgreSQL: one city, one conversation, one sign-in, one inbox."""

import dataclasses
import json
from pathlib import Path

import httpx
import pytest

from bot.errors import StoreUnusable
from channels.backend import Backend, ensure_release, open_backend
from channels.commands.serve import _only_server
from channels.settings import Settings
from tests.conftest import NOON, SMALL_CITY, serving
from tests.postgres import Postgres
from tests.running import run_command


def opened(tmp_path: Path, url: str, name: str) -> Backend:
    settings = Settings(
        state_folder=tmp_path / name,
        faq_folder=SMALL_CITY,
        database_url=url,
        secret_key_file=tmp_path / "secret.key",
    )
    return open_backend(settings, lambda: NOON)


def asked(address: str, text: str, session: str) -> dict[str, object]:
    body = {"text": text, "session": session}
    answer = httpx.post(f"{address}/api/v1/questions", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_what_one_process_learnt_the_other_knows(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.migrated()
    one = opened(tmp_path, url, "one")
    assert ensure_release(one) is not None
    other = opened(tmp_path, url, "other")
    assert ensure_release(other) is None
    with serving(one) as first, serving(other) as second:
        answered = asked(first, "粗大ごみを捨てたい", "a-talk-of-somebody")
        assert answered["kind"] == "answered"
        went_on = asked(second, "それはいくら？", "a-talk-of-somebody")
        fresh = asked(second, "それはいくら？", "a-talk-of-another")
        helpful = {"inquiry_id": answered["inquiry_id"], "helpful": False}
        given = httpx.post(f"{second}/api/v1/feedback", json=helpful, timeout=30)
        assert given.status_code == 200
    assert json.dumps(went_on["answer"]) != json.dumps(fresh["answer"])
    kept = [inquiry.id for inquiry in one.inquiries.each()]
    assert sorted(kept) == sorted(str(reply["inquiry_id"]) for reply in (answered, went_on, fresh))
    assert answered["inquiry_id"] in [miss.inquiry.id for miss in other.inquiries.misses(9)]
    one.close()
    other.close()


def test_one_process_at_a_time_does_what_is_done_once(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.migrated()
    one, other = opened(tmp_path, url, "one"), opened(tmp_path, url, "other")
    with one.turns.only_one("x") as mine, other.turns.only_one("x") as too:
        with other.turns.only_one("y") as another:
            assert (mine, too, another) == (True, False, True)
    with other.turns.only_one("x") as mine:
        assert mine
    one.close()
    other.close()


def test_processes_that_share_need_one_key(tmp_path: Path, postgres: Postgres) -> None:
    backend = opened(tmp_path, postgres.migrated(), "one")
    without = backend.settings.model_copy(update={"secret_key_file": None})
    with pytest.raises(StoreUnusable, match="TOIAWASE_SECRET_KEY_FILE"):
        with _only_server(dataclasses.replace(backend, settings=without)):
            pass
    backend.close()


def test_migrate_says_what_it_did(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOIAWASE_DATABASE_URL", postgres.empty())
    state = tmp_path / "var"
    refused = run_command("misses", "list", state=state, faq=SMALL_CITY)
    assert refused.returncode == 1
    assert "toiawase migrate" in refused.stderr
    done = run_command("migrate", state=state, faq=SMALL_CITY)
    assert (done.returncode, "新しくしました" in done.stdout) == (0, True)
    again = run_command("migrate", state=state, faq=SMALL_CITY)
    assert "もう新しい版" in again.stdout
    listed = run_command("misses", "list", state=state, faq=SMALL_CITY)
    assert "要対応はありません" in listed.stdout
