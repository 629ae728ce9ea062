"""What a draft would change, told at a terminal, for people and for a pipeline."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.impact_report import ImpactReport

TOIAWASE = [sys.executable, "-c", "from channels.cli import main; main()"]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, city_folder: Path) -> Run:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "TOIAWASE_STATE_FOLDER": str(tmp_path / "var"),
            "TOIAWASE_FAQ_FOLDER": str(city_folder),
            "TOIAWASE_MEANING": "false",
            "COLUMNS": "160",
        }
        return subprocess.run(
            [*TOIAWASE, *arguments], env=environment, capture_output=True, text=True, check=False
        )

    return call


def edit(folder: Path, before: str, after: str) -> None:
    path = folder / "entries" / "gomi.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_status_tells_how_it_stands_and_nothing_is_published(
    run: Run, city_folder: Path
) -> None:
    assert run("publish", "--reason", "はじめ").returncode == 0
    run("ask", "--record", "タンスを捨てたい")
    released = run("releases").stdout
    same = run("impact")
    assert same.returncode == 0, same.stderr
    assert "止めるべきことも、気をつけることもありません" in same.stdout
    assert "応答が変わる質問はありません" in same.stdout

    edit(city_folder, "contact: gomi", "contact: kumin")
    warned = run("impact")
    assert warned.returncode == 2, warned.stdout
    assert "お問い合わせ先がいつもとちがう" in warned.stdout

    edit(city_folder, "粗大ごみの出し方を教えてください。", "大型の品の予約は何時からですか。")
    edit(city_folder, "[粗大ごみを捨てたい, タンスを捨てたい]", "[]")
    edit(city_folder, "電話で申し込み、手数料の券をはって出します。", "朝9時からです。")
    blocked = run("impact", "--json")
    report = ImpactReport.from_json(blocked.stdout.encode())
    assert (blocked.returncode, report.is_blocked) == (1, True)
    assert "sodai-gomi" in {one.entry_id for one in report.edits}
    assert "タンスを捨てたい" in {flip.text for flip in report.flips}
    assert run("releases").stdout == released


def test_where_two_must_approve_the_second_one_is_named(run: Run, city_folder: Path) -> None:
    with (city_folder / "city.yaml").open("a", encoding="utf-8") as city:
        city.write("publishing:\n  approval: two\n")
    alone = run("publish")
    assert alone.returncode == 1
    assert "職員画面" in alone.stderr
    assert run("publish", "--approved-by", "山田").returncode == 0
    assert "・山田" in run("releases").stdout

    path = city_folder / "city.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("approval: two", "approval: one"))
    assert run("publish").returncode == 1, "a draft cannot switch its own second approval off"
    assert run("publish", "--dry-run").returncode == 0
