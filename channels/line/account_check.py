"""Whether an account is set up as it must be: token, webhook, replies by hand, quota."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from linebot.v3.messaging import ApiException, MessagingApi, TestWebhookEndpointRequest

from channels.line.webhook import PATH

_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `is_good` is None of what is only told."""

    is_good: bool | None
    text: str


def check_account(api: MessagingApi, public_url: str) -> Iterator[Finding]:
    """Yield what was found, in the order of setting an account up; stops where no call works."""
    try:
        info = api.get_bot_info(_request_timeout=_PATIENCE)
    except ApiException as error:
        yield Finding(False, _refused(error))
        return
    yield Finding(True, f"アカウント: {info.display_name}（{info.basic_id}）")
    by_hand = str(getattr(info.chat_mode, "value", info.chat_mode)) == "chat"
    yield Finding(
        not by_hand,
        "LINE Official Account Manager の「チャット」が、"
        + ("オンです。オフにしてください" if by_hand else "オフです"),
    )
    yield from _webhook(api, f"{public_url.rstrip('/')}{PATH}")
    yield from _quota(api)


def _webhook(api: MessagingApi, wanted: str) -> Iterator[Finding]:
    try:
        found = api.get_webhook_endpoint(_request_timeout=_PATIENCE)
    except ApiException as error:
        missing = "Webhook のアドレスが LINE に登録されていません"
        yield Finding(False, missing if error.status == 404 else _refused(error))
        return
    same = found.endpoint == wanted
    yield Finding(same, f"Webhook: {found.endpoint}" + ("" if same else f"（正しくは {wanted}）"))
    yield Finding(found.active, "Webhook の利用: " + ("オン" if found.active else "オフ。オンに"))
    if found.active:
        yield _try(lambda: _tested(api))


def _tested(api: MessagingApi) -> Finding:
    told = api.test_webhook_endpoint(TestWebhookEndpointRequest(), _request_timeout=_PATIENCE)
    reason = f"（{told.status_code} {told.reason}）"
    return Finding(told.success, f"LINE から Webhook への接続{'' if told.success else reason}")


def _quota(api: MessagingApi) -> Iterator[Finding]:
    yield _try(lambda: _left(api))


def _left(api: MessagingApi) -> Finding:
    quota = api.get_message_quota(_request_timeout=_PATIENCE)
    used = api.get_message_quota_consumption(_request_timeout=_PATIENCE).total_usage
    limit = f"{quota.value:,} 通のうち" if quota.value is not None else "上限なし、"
    return Finding(None, f"今月の送信: {limit} {used:,} 通（返信は数えません）")


def _try(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except ApiException as error:
        return Finding(False, _refused(error))


def _refused(error: Any) -> str:
    if error.status == 401:
        return "アクセストークンが正しくありません。TOIAWASE_LINE_... の設定を確かめてください"
    return f"LINE が {error.status} を返しました"
