"""`toiawase line`: looking after the LINE account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from bot.errors import BotError
from channels.commands.console import complain, out, read_settings
from channels.line.rich_menu import RichMenu, read_rich_menu
from channels.settings import Settings

if TYPE_CHECKING:
    from linebot.v3.messaging import ApiClient

_PATIENCE: Final = 30.0
_MARKS: Final = {True: "○", False: "×", None: "・"}
_PREVIEW: Final = "rich-menu.svg"


class LineUnusable(BotError):
    """LINE cannot be called; the message says why and what to do."""


@click.group()
def line() -> None:
    """LINE の公式アカウントを確かめたり、リッチメニューを公開したりします。"""


@line.command()
def check() -> None:
    """トークン、Webhook、応答のしかた、送信数を LINE に問い合わせて確かめます。"""
    from linebot.v3.messaging import MessagingApi

    from channels.line.account_check import check_account

    settings = read_settings()
    with _client(settings) as client:
        found = []
        for one in check_account(MessagingApi(client), settings.public_url):
            out().print(f"{_MARKS[one.is_good]} {one.text}")
            found.append(one)
    bad = sum(one.is_good is False for one in found)
    if bad:
        complain(f"{bad} 件を直してから、もう一度確かめてください。")
        raise SystemExit(1)
    out().print("LINE で受け付けられます。")


@line.group(name="rich-menu")
def rich_menu() -> None:
    """トークの下に出るメニューです。"""


@rich_menu.command()
@click.option("--dry-run", is_flag=True, help="公開せずに、押すところを描いた絵を書き出します")
def publish(dry_run: bool) -> None:
    """FAQ のフォルダの line/rich-menu.yaml と画像を、すべての友だちに出します。"""
    settings = read_settings()
    menu = read_rich_menu(settings.draft_folder)
    for area in menu.areas:
        out().print(f"  {area.label}: {_told(area.action.to_json())}")
    if dry_run:
        settings.state_folder.mkdir(parents=True, exist_ok=True)
        preview = settings.state_folder / _PREVIEW
        preview.write_text(menu.preview(), encoding="utf-8")
        out().print(f"押すところを描いた絵を {preview} に書きました。公開はしていません。")
        return
    with _client(settings) as client:
        _publish(client, menu, settings.line_api_base)
    out().print(f"リッチメニュー「{menu.name}」を公開しました。")


def _publish(client: "ApiClient", menu: RichMenu, base: str | None) -> None:
    """Create the menu, show it to everybody, then delete the older ones of its name."""
    from linebot.v3.messaging import MessagingApi, MessagingApiBlob, RichMenuRequest

    api = MessagingApi(client)
    request = RichMenuRequest.from_dict(menu.to_json())
    api.validate_rich_menu_object(request, _request_timeout=_PATIENCE)
    made = api.create_rich_menu(request, _request_timeout=_PATIENCE).rich_menu_id
    MessagingApiBlob(client).set_rich_menu_image(
        made,
        body=bytearray(menu.image.read_bytes()),
        _headers={"Content-Type": menu.content_type},
        _request_timeout=_PATIENCE,
    )
    api.set_default_rich_menu(made, _request_timeout=_PATIENCE)
    for old in api.get_rich_menu_list(_request_timeout=_PATIENCE).richmenus:
        if old.name == menu.name and old.rich_menu_id != made:
            api.delete_rich_menu(old.rich_menu_id, _request_timeout=_PATIENCE)


@contextmanager
def _client(settings: Settings) -> "Iterator[ApiClient]":
    """Call LINE with a valid token; raises LineUnusable for whatever goes wrong."""
    import urllib3
    from linebot.v3.messaging import ApiClient, ApiException, Configuration

    token = _token(settings)
    try:
        with ApiClient(Configuration(host=settings.line_api_base, access_token=token)) as client:
            yield client
    except ApiException as error:
        raise LineUnusable(f"LINE が {error.status} を返しました: {error.body}") from error
    except urllib3.exceptions.HTTPError as error:
        raise LineUnusable(f"LINE につながりません（{type(error).__name__}）") from error


def _token(settings: Settings) -> str:
    if settings.line_channel_access_token:
        return settings.line_channel_access_token.get_secret_value()
    if not settings.line_channel_secret:
        raise LineUnusable(
            "LINE の設定がありません。TOIAWASE_LINE_CHANNEL_ID と"
            " TOIAWASE_LINE_CHANNEL_SECRET を設定してください"
        )
    return _issued(
        settings.line_channel_id,
        settings.line_channel_secret.get_secret_value(),
        settings.line_api_base,
    )


def _issued(channel_id: str, secret: str, base: str | None) -> str:
    import urllib3
    from linebot.v3.oauth import ApiClient, ApiException, ChannelAccessToken, Configuration

    try:
        with ApiClient(Configuration(host=base)) as client:
            issuer = ChannelAccessToken(client)
            if base:
                issuer.line_base_path = base
            made = issuer.issue_stateless_channel_token_by_client_secret(
                channel_id, secret, _request_timeout=_PATIENCE
            )
    except ApiException as error:
        raise LineUnusable(
            f"アクセストークンを受け取れません（{error.status}）。"
            "チャネル ID とシークレットを確かめてください"
        ) from error
    except urllib3.exceptions.HTTPError as error:
        raise LineUnusable(f"LINE につながりません（{type(error).__name__}）") from error
    return str(made.access_token)


def _told(action: dict[str, str]) -> str:
    kind = {"postback": "ボタン", "message": "発言", "uri": "リンク"}[action["type"]]
    return f"{kind} {action.get('data') or action.get('text') or action.get('uri')}"
