"""Every command, as a person at a terminal runs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from channels.commands.console import steps
from tests.conftest import SMALL_CITY, TESTS

TOIAWASE = [sys.executable, "-c", "from channels.cli import main; main()"]


@pytest.fixture
def run(tmp_path: Path, city_folder: Path):  # type: ignore[no-untyped-def]
    def call(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "TOIAWASE_STATE_FOLDER": str(tmp_path / "var"),
            "TOIAWASE_FAQ_FOLDER": str(city_folder),
            "COLUMNS": "120",
            **settings,
        }
        return subprocess.run(
            [*TOIAWASE, *arguments], env=environment, capture_output=True, text=True, check=False
        )

    return call


def test_ask_explains_and_records_only_when_told(run) -> None:  # type: ignore[no-untyped-def]
    asked = run("ask", "粗大ゴミ 出したい")
    assert asked.returncode == 0, asked.stderr
    for part in (
        "回答",
        "粗大ごみの出し方",
        "1位",
        "2位",
        "合計",
        "1位と2位を分けたもの",
        "ごみ対策課",
    ):
        assert part in asked.stdout
    assert run("inquiries", "export", "--jsonl").stdout == ""
    assert run("ask", "--record", "明日の天気は 090-1234-5678").returncode == 0
    exported = [
        json.loads(line) for line in run("inquiries", "export", "--jsonl").stdout.splitlines()
    ]
    assert len(exported) == 1
    assert {"id", "kind", "channel", "text", "entry_id", "asked_at"} <= exported[0].keys()
    assert exported[0]["text"] == "明日の天気は 〔電話番号〕"
    listed = run("misses", "list").stdout
    assert "明日の天気は 〔電話番号〕" in listed
    assert "答えられるFAQがなかった" in listed
    assert json.loads(run("misses", "list", "--json").stdout)[0]["reason"] == "no_entry"


def test_ask_for_staff_and_what_it_rejects(run) -> None:  # type: ignore[no-untyped-def]
    assert "端末の返金画面" in run("ask", "--staff", "ごみ券 払い戻し 手順").stdout
    assert "端末の返金画面" not in run("ask", "ごみ券 払い戻し 手順").stdout
    assert "どういたしまして" in run("ask", "ありがとう").stdout
    empty = run("ask", " ")
    assert (empty.returncode, empty.stdout) == (1, "")
    assert "質問が空です" in empty.stderr
    assert "要対応はありません" in run("misses", "list").stdout


def test_check(run, city_folder: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    good = run("check", str(city_folder))
    assert (good.returncode, good.stderr) == (0, "")
    assert "問題はありません" in good.stdout
    shutil.copytree(
        TESTS / "faq" / "broken" / "unknown-owner" / "files", city_folder, dirs_exist_ok=True
    )
    bad = run("check", str(city_folder))
    assert bad.returncode == 1
    file, line, column, message = bad.stdout.splitlines()[0].split(":", 3)
    assert file == str(city_folder / "entries" / "gomi.yaml")
    assert (line.isdecimal(), column.isdecimal()) == (True, True)
    assert "所管課「gomi-ka」" in message
    table = tmp_path / "faq.csv"
    table.write_text("id,question,answer,category\n1,a,b,\n")
    assert run("check", str(table)).returncode == 0
    table.write_text("id,question,answer,category\n1,a,,\n")
    assert "faq.csv:2:1:" in run("check", str(table)).stderr


def test_publish_releases_and_rollback(run, city_folder: Path) -> None:  # type: ignore[no-untyped-def]
    assert "公開版 1 を公開しました" in run("publish", "--reason", "はじめ").stdout
    assert "確かめただけです" in run("publish", "--dry-run").stdout
    run("ask", "--record", "粗大ごみを捨てたい")
    path = city_folder / "entries" / "gomi.yaml"
    path.write_text(
        path.read_text()
        .replace("粗大ごみの出し方を教えてください。", "大型の品の予約は何時からですか。")
        .replace("[粗大ごみを捨てたい, タンスを捨てたい]", "[]")
        .replace("電話で申し込み、手数料の券をはって出します。", "朝9時からです。")
    )
    refused = run("publish")
    assert refused.returncode == 1
    assert "タンスを捨てるには" in refused.stdout
    assert "粗大ごみを捨てたい" in refused.stdout
    assert "点検用質問が悪くなる" in refused.stdout
    assert "--accept-broken" in refused.stderr
    assert run("publish", "--accept-broken").returncode == 0
    assert "公開版 3" in run("rollback", "1").stdout
    listed = run("releases").stdout
    assert "はじめ" in listed
    assert "公開版 1 に戻す" in listed
    nowhere = run("rollback", "9")
    assert (nowhere.returncode, nowhere.stderr) == (1, "公開版 9 はありません\n")


def test_a_broken_folder_is_not_published(run, city_folder: Path) -> None:  # type: ignore[no-untyped-def]
    (city_folder / "golden.jsonl").write_text("{")
    done = run("publish")
    assert done.returncode == 1
    assert "golden.jsonl:1:" in done.stderr
    assert "1 件の問題があります" in done.stderr


def test_evaluate_a_folder_and_a_csv(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "rankings.jsonl"
    golden = str(SMALL_CITY / "golden.jsonl")
    done = run("evaluate", "--faq", str(SMALL_CITY), "--questions", golden, "--rankings", str(out))
    assert done.returncode == 0, done.stderr
    for part in ("SR@1", "nDCG", "plain", "none"):
        assert part in done.stdout
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [set(line) for line in lines] == [
        {"query", "kind", "confidence", "shown", "ranking"}
    ] * 4
    table = tmp_path / "faq.csv"
    rows = "".join(f"{at},質問{at}はごみですか,答え{at}です,\n" for at in range(30))
    table.write_text("id,question,answer,category\n" + rows)
    asked = tmp_path / "q.jsonl"
    asked.write_text(
        '{"query": "質問7のごみ", "relevant": {"7": 2}}\n{"query": "", "relevant": {}}\n'
    )
    done = run(
        "evaluate", "--faq", str(table), "--questions", str(asked), "--rankings", str(out), "--json"
    )
    assert json.loads(done.stdout)["sr_at_1"] == 1.0
    first, rejected = (json.loads(line) for line in out.read_text().splitlines())
    ids = [entry for entry, _ in first["ranking"]]
    assert len(ids) == len(set(ids)) >= 20
    assert (rejected["kind"], rejected["shown"], rejected["ranking"]) == ("unanswered", [], [])
    asked.write_text('{"query": 5}\n')
    assert "q.jsonl:1:" in run("evaluate", "--faq", str(table), "--questions", str(asked)).stderr


def test_wrong_settings_are_named(run) -> None:  # type: ignore[no-untyped-def]
    done = run("releases", TOIAWASE_MODE="production!")
    assert done.returncode == 1
    assert "TOIAWASE_MODE" in done.stderr
    done = run("releases", TOIAWASE_UNSURE_THRESHOLD="2")
    assert "TOIAWASE_UNSURE_THRESHOLD" in done.stderr
    done = run("releases", TOIAWASE_ALLOWED_ORIGINS="https://a.example, https://b.example")
    assert done.returncode == 0


def test_every_command_explains_itself(run) -> None:  # type: ignore[no-untyped-def]
    for command in ("serve", "ask", "check", "evaluate", "publish", "releases", "rollback"):
        assert "。" in run(command, "--help").stdout


def test_progress_is_told_step_by_step(monkeypatch: pytest.MonkeyPatch, capfd) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with steps("準備しています") as say:
        say("読んでいます", 0, 2_000)
        say("読んでいます", 1_500, 2_000)
        say("調べています", 0, 0)
    shown = capfd.readouterr().err
    assert "1,500 / 2,000" in shown or "2,000 / 2,000" in shown
    assert "調べています" in shown


def test_evaluate_knows_items_by_their_names(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "with-items"
    shutil.copytree(SMALL_CITY, folder)
    (folder / "items").mkdir(exist_ok=True)
    (folder / "items" / "gomi.csv").write_text(
        "name,reading,aliases,category,note\n布団,ふとん,,粗大ごみ,\n"
    )
    asked = tmp_path / "q.jsonl"
    asked.write_text('{"query": "布団の捨て方", "relevant": {"item:布団": 2}}\n')
    done = run("evaluate", "--faq", str(folder), "--questions", str(asked), "--json")
    assert json.loads(done.stdout)["sr_at_1"] == 1.0
