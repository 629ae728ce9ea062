"""From golden questions to a decision that citizens feel, and back."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

TOIAWASE = [sys.executable, "-c", "from channels.cli import main; main()"]
NAMES = ["粗大ごみ", "住民票", "印鑑登録", "保育所", "図書館", "水道料金", "国民年金", "介護保険"]
ACTS = ["申し込み", "料金", "変更", "やめ方", "場所", "期限", "減免"]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def big_city(city_folder: Path) -> Path:
    """The small city with enough golden questions; every third is about something near."""
    entries, golden = [], []
    for name in NAMES:
        for act in ACTS:
            entry_id = f"e{len(entries)}"
            entries.append(
                f"- id: {entry_id}\n  question: {name}の{act}を教えてください。\n"
                f"  answer: {name}の{act}は、窓口でご案内します。\n  topic: {name}\n"
                "  owner: gomi\n"
            )
            golden.append({"query": f"{name} {act}", "relevant": {entry_id: 2}})
    for name in ("月の石", "宝くじ", "映画", "自動車学校"):
        golden += [{"query": f"{name}の{act}", "relevant": {}} for act in ACTS]
    (city_folder / "entries" / "many.yaml").write_text("".join(entries), encoding="utf-8")
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in golden)
    (city_folder / "golden.jsonl").write_text(lines, encoding="utf-8")
    return city_folder


@pytest.fixture
def run(tmp_path: Path, city_folder: Path) -> Run:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "TOIAWASE_STATE_FOLDER": str(tmp_path / "var"),
            "TOIAWASE_FAQ_FOLDER": str(city_folder),
            "TOIAWASE_MEANING": "false",
            "COLUMNS": "120",
        }
        return subprocess.run(
            [*TOIAWASE, *arguments], env=environment, capture_output=True, text=True, check=False
        )

    return call


def test_a_tuned_decision_goes_live_and_comes_back(
    big_city: Path, tmp_path: Path, run: Run
) -> None:
    assert run("publish").returncode == 0
    before = run("ask", "保育所 減免").stdout

    looked = run("tune", "--precision", "0.95", "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "見比べただけです" in looked.stdout
    assert "確かさと実際の正しさのずれ" in looked.stdout
    assert not (big_city / "decision.yaml").exists()
    picture = ElementTree.parse(tmp_path / "var" / "tune.svg").getroot()
    assert picture.tag.endswith("svg")
    assert picture[0].text == "確かさの決め方の見比べ"

    tuned = run("tune", "--precision", "0.95", "--picture", str(tmp_path / "here.svg"))
    assert tuned.returncode == 0, tuned.stderr
    assert (tmp_path / "here.svg").is_file()
    assert "ranking: without_meaning" in (big_city / "decision.yaml").read_text(encoding="utf-8")

    assert run("ask", "保育所 減免").stdout == before  # not published yet
    assert run("publish").returncode == 0
    live = run("ask", "保育所 減免").stdout
    assert live.splitlines()[0] != before.splitlines()[0]
    assert run("rollback", "1").returncode == 0
    assert run("ask", "保育所 減免").stdout == before


def test_a_worse_decision_is_refused_and_nothing_is_written(big_city: Path, run: Run) -> None:
    refused = run("tune", "--unanswered", "0.5")
    assert refused.returncode == 1
    assert "悪くなる点検用質問" in refused.stdout
    assert "--accept-broken" in refused.stderr
    assert not (big_city / "decision.yaml").exists()

    assert run("tune", "--unanswered", "0.5", "--accept-broken").returncode == 0
    assert (big_city / "decision.yaml").is_file()


def test_a_city_with_few_golden_questions_is_told_how_many_it_needs(
    city_folder: Path, run: Run
) -> None:
    refused = run("tune")
    assert refused.returncode == 1
    assert "答えのある質問は 50 件以上" in refused.stderr
    assert not (city_folder / "decision.yaml").exists()
