"""Changes of a folder that is a git repository: who made them, and nothing else taken along."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from faq.files.folder_edit import FolderEditor
from faq.files.history import FolderHistory
from nlp.normalise import normalise

AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def git(folder: Path, *arguments: str) -> str:
    named = (
        "-c",
        "user.name=前任",
        "-c",
        "user.email=a@example.jp",
        "-c",
        "init.defaultBranch=main",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ran = subprocess.run(
        ["git", *named, *arguments],
        cwd=folder,
        env=kept,
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout.strip()


@pytest.fixture
def repository(city_folder: Path) -> Path:
    git(city_folder, "init", "--quiet")
    git(city_folder, "add", ".")
    git(city_folder, "commit", "--quiet", "--message=はじめ")
    return city_folder


def change(folder: Path, answer: str, entry_id: str = "tennyu") -> str:
    """Change an answer, and return the file it stands in."""
    editor = FolderEditor(folder, normalise)
    written = editor.entry(entry_id)
    return editor.change_entry(replace(written.value, answer=answer), written.version).file


def kept(folder: Path, answer: str, by: str = "佐藤", at: datetime = AT) -> str:
    return FolderHistory(folder).keep([change(folder, answer)], f"{answer}にしました", by, at)


def test_a_change_is_committed_under_the_name_of_who_made_it(repository: Path) -> None:
    commit = kept(repository, "窓口で手続きします。", "佐藤 <花子>\n")
    told = git(repository, "log", "-1", "--format=%H|%an|%cn|%ae|%aI|%cI|%B")
    at = AT.isoformat()
    assert told == f"{commit}|佐藤 花子|佐藤 花子||{at}|{at}|窓口で手続きします。にしました"
    assert git(repository, "status", "--porcelain") == ""


def test_only_the_named_files_are_committed(repository: Path) -> None:
    staged, loose, strange = "offices.yaml", "replies.yaml", "entries/[a]*.yaml"
    (repository / strange).write_text("- id: odd\n", "utf-8")
    for name in (staged, loose):
        with (repository / name).open("a", encoding="utf-8") as file:
            file.write("# 途中\n")
    git(repository, "add", staged)
    (repository / "new.txt").write_text("x", "utf-8")
    git(repository, "add", "new.txt")
    assert FolderHistory(repository).keep([strange], "加えました", "佐藤", AT)
    changed = git(repository, "-c", "core.quotePath=false", "show", "--name-only", "--format=")
    assert changed == strange
    status = set(git(repository, "status", "--porcelain").splitlines())
    assert {one.strip() for one in status} == {"M  offices.yaml", "M replies.yaml", "A  new.txt"}


def test_a_removed_file_and_one_that_did_not_change(repository: Path) -> None:
    history = FolderHistory(repository)
    assert history.keep(["offices.yaml"], "同じ", "佐藤", AT) == ""
    (repository / "synonyms.yaml").unlink()
    assert history.keep(["synonyms.yaml", "no-such.yaml"], "消しました", "佐藤", AT) == ""
    assert history.keep(["synonyms.yaml"], "消しました", "佐藤", AT)
    assert "synonyms.yaml" not in git(repository, "ls-files")


def test_the_first_commit_a_detached_head_and_a_branch(city_folder: Path) -> None:
    git(city_folder, "init", "--quiet")
    assert FolderHistory(city_folder).of("entry", "tennyu") == ()
    first = kept(city_folder, "一")
    git(city_folder, "checkout", "--quiet", "--detach")
    second = kept(city_folder, "二")
    assert git(city_folder, "rev-parse", "HEAD", "HEAD^").split() == [second, first]
    assert [one.commit for one in FolderHistory(city_folder).of("entry", "tennyu")] == [
        second,
        first,
    ]


def test_hooks_settings_and_redirections_do_not_matter(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hook in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"):
        path = repository / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n", "utf-8")
        path.chmod(0o755)
    git(repository, "config", "commit.gpgSign", "true")
    git(repository, "config", "gpg.program", "false")
    git(repository, "config", "user.useConfigOnly", "true")
    git(repository, "config", "commit.template", "/nowhere")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other-index"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "だれか")
    commit = kept(repository, "新しい")
    assert git(repository, "log", "-1", "--format=%H %an") == f"{commit} 佐藤"
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "other-index").exists()


def test_what_goes_wrong_costs_only_the_commit(
    repository: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = repository / ".git" / "index.lock"
    lock.touch()
    assert kept(repository, "書いた") == ""
    assert "not committed" in caplog.text
    assert FolderEditor(repository, normalise).entry("tennyu").value.answer == "書いた"
    lock.unlink()
    assert FolderHistory(repository).keep(["/etc/hostname"], "外", "佐藤", AT) == ""
    assert kept(repository, "次") != ""
    assert FolderHistory(repository).of("entry", "tennyu")[0].difference.count("書いた") == 0
    monkeypatch.setenv("PATH", "")
    assert kept(repository, "git なし") == ""
    assert not FolderHistory(repository).is_kept()


def test_without_a_repository_nothing_is_kept(city_folder: Path) -> None:
    assert not FolderHistory(city_folder).is_kept()
    assert kept(city_folder, "新しい") == ""
    assert FolderHistory(city_folder).of("entry", "tennyu") == ()
    assert not FolderHistory(city_folder / "no").is_kept()
    assert not (city_folder / ".git").exists()


def test_a_folder_that_its_repository_ignores_is_left_alone(
    tmp_path: Path, city_folder: Path
) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("/faq/\n", "utf-8")
    assert not FolderHistory(city_folder).is_kept()
    (tmp_path / ".gitignore").write_text("", "utf-8")
    assert FolderHistory(city_folder).is_kept()
    commit = kept(city_folder, "新しい")
    file = FolderEditor(city_folder, normalise).entry("tennyu").file
    assert git(tmp_path, "show", "--name-only", "--format=%H") == f"{commit}\n\nfaq/{file}"
    assert FolderHistory(city_folder).of("entry", "tennyu")[0].commit == commit


def test_the_history_of_an_entry_tells_what_each_change_did(repository: Path) -> None:
    first = kept(repository, "一行目\n二行目", "佐藤")
    change(repository, "ほか", "juminhyo")
    file = FolderEditor(repository, normalise).entry("juminhyo").file
    FolderHistory(repository).keep([file], "ほかの FAQ", "鈴木", AT)
    second = kept(repository, "一行目\n三行目", "鈴木", AT + timedelta(days=1))
    history = FolderHistory(repository)
    found = history.of("entry", "tennyu")
    assert [(one.commit, one.by) for one in found[:2]] == [(second, "鈴木"), (first, "佐藤")]
    assert found[0].at == AT + timedelta(days=1)
    assert found[0].message == "一行目\n三行目にしました"
    lines = found[0].difference.splitlines()
    assert [line for line in lines if line[0] in "+-"] == ["-    二行目", "+    三行目"]
    assert lines[0].startswith("@@")
    assert found[0].before == found[1].after
    assert (len(found), found[2].before, found[2].by) == (3, "", "前任")
    assert history.of("entry", "tennyu", most=1) == found[:1]
    assert history.of("entry", "no-such") == ()


def test_a_removed_entry_still_has_its_history(repository: Path) -> None:
    editor = FolderEditor(repository, normalise)
    entry = replace(
        editor.entry("tennyu").value, id="shin", question="新しい質問です", phrasings=()
    )
    added = editor.add_entry(entry)
    history = FolderHistory(repository)
    history.keep([added.file], "加えました", "佐藤", AT)
    removed = editor.remove_entry("shin", editor.entry("shin").version)
    history.keep([removed.file], "消しました", "佐藤", AT)
    found = history.of("entry", "shin")
    assert [(bool(one.before), bool(one.after)) for one in found] == [(True, False), (False, True)]


def test_offices_sentences_and_notices_have_a_history(repository: Path) -> None:
    editor, history = FolderEditor(repository, normalise), FolderHistory(repository)
    office = editor.office("gomi")
    changed = editor.change_office(replace(office.value, telephone="0999-00-0000"), office.version)
    history.keep([changed.file], "電話", "佐藤", AT)
    sentence = editor.sentence("greeting")
    text = editor.change_sentence(replace(sentence.value, text=("ようこそ",)), sentence.version)
    history.keep([text.file], "あいさつ", "佐藤", AT)
    assert [one.message for one in history.of("office", "gomi")] == ["電話", "はじめ"]
    assert [one.message for one in history.of("sentence", "greeting")] == ["あいさつ", "はじめ"]
    assert "+    telephone: 0999-00-0000" in history.of("office", "gomi")[0].difference
