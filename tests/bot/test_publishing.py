"""From the folder to what citizens see, and back."""

import json
import shutil
import sqlite3
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import NoRelease, PublishRefused, UnknownRelease
from bot.impact_report import OutcomeOut
from bot.inquiry import inquiry_of
from bot.live_desk import LiveDesk
from bot.question import Question
from channels.backend import Backend, ensure_release, open_backend
from channels.settings import Settings
from faq.archive import pack
from faq.index import FORMAT
from faq.problem import FaqFolderError
from tests.conftest import NOON

LONG_AGO = NOON - timedelta(days=180)


def draft_of(backend: Backend, folder: Path):  # type: ignore[no-untyped-def]
    return backend.publisher.draft(folder, backend.inquiries.heard(LONG_AGO), NOON)


def ask(backend: Backend, text: str) -> None:
    question = Question.from_text(text, "web", NOON)
    reply = backend.shelf.desk().consider(question)
    backend.inquiries.add([inquiry_of(question, reply, 1)])


def without_bulky_waste(folder: Path) -> None:
    path = folder / "entries" / "gomi.yaml"
    text = path.read_text()
    start, end = text.index("- id: sodai-gomi"), text.index("- id: gomi-day")
    path.write_text(text[:start] + text[end:])
    golden = (folder / "golden.jsonl").read_text().splitlines()
    kept = [line for line in golden if "sodai-gomi" not in line]
    (folder / "golden.jsonl").write_text("\n".join(kept))


def store_archive(backend: Backend, digest: str, archive: bytes) -> None:
    with sqlite3.connect(backend.settings.state_folder / "toiawase.db") as store:
        store.execute("UPDATE snapshots SET index_archive = ? WHERE digest = ?", (archive, digest))


def damage_snapshot(backend: Backend, digest: str) -> None:
    with sqlite3.connect(backend.settings.state_folder / "toiawase.db") as store:
        damaged = zlib.compress(b"[]")
        store.execute("UPDATE snapshots SET book = ? WHERE digest = ?", (damaged, digest))


def test_the_first_start_publishes_once(backend: Backend) -> None:
    assert backend.releases.current_number() == 1
    assert ensure_release(backend) is None
    release = backend.releases.current()
    assert (release.published_by, release.published_at) == ("serve", NOON)


def test_nothing_is_published_from_a_broken_folder(backend: Backend, city_folder: Path) -> None:
    (city_folder / "entries" / "gomi.yaml").write_text("- id: x\n")
    with pytest.raises(FaqFolderError):
        draft_of(backend, city_folder)
    assert backend.releases.current_number() == 1


def test_an_edit_shows_which_past_questions_it_changes(backend: Backend, city_folder: Path) -> None:
    for text in ("粗大ごみを捨てたい", "粗大ごみを捨てたい", "ごみの収集日はいつですか。"):
        ask(backend, text)
    without_bulky_waste(city_folder)
    impact = draft_of(backend, city_folder).impact
    (flip,) = (flip for flip in impact.flips if flip.asked)
    assert (flip.text, flip.asked) == ("粗大ごみを捨てたい", 2)
    name = backend.shelf.desk().book.by_id["sodai-gomi"].question
    assert flip.before == OutcomeOut("answered", (("sodai-gomi", name),))
    assert "sodai-gomi" not in dict(flip.after.shown)
    assert (impact.replayed, impact.asked) == (2, 3)


def test_a_draft_without_changes_flips_nothing(backend: Backend, city_folder: Path) -> None:
    ask(backend, "粗大ごみを捨てたい")
    draft = draft_of(backend, city_folder)
    assert (draft.impact.flips, draft.impact.findings, draft.impact.edits) == ((), (), ())
    assert draft.impact.golden_right_before == draft.impact.golden_right_after


def test_a_golden_question_that_breaks_stops_the_release(
    backend: Backend, city_folder: Path
) -> None:
    path = city_folder / "entries" / "gomi.yaml"
    path.write_text(
        path.read_text()
        .replace("粗大ごみの出し方を教えてください。", "大型の品の予約は何時からですか。")
        .replace("[粗大ごみを捨てたい, タンスを捨てたい]", "[]")
        .replace("電話で申し込み、手数料の券をはって出します。", "朝9時からです。")
    )
    draft = draft_of(backend, city_folder)
    broken = next(one for one in draft.impact.findings if one.rule == "golden_broken")
    assert "タンスを捨てるには" in broken.questions
    with pytest.raises(PublishRefused, match="点検用質問が悪くなる"):
        backend.publisher.publish(draft, NOON, reason="", by="test")
    assert backend.releases.current_number() == 1
    release = backend.publisher.publish(
        draft, NOON, reason="承知のうえ", by="test", accept_broken=True
    )
    assert release.number == 2


def test_a_release_can_be_taken_back(backend: Backend, city_folder: Path) -> None:
    live = LiveDesk(backend.shelf, backend.releases)
    assert live.refresh()
    before = live.desk.book
    without_bulky_waste(city_folder)
    draft = draft_of(backend, city_folder)
    backend.publisher.publish(draft, NOON, reason="粗大ごみを削除", by="test")
    assert live.refresh()
    assert "sodai-gomi" not in live.desk.book.by_id
    backend.releases.repeat(1, NOON, "戻す", "test")
    assert live.refresh()
    assert live.desk.book == before
    assert live.desk.release == 3
    assert not live.refresh()
    assert [release.number for release in backend.releases.listed()] == [3, 2, 1]


def test_a_replica_without_files_takes_the_index_from_the_store(backend: Backend) -> None:
    shutil.rmtree(backend.settings.index_root)
    question = Question.from_text("粗大ごみを捨てたい", "web", NOON)
    assert backend.shelf.desk().consider(question).kind == "answered"


def test_a_release_that_cannot_be_loaded_leaves_the_old_one_serving(
    backend: Backend, city_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    live = LiveDesk(backend.shelf, backend.releases)
    live.refresh()
    without_bulky_waste(city_folder)
    draft = draft_of(backend, city_folder)
    release = backend.publisher.publish(draft, NOON, reason="壊れた公開版", by="test")
    damage_snapshot(backend, release.digest)
    assert not live.refresh()
    assert live.desk.release == 1
    assert "release 2 could not be loaded" in caplog.text
    path = city_folder / "entries" / "gomi.yaml"
    path.write_text(path.read_text().replace("収集日", "集める日"))
    again = draft_of(backend, city_folder)  # nothing to compare with, but it can be mended
    assert (again.impact.findings, again.impact.flips) == ((), ())


def test_an_index_of_another_format_is_built_anew(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    release = backend.releases.current()
    manifest = backend.shelf.index_folder(backend.shelf.book(release)) / "index.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 1}))
    store_archive(backend, release.digest, pack(manifest.parent))
    live = LiveDesk(backend.shelf, backend.releases)
    assert live.refresh()
    question = Question.from_text("粗大ごみを捨てたい", "web", NOON)
    assert live.desk.consider(question).kind == "answered"
    assert json.loads(manifest.read_text())["format"] == FORMAT
    assert "anew: the index has format 1" in caplog.text


def test_an_index_that_names_the_whole_book_still_serves(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    release = backend.releases.current()
    folder = backend.shelf.index_folder(backend.shelf.book(release))
    before = folder.rename(folder.with_name(release.digest))
    manifest = before / "index.json"
    manifest.write_text(
        json.dumps(json.loads(manifest.read_text()) | {"digest": release.digest}), encoding="utf-8"
    )
    store_archive(backend, release.digest, pack(before))
    question = Question.from_text("粗大ごみを捨てたい", "web", NOON)
    assert backend.shelf.desk().consider(question).kind == "answered"
    assert "anew" not in caplog.text


def test_an_edit_beside_the_entries_builds_no_index(backend: Backend, city_folder: Path) -> None:
    before = backend.shelf.desk()
    replies = city_folder / "replies.yaml"
    text = replies.read_text()
    sentence = before.book.sentences[0].text[0]
    replies.write_text(text.replace(sentence, f"{sentence}（改）"))
    said: list[str] = []
    draft = backend.publisher.draft(city_folder, [], NOON, lambda step, *_: said.append(step))
    assert not any("索引" in step for step in said)
    release = backend.publisher.publish(draft, NOON, reason="文を直す", by="test")
    assert release.digest != backend.releases.get(1).digest
    assert backend.shelf.index_folder(draft.folder.book) == backend.shelf.index_folder(before.book)
    assert backend.shelf.desk(release).book.sentences[0].text[0].endswith("（改）")
    shutil.rmtree(backend.settings.index_root)
    assert backend.shelf.desk(release).consider(
        Question.from_text("粗大ごみを捨てたい", "web", NOON)
    ) == backend.shelf.desk_of(draft.folder.book).consider(
        Question.from_text("粗大ごみを捨てたい", "web", NOON)
    )


def test_a_damaged_archive_is_no_loss(backend: Backend, caplog: pytest.LogCaptureFixture) -> None:
    store_archive(backend, backend.releases.current().digest, b"no archive")
    shutil.rmtree(backend.settings.index_root)
    question = Question.from_text("粗大ごみを捨てたい", "web", NOON)
    assert backend.shelf.desk().consider(question).kind == "answered"
    assert "anew: the archived index cannot be unpacked" in caplog.text


@pytest.mark.parametrize("name", ["readings.json", "meaning.json", "vectors.rows.npy"])
def test_a_damaged_index_of_the_release_before_stops_no_publish(
    backend: Backend, city_folder: Path, name: str
) -> None:
    ask(backend, "粗大ごみを捨てたい")
    folder = backend.shelf.index_folder(backend.shelf.book(backend.releases.current()))
    (folder / name).write_bytes(b"{broken")
    without_bulky_waste(city_folder)
    draft = draft_of(backend, city_folder)
    assert [flip.text for flip in draft.impact.flips if flip.asked] == ["粗大ごみを捨てたい"]
    release = backend.publisher.publish(draft, NOON, reason="直す", by="test", accept_broken=True)
    assert backend.shelf.desk(release).release == 2


def test_before_the_first_release_nothing_can_be_asked(tmp_path: Path) -> None:
    settings = Settings(mode="production", state_folder=tmp_path / "var")
    backend = open_backend(settings, lambda: NOON)
    live = LiveDesk(backend.shelf, backend.releases)
    assert not live.refresh()
    assert not live.is_ready
    with pytest.raises(NoRelease):
        live.desk  # noqa: B018
    with pytest.raises(NoRelease):
        backend.releases.current()
    with pytest.raises(NoRelease, match="FAQ のフォルダ"):
        ensure_release(backend)
    with pytest.raises(UnknownRelease):
        backend.releases.get(7)


def test_golden_questions_are_measured_on_the_draft(backend: Backend, city_folder: Path) -> None:
    draft = draft_of(backend, city_folder)
    lines = (city_folder / "golden.jsonl").read_text().splitlines()
    assert draft.figures.questions == len([json.loads(line) for line in lines])
    assert draft.figures.not_answered == 1.0
