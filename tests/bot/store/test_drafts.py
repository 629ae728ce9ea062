"""Drafts that wait to be published."""

import sqlite3

import pytest

from bot.errors import UnknownDraft
from channels.backend import Backend
from faq.book import FaqBook
from tests.conftest import NOON


def book(backend: Backend, without: str) -> FaqBook:
    whole = backend.shelf.desk().book
    return FaqBook.of(one for one in whole.entries if one.id != without)


def snapshots(backend: Backend) -> int:
    with sqlite3.connect(backend.settings.state_folder / "toiawase.db") as store:
        return int(store.execute("SELECT count(*) FROM snapshots").fetchone()[0])


def test_a_draft_comes_back_as_it_was_kept(backend: Backend) -> None:
    assert backend.drafts.latest() is None
    kept = backend.drafts.add(book(backend, "tennyu"), b"index", b"report", NOON, "山田")
    assert backend.drafts.latest() == kept
    assert backend.drafts.draft(kept.number) == kept
    assert (kept.state, kept.report) == ("ready", b"report")


def test_a_newer_draft_takes_the_place_of_the_one_before(backend: Backend) -> None:
    first = backend.drafts.add(book(backend, "tennyu"), b"index", b"1", NOON, "山田")
    many = snapshots(backend)
    second = backend.drafts.add(book(backend, "sodai-gomi"), b"index", b"2", NOON, "山田")
    assert snapshots(backend) == many, "what only the first showed is gone"
    with pytest.raises(UnknownDraft):
        backend.drafts.draft(first.number)
    assert backend.drafts.latest() == second


def test_a_draft_is_published_once(backend: Backend) -> None:
    kept = backend.drafts.add(book(backend, "tennyu"), b"index", b"", NOON, "山田")
    release = backend.drafts.publish(kept.number, NOON, "鈴木", "試しに")
    assert (release.number, release.digest) == (2, kept.digest)
    assert backend.releases.current() == release
    with pytest.raises(UnknownDraft):
        backend.drafts.publish(kept.number, NOON, "鈴木", "もう一度")
    assert backend.drafts.latest() is None
    backend.drafts.add(book(backend, "sodai-gomi"), b"index", b"", NOON, "山田")
    assert backend.shelf.book(release).digest == kept.digest, "what is public is kept"


def test_a_request_says_who_asked(backend: Backend) -> None:
    kept = backend.drafts.add(book(backend, "tennyu"), b"index", b"", NOON, "山田")
    backend.drafts.request(kept.number, NOON, "山田", "見てください")
    waiting = backend.drafts.draft(kept.number)
    assert (waiting.state, waiting.requested_by, waiting.reason) == (
        "requested",
        "山田",
        "見てください",
    )
    assert waiting.requested_at == NOON


def test_a_dropped_draft_waits_no_more(backend: Backend) -> None:
    kept = backend.drafts.add(book(backend, "tennyu"), b"index", b"", NOON, "山田")
    backend.drafts.drop(kept.number)
    assert backend.drafts.latest() is None
    for act in (
        lambda: backend.drafts.drop(kept.number),
        lambda: backend.drafts.request(kept.number, NOON, "山田", ""),
        lambda: backend.drafts.publish(99, NOON, "山田", ""),
    ):
        with pytest.raises(UnknownDraft):
            act()
