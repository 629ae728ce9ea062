"""What members of staff did, in an order and a form that nobody can change afterwards."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import msgspec

ACTION_LABELS: Final[Mapping[str, str]] = {
    "sign_in": "ログイン",
    "sign_in_refused": "ログインできなかった",
    "sign_out": "ログアウト",
    "account": "職員の登録・変更",
    "entry_added": "FAQの追加",
    "entry_changed": "FAQの変更",
    "entry_removed": "FAQの削除",
    "phrasing_added": "別の聞き方の追加",
    "golden_added": "点検用質問の追加",
    "golden_removed": "点検用質問の取り消し",
    "sentence_changed": "決まった文の変更",
    "office_changed": "窓口の変更",
    "notice_changed": "お知らせの文の変更",
    "notice_up": "お知らせの掲示",
    "notice_down": "お知らせの取り下げ",
    "channel_closed": "受付経路の停止",
    "channel_opened": "受付経路の再開",
    "undone": "取り消し",
    "cluster_decided": "要対応の処理",
    "cluster_reopened": "要対応に戻した",
    "cluster_assigned": "担当課の割り当て",
    "cluster_noted": "メモ",
    "cluster_erased": "内容の消去",
    "checked": "公開前の確認",
    "requested": "公開の依頼",
    "published": "公開",
    "rolled_back": "前の公開版に戻した",
    "exported": "記録の書き出し",
    "forgotten": "古い記録などの消去",
    "backed_up": "控えの取得",
}
"""Every action that is kept, as staff read it."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act: who, when, what, on what, and what is needed to understand and undo it.

    `hash` is over the event and the hash of the one before; `number` is 0 until it is kept.
    """

    at: datetime
    by: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0
    hash: str = ""

    def hash_after(self, previous: str) -> str:
        """Return the event's hash, where `previous` is that of the event before (SHA-256, hex)."""
        told = [self.at.astimezone(UTC).isoformat(), self.by, self.action, self.subject]
        content = msgspec.json.encode([previous, *told, self.detail], order="sorted")
        return hashlib.sha256(content).hexdigest()


class AuditLog(Protocol):
    """Keeps events; nothing kept is ever changed."""

    def add(self, event: AuditEvent) -> AuditEvent:
        """Keep an event; return it with its number and hash."""
        ...

    def event(self, number: int) -> AuditEvent | None:
        """Return an event."""
        ...

    def latest(
        self, limit: int, *, before: int | None = None, subject: str = "", by: str = ""
    ) -> list[AuditEvent]:
        """Return events, the latest first."""
        ...

    def each(self) -> Iterator[AuditEvent]:
        """Yield all events, the oldest first."""
        ...


def first_broken(events: Iterable[AuditEvent]) -> int | None:
    """Return the number of the first event that is not as it was kept, None when all are."""
    previous, expected = "", 1
    for event in events:
        if event.number != expected or event.hash != event.hash_after(previous):
            return event.number
        previous, expected = event.hash, expected + 1
    return None
