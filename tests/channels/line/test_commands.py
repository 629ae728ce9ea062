"""`toiawase line`: what an account lacks is said, and the rich menu is published whole."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from channels.line.rich_menu import read_rich_menu
from faq.problem import FaqFolderError
from tests.channels.line.platform import SECRET, Platform, platform
from tests.channels.line.schema import Json, problems_of
from tests.conftest import SAMPLE_CITY
from tests.running import TOIAWASE, TRACEBACK, environment


class Console(Platform):
    """The part of LINE's API that looks after an account."""

    def __init__(self) -> None:
        super().__init__()
        self.chat_mode = "bot"
        self.endpoint: Json = {
            "endpoint": "https://toiawase.example/line/webhook",
            "active": True,
        }
        self.menus: dict[str, str] = {"old": "汐見市のメニュー", "other": "選挙のメニュー"}
        self.default = "old"
        self.images: list[str] = []

    def other(self, call: str, body: Json | None) -> tuple[int, Json]:
        told = self._about().get(call)
        if told is not None:
            return 200, told
        if call.startswith("POST /v2/bot/richmenu") and body is not None:
            self._judge("RichMenuRequest", body)
        match call.split("/v2/bot/")[1].split("/"):
            case ["richmenu"]:
                self.menus["new"] = (body or {})["name"]
                return 200, {"richMenuId": "new"}
            case ["richmenu", menu, "content"]:
                self.images.append(menu)
            case ["user", "all", "richmenu", menu]:
                self.default = menu
            case ["richmenu", menu] if call.startswith("DELETE"):
                del self.menus[menu]
        return 200, {}

    def _about(self) -> dict[str, Json]:
        """Return what can be asked of an account."""
        about = {"userId": "U0", "basicId": "@shiomi", "displayName": "汐見市"}
        tested = {"timestamp": "2026-11-27T00:00:00Z", "statusCode": 200, "success": True}
        return {
            "GET /v2/bot/info": about | {"chatMode": self.chat_mode, "markAsReadMode": "auto"},
            "GET /v2/bot/channel/webhook/endpoint": self.endpoint,
            "POST /v2/bot/channel/webhook/test": tested | {"reason": "OK", "detail": "200"},
            "GET /v2/bot/message/quota": {"type": "limited", "value": 200},
            "GET /v2/bot/message/quota/consumption": {"totalUsage": 12},
            "GET /v2/bot/richmenu/list": {
                "richmenus": [self._listed(*one) for one in self.menus.items()]
            },
        }

    def _listed(self, menu: str, name: str) -> Json:
        size = {"width": 2500, "height": 1686}
        shown = {"richMenuId": menu, "name": name, "size": size, "selected": True}
        return shown | {"chatBarText": "メニュー", "areas": []}


@pytest.fixture
def console() -> Iterator[Console]:
    made = Console()
    with platform(made):
        yield made


def run(console: Console, tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with the account's settings."""
    account = {
        "TOIAWASE_LINE_CHANNEL_SECRET": SECRET,
        "TOIAWASE_LINE_CHANNEL_ID": "1234567890",
        "TOIAWASE_LINE_API_BASE": console.address,
        "TOIAWASE_PUBLIC_URL": "https://toiawase.example",
    }
    done = subprocess.run(
        [*TOIAWASE, "line", *arguments],
        env={**environment(tmp_path / "var", SAMPLE_CITY), **account},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert TRACEBACK not in done.stderr
    return done


def test_a_good_account_is_found_good(console: Console, tmp_path: Path) -> None:
    done = run(console, tmp_path, "check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "× " not in done.stdout
    assert "汐見市（@shiomi）" in done.stdout
    assert "200 通のうち 12 通" in done.stdout
    assert ("POST /oauth2/v3/token", None) in console.calls


def test_what_an_account_lacks_is_said(console: Console, tmp_path: Path) -> None:
    console.chat_mode = "chat"
    console.endpoint = {"endpoint": "https://elsewhere.example/callback", "active": False}
    done = run(console, tmp_path, "check")
    assert done.returncode == 1
    assert "オフにしてください" in done.stdout
    assert "正しくは https://toiawase.example/line/webhook" in done.stdout
    assert "3 件を直して" in done.stderr


def test_a_wrong_secret_or_a_line_that_is_away_is_a_sentence(
    console: Console, tmp_path: Path
) -> None:
    console.faults.answers = [(400, "invalid_client")]
    done = run(console, tmp_path, "check")
    assert done.returncode == 1
    assert "チャネル ID とシークレットを確かめてください" in done.stderr
    console.address = "http://127.0.0.1:9"
    assert "LINE につながりません" in run(console, tmp_path, "check").stderr


def test_the_rich_menu_takes_the_place_of_the_old_one(console: Console, tmp_path: Path) -> None:
    done = run(console, tmp_path, "rich-menu", "publish")
    assert done.returncode == 0, done.stderr
    assert console.problems == []
    assert console.menus == {"other": "選挙のメニュー", "new": "汐見市のメニュー"}
    assert (console.default, console.images) == ("new", ["new"])


def test_a_dry_run_shows_it_and_calls_nobody(console: Console, tmp_path: Path) -> None:
    done = run(console, tmp_path, "rich-menu", "publish", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert console.calls == []
    picture = (tmp_path / "var" / "rich-menu.svg").read_text(encoding="utf-8")
    assert picture.count("<rect") == 6
    assert "しおみコールに電話" in picture


def test_the_sample_menu_is_valid() -> None:
    menu = read_rich_menu(SAMPLE_CITY).to_json()
    assert problems_of("RichMenuRequest", menu) == []
    assert sum(area["bounds"]["width"] for area in menu["areas"]) == 2 * 2500


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"bar": "あ" * 15}, "14 字まで"),
        ({"image": "nothing.png"}, "PNG・JPEG ではありません"),
        ({"areas": []}, "押すところは 1 から 20"),
        ({"at": [0, 0, 9_000, 10]}, "はみ出しています"),
        ({"at": "左上"}, "4つの数"),
        ({"press": None, "open": "javascript:alert(1)"}, "LINE で使えない形"),
        ({"press": "buy"}, "LINE で使えない形"),
        ({"say": "もう一つ"}, "どれか1つ"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_menu_that_line_would_refuse_is_told_with_its_place(
    tmp_path: Path, change: Json, told: str
) -> None:
    folder = Path(shutil.copytree(SAMPLE_CITY / "line", tmp_path / "line")).parent
    path = folder / "line" / "rich-menu.yaml"
    yaml = YAML()
    (menu,) = yaml.load(path.read_text(encoding="utf-8"))
    for name, value in change.items():
        target = menu if name in ("bar", "image", "areas") else menu["areas"][0]
        if value is None:
            del target[name]
        else:
            target[name] = value
    with path.open("w", encoding="utf-8") as file:
        yaml.dump([menu], file)
    with pytest.raises(FaqFolderError) as raised:
        read_rich_menu(folder)
    assert any(told in str(problem) for problem in raised.value.problems)
    assert raised.value.problems[0].file.endswith("rich-menu.yaml")
