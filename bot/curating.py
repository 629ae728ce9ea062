"""What staff decide of clusters, and taking it back: the FAQ folder, the cluster and the log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from bot.audit import AuditEvent, AuditLog
from bot.errors import CannotUndo
from bot.inbox import ERASED_AFTER, Cluster, ClusterStore, Decision, Note
from faq.entry import FaqEntry
from faq.files.folder_edit import Change, FolderEditor
from faq.files.history import FolderHistory

_TOLD: Final[dict[Decision, str]] = {
    "not_ours": "市役所の仕事ではない、として片づけました",
    "small_talk": "あいさつ・雑談として片づけました",
}
_DECIDED: Final = ("state", "decision", "entry_id", "decided_by", "release", "section")
_TO_PUBLISH: Final = {"path": "/staff/publish", "name": "公開前の確認へ進む"}


class InquiryEraser(Protocol):
    """Erases what citizens wrote."""

    def erase_texts(self, inquiry_ids: Sequence[str]) -> None:
        """Erase texts for good; the rest of the records stays for counting."""
        ...


class Curator:
    """Carries out what a member of staff decides; everything but erasing for good can be undone."""

    def __init__(
        self,
        clusters: ClusterStore,
        editor: FolderEditor,
        audit: AuditLog,
        inquiries: InquiryEraser,
        history: FolderHistory,
    ) -> None:
        self._clusters = clusters
        self._editor = editor
        self._audit = audit
        self._inquiries = inquiries
        self._history = history

    def accept_phrasing(
        self, cluster_id: str, entry_id: str, wording: str, by: str, at: datetime
    ) -> AuditEvent:
        """Add a wording to an entry of the draft, and to the golden questions.

        Raises UnknownCluster, UnknownItem, FaqFolderError.
        """
        cluster = self._clusters.cluster(cluster_id)
        changes = [self._editor.add_phrasing(entry_id, wording)]
        changes += self._golden(wording, entry_id, by)
        self._clusters.put(cluster.decided("accepted", "phrasing", by, at, entry_id))
        told = f"「{wording}」を、別の聞き方として加えました（まだ公開していません）"
        return self._note(by, at, "phrasing_added", cluster, told, changes, _TO_PUBLISH)

    def accept_entry(
        self, cluster_id: str, entry: FaqEntry, changes: Sequence[Change], by: str, at: datetime
    ) -> AuditEvent:
        """Take a cluster as answered by a new entry, which was just added to the draft."""
        cluster = self._clusters.cluster(cluster_id)
        changes = [*changes, *self._golden(cluster.title, entry.id, by)]
        self._clusters.put(cluster.decided("accepted", "new_entry", by, at, entry.id))
        told = f"FAQ「{entry.question}」を加えました（まだ公開していません）"
        return self._note(by, at, "entry_added", cluster, told, changes, _TO_PUBLISH)

    def reject(self, cluster_id: str, decision: Decision, by: str, at: datetime) -> AuditEvent:
        """Decide that a need calls for nothing: new wordings of it stay away, too."""
        cluster = self._clusters.cluster(cluster_id)
        self._clusters.put(cluster.decided("rejected", decision, by, at))
        told = _TOLD[decision]  # without what was asked: the log cannot be erased
        return self._note(by, at, "cluster_decided", cluster, told)

    def erase(self, cluster_id: str, by: str, at: datetime) -> AuditEvent:
        """Have erased what was written; until then it can be taken back."""
        cluster = self._clusters.cluster(cluster_id)
        self._clusters.put(cluster.decided("erasing", "personal_data", by, at))
        minutes = int(ERASED_AFTER.total_seconds() // 60)
        told = f"内容を {minutes} 分後に消します。それまでは取り消せます"
        return self._note(by, at, "cluster_decided", cluster, told)

    def erase_due(self, at: datetime) -> int:
        """Erase for good what nobody has taken back in time; return how many clusters."""
        due = [
            cluster
            for cluster in self._clusters.clusters(("erasing",))
            if cluster.decided_at and at - cluster.decided_at >= ERASED_AFTER
        ]
        for cluster in due:
            self._inquiries.erase_texts(self._clusters.inquiry_ids(cluster.id))
            self._clusters.put(cluster.erased())
            told = {"told": "個人が分かる内容を消しました"}
            event = AuditEvent(at, cluster.decided_by, "cluster_erased", cluster.id, told)
            self._audit.add(event)
        return len(due)

    def reopen(self, cluster_id: str, by: str, at: datetime) -> AuditEvent:
        """Put a cluster back into the inbox; what was added to the FAQ stays there."""
        cluster = self._clusters.cluster(cluster_id)
        if cluster.state == "erased":
            raise CannotUndo("消した内容は、元に戻せません")
        self._clusters.put(cluster.reopened())
        return self._note(by, at, "cluster_reopened", cluster, "未処理に戻しました")

    def assign(self, cluster_id: str, section: str, name: str, by: str, at: datetime) -> AuditEvent:
        """Give a cluster to a section ("" for none)."""
        cluster = self._clusters.cluster(cluster_id)
        self._clusters.put(replace(cluster, section=section))
        told = f"{name}に割り当てました" if name else "割り当てを外しました"
        return self._note(by, at, "cluster_assigned", cluster, told)

    def note(self, cluster_id: str, text: str, by: str, at: datetime) -> AuditEvent:
        """Keep a note about a cluster."""
        cluster = self._clusters.cluster(cluster_id)
        self._clusters.add_note(cluster_id, Note(at, by, text))
        event = AuditEvent(at, by, "cluster_noted", cluster.id, {"told": "メモを書き込みました"})
        return self._audit.add(event)

    def edited(
        self, by: str, at: datetime, action: str, subject: str, told: str, changes: Sequence[Change]
    ) -> AuditEvent:
        """Keep in the log what was changed in the folder, so that it can be undone."""
        self._keep(changes, told, by, at)
        detail = {"told": told, "undo": {"changes": _plain(changes)}, "next": _TO_PUBLISH}
        return self._audit.add(AuditEvent(at, by, action, subject, detail))

    def undo(self, number: int, by: str, at: datetime) -> AuditEvent:
        """Take an act back; raises CannotUndo, or EditConflict when it was changed again since."""
        event = self._audit.event(number)
        undo = event.detail.get("undo") if event else None
        if event is None or not undo:
            raise CannotUndo("この操作は取り消せません")
        if self._audit.latest(1, subject=_undone(number)):
            raise CannotUndo("この操作は、もう取り消してあります")
        before = undo.get("cluster")
        cluster = self._clusters.cluster(before["id"]) if before else None
        if cluster and cluster.state == "erased":
            raise CannotUndo("内容は、もう消しました。元に戻せません")
        changes = msgspec.convert(undo.get("changes", []), list[Change])
        for change in reversed(changes):
            self._editor.undo(change)
        self._keep(changes, f"取り消し（操作 {number}）", by, at)
        if cluster and before:
            self._clusters.put(_as_before(cluster, before))
        told = f"取り消しました：{event.detail.get('told', '')}"
        return self._audit.add(AuditEvent(at, by, "undone", _undone(number), {"told": told}))

    def _keep(self, changes: Sequence[Change], told: str, by: str, at: datetime) -> None:
        """Commit what was changed, where the folder is a git repository."""
        files = sorted({change.file for change in changes})
        if files:
            self._history.keep(files, told, by, at)

    def _golden(self, query: str, entry_id: str, by: str) -> list[Change]:
        change = self._editor.add_golden(query, {entry_id: 2})
        return [change] if change else []

    def _note(
        self,
        by: str,
        at: datetime,
        action: str,
        before: Cluster,
        told: str,
        changes: Sequence[Change] = (),
        following: dict[str, str] | None = None,
    ) -> AuditEvent:
        self._keep(changes, told, by, at)
        undo = {"cluster": _decision_of(before), "changes": _plain(changes)}
        detail: dict[str, Any] = {"told": told, "undo": undo}
        if following:
            detail["next"] = following
        return self._audit.add(AuditEvent(at, by, action, before.id, detail))


def _undone(number: int) -> str:
    return f"act {number}"


def _decision_of(cluster: Cluster) -> dict[str, Any]:
    """Return what undoing puts back; never what citizens wrote."""
    return {name: getattr(cluster, name) for name in ("id", *_DECIDED)} | {
        "decided_at": cluster.decided_at.isoformat() if cluster.decided_at else None
    }


def _as_before(cluster: Cluster, before: Mapping[str, Any]) -> Cluster:
    at = before["decided_at"]
    return replace(
        cluster,
        **{name: before[name] for name in _DECIDED},
        decided_at=datetime.fromisoformat(at) if at else None,
    )


def _plain(changes: Sequence[Change]) -> Any:
    return msgspec.to_builtins(list(changes))
