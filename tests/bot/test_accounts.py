"""Signing in, and being kept out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.accounts import (
    FAILURES_TO_LOCK,
    IDLE,
    LOCKED_FOR,
    LONGEST_SESSION,
    ROLE_DUTIES,
    ROLE_LABELS,
    Role,
    StaffAccounts,
    is_form_token,
    may,
)
from bot.errors import ACCOUNT_FAULTS, AccountRefused
from bot.store.accounts import SqlAccounts
from bot.store.database import open_database
from channels.staff.passwords import ArgonPasswords
from tests.conftest import NOON

PASSWORD = "とても長い合い言葉です2026"


def tokens() -> Iterator[str]:
    return (f"token {number}" for number in count())


@pytest.fixture
def accounts(tmp_path: Path) -> StaffAccounts:
    store = SqlAccounts(open_database(f"sqlite:///{tmp_path / 'toiawase.db'}", NOON))
    made = tokens()
    accounts = StaffAccounts(store, ArgonPasswords(), lambda: next(made))
    accounts.add("山田", "editor", PASSWORD, NOON)
    return accounts


def reason_of(accounts: StaffAccounts, name: str, password: str, minutes: int = 0) -> str:
    with pytest.raises(AccountRefused) as refused:
        accounts.sign_in(name, password, NOON + timedelta(minutes=minutes))
    return refused.value.reason


def test_the_right_password_opens_a_session(accounts: StaffAccounts) -> None:
    token = accounts.sign_in(" 山田 ", PASSWORD, NOON)
    who = accounts.signed_in(token, NOON)
    assert who is not None
    assert (who.account.name, who.account.role) == ("山田", "editor")
    assert is_form_token(who.form_token, who)
    assert not is_form_token("", who)
    assert not is_form_token(who.form_token[:-1], who)


def test_the_password_itself_is_kept_nowhere(accounts: StaffAccounts, tmp_path: Path) -> None:
    token = accounts.sign_in("山田", PASSWORD, NOON)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert PASSWORD.encode() not in kept
    assert token.encode() not in kept
    assert b"$argon2id$" in kept


def test_a_wrong_name_and_a_wrong_password_are_told_alike(accounts: StaffAccounts) -> None:
    assert reason_of(accounts, "山田", "ちがう合い言葉です") == "wrong"
    assert reason_of(accounts, "鈴木", PASSWORD) == "wrong"


def test_too_many_wrong_passwords_lock_the_account_for_a_while(accounts: StaffAccounts) -> None:
    reasons = [reason_of(accounts, "山田", "ちがう") for _ in range(FAILURES_TO_LOCK)]
    assert reasons == ["wrong"] * (FAILURES_TO_LOCK - 1) + ["locked"]
    assert reason_of(accounts, "山田", PASSWORD) == "locked"
    after = NOON + LOCKED_FOR
    assert accounts.signed_in(accounts.sign_in("山田", PASSWORD, after), after)


def test_the_right_password_forgets_the_wrong_ones_before(accounts: StaffAccounts) -> None:
    for _ in range(3):
        for _ in range(FAILURES_TO_LOCK - 1):
            reason_of(accounts, "山田", "ちがう")
        accounts.sign_in("山田", PASSWORD, NOON)


def test_a_session_ends_when_nothing_is_done_in_it(accounts: StaffAccounts) -> None:
    token = accounts.sign_in("山田", PASSWORD, NOON)
    assert accounts.signed_in(token, NOON + IDLE - timedelta(minutes=1))
    assert accounts.signed_in(token, NOON + 2 * IDLE - timedelta(minutes=2))
    assert accounts.signed_in(token, NOON + 3 * IDLE) is None
    assert accounts.signed_in(token, NOON) is None, "an ended session is forgotten"


def test_a_session_ends_after_a_day_of_work_however_busy(accounts: StaffAccounts) -> None:
    token = accounts.sign_in("山田", PASSWORD, NOON)
    minutes = range(0, int(LONGEST_SESSION.total_seconds() // 60) + 1, 30)
    seen = [accounts.signed_in(token, NOON + timedelta(minutes=one)) for one in minutes]
    assert [bool(one) for one in seen] == [True] * (len(seen) - 1) + [False]


def test_signing_out_ends_the_session(accounts: StaffAccounts) -> None:
    token = accounts.sign_in("山田", PASSWORD, NOON)
    accounts.sign_out(token)
    assert accounts.signed_in(token, NOON) is None


def test_a_new_password_ends_all_sessions(accounts: StaffAccounts) -> None:
    token = accounts.sign_in("山田", PASSWORD, NOON)
    accounts.add("山田", "viewer", f"{PASSWORD}新", NOON)
    assert accounts.signed_in(token, NOON) is None
    assert reason_of(accounts, "山田", PASSWORD) == "wrong"


def test_who_was_stopped_gets_in_no_more(accounts: StaffAccounts) -> None:
    token = accounts.sign_in("山田", PASSWORD, NOON)
    account = accounts.account("山田")
    assert account
    accounts.put(replace(account, is_active=False))
    assert accounts.signed_in(token, NOON) is None
    assert reason_of(accounts, "山田", PASSWORD) == "wrong"


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("", PASSWORD, "name"),
        ("あ" * 61, PASSWORD, "name"),
        ("山\n田", PASSWORD, "name"),
        ("佐藤", "短い", "password_length"),
        ("佐藤", "長" * 201, "password_length"),
        ("佐藤", "ああああああああああああ", "password_plain"),
        ("satou-hanako", "satou-hanako-1", "password_name"),
    ],
)
def test_what_will_not_do_is_refused_with_a_reason(
    accounts: StaffAccounts, name: str, password: str, reason: str
) -> None:
    with pytest.raises(AccountRefused) as refused:
        accounts.add(name, "viewer", password, NOON)
    assert refused.value.reason == reason
    assert str(refused.value) == ACCOUNT_FAULTS[refused.value.reason]
    assert [account.name for account in accounts.listed()] == ["山田"]


def test_each_role_includes_those_before_it() -> None:
    roles: list[Role] = list(ROLE_LABELS)
    for at, role in enumerate(roles):
        assert [may(role, needed) for needed in roles] == [one <= at for one in range(len(roles))]
    assert ROLE_LABELS.keys() == ROLE_DUTIES.keys()
