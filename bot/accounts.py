"""Who may use the staff console, for what, and for how long without signing in again."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from bot.errors import AccountRefused

Role = Literal["viewer", "editor", "approver", "admin"]

ROLE_LABELS: Final[Mapping[Role, str]] = {
    "viewer": "閲覧",
    "editor": "編集",
    "approver": "承認",
    "admin": "管理",
}
"""Each role may do what those before it may, and more."""

ROLE_DUTIES: Final[Mapping[Role, str]] = {
    "viewer": "要対応・FAQ・記録を見ることと、電話中の検索",
    "editor": "要対応の処理と、FAQ・決まった文・窓口・お知らせの編集",
    "approver": "市民への公開と、前の公開版への取り消し",
    "admin": "職員の登録と、操作の記録の書き出し",
}

LEAST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
"""Lengths in characters; what a password is made of is not prescribed (NIST SP 800-63B)."""

IDLE: Final = timedelta(minutes=60)
LONGEST_SESSION: Final = timedelta(hours=12)
FAILURES_TO_LOCK: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
_SEEN_AGAIN: Final = timedelta(minutes=1)
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Account:
    """One member of staff; `section` is the owner (office id) whose entries are theirs first."""

    name: str
    role: Role
    password_hash: str
    created_at: datetime
    section: str = ""
    is_active: bool = True
    failures: int = 0
    locked_until: datetime | None = None

    def may(self, role: Role) -> bool:
        """Tell whether the account has a role, itself or by a higher one."""
        return may(self.role, role)

    def is_locked(self, at: datetime) -> bool:
        """Tell whether signing in is refused for a while, after too many wrong passwords."""
        return self.locked_until is not None and at < self.locked_until


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A browser that is signed in; only a hash of its token is kept."""

    token_hash: str
    name: str
    started_at: datetime
    seen_at: datetime

    def ends_at(self) -> datetime:
        """Return when it ends if nothing more is done in it."""
        return min(self.seen_at + IDLE, self.started_at + LONGEST_SESSION)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at the console now, and the token of their forms."""

    account: Account
    session: StaffSession
    form_token: str


class AccountStore(Protocol):
    """Keeps accounts and the sessions of those who are signed in."""

    def account(self, name: str) -> Account | None:
        """Return an account."""
        ...

    def accounts(self) -> Sequence[Account]:
        """Return all accounts, by name."""
        ...

    def put_account(self, account: Account) -> None:
        """Keep an account, in place of the one of the same name."""
        ...

    def count_failure(self, name: str) -> int:
        """Count one more wrong password; return how many there were in a row."""
        ...

    def lock(self, name: str, until: datetime | None) -> None:
        """Refuse an account until a time (None: no longer) and count from nought again."""
        ...

    def begin(self, session: StaffSession) -> None:
        """Keep a session."""
        ...

    def session(self, token_hash: str) -> StaffSession | None:
        """Return a session."""
        ...

    def seen(self, token_hash: str, at: datetime) -> None:
        """Note that a session is in use."""
        ...

    def end(self, token_hash: str) -> None:
        """Forget a session."""
        ...

    def end_all(self, name: str) -> None:
        """Forget all sessions of an account."""
        ...


class Passwords(Protocol):
    """Turns passwords into hashes that only a password leads back to."""

    def hashed(self, password: str) -> str:
        """Return the hash to keep."""
        ...

    def fits(self, password_hash: str, password: str) -> bool:
        """Tell whether a password is the one of a hash; as slow when there is no hash."""
        ...


class StaffAccounts:
    """Signs members of staff in and out."""

    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(_TOKEN_BYTES),
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._token = token

    def listed(self) -> Sequence[Account]:
        """Return all accounts, by name."""
        return self._store.accounts()

    def account(self, name: str) -> Account | None:
        """Return an account."""
        return self._store.account(name)

    def add(self, name: str, role: Role, password: str, at: datetime, section: str = "") -> Account:
        """Make an account, or give an existing one a new role and password.

        Raises AccountRefused when name or password will not do.
        """
        name = checked_name(name)
        check_password(password, name)
        account = Account(name, role, self._passwords.hashed(password), at, section)
        self._store.put_account(account)
        self._store.end_all(name)
        return account

    def put(self, account: Account, *, keep_sessions: bool = False) -> None:
        """Keep an account as it is given; it has to sign in again unless sessions are kept."""
        self._store.put_account(account)
        if not keep_sessions:
            self._store.end_all(account.name)

    def sign_in(self, name: str, password: str, at: datetime) -> str:
        """Return the token of a new session; raises AccountRefused.

        Whether the name or the password was wrong is not said, and takes as long.
        """
        account = self._store.account(name.strip())
        fits = self._passwords.fits(
            account.password_hash if account else "", password[:LONGEST_PASSWORD]
        )
        if account and account.is_locked(at):
            raise AccountRefused("locked")
        if account and fits and account.is_active:
            self._store.lock(account.name, None)
            return self.open_session(account.name, at)
        if account and self._store.count_failure(account.name) >= FAILURES_TO_LOCK:
            self._store.lock(account.name, at + LOCKED_FOR)
            raise AccountRefused("locked")
        raise AccountRefused("wrong")

    def open_session(self, name: str, at: datetime) -> str:
        """Return the token of a new session of an account that has shown who it is."""
        token = self._token()
        self._store.begin(StaffSession(_hashed(token), name, at, at))
        return token

    def signed_in(self, token: str, at: datetime) -> SignedIn | None:
        """Return who a token belongs to, None when it is not (or no longer) of a session."""
        session = self._store.session(_hashed(token)) if token else None
        if session is None:
            return None
        account = self._store.account(session.name)
        if account is None or not account.is_active or at >= session.ends_at():
            self._store.end(session.token_hash)
            return None
        if at - session.seen_at >= _SEEN_AGAIN:
            self._store.seen(session.token_hash, at)
        return SignedIn(account, session, form_token(token))

    def sign_out(self, token: str) -> None:
        """End the session of a token."""
        self._store.end(_hashed(token))


def may(role: Role, needed: Role) -> bool:
    """Tell whether a role includes another."""
    order = list(ROLE_LABELS)
    return order.index(role) >= order.index(needed)


def form_token(token: str) -> str:
    """Return what the forms of a session carry: only who holds the session can make it."""
    return hmac.new(token.encode(), b"forms", hashlib.sha256).hexdigest()


def is_form_token(sent: str, signed_in: SignedIn) -> bool:
    """Tell whether a form comes from a page of the session."""
    return hmac.compare_digest(sent.encode(), signed_in.form_token.encode())


def checked_name(name: str) -> str:
    """Return a name without spaces around it; raises AccountRefused when it will not do."""
    name = name.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise AccountRefused("name")
    return name


def check_password(password: str, name: str) -> None:
    """Raise AccountRefused when a password is too short, too long or the name itself."""
    if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountRefused("password_length")
    if name.lower() in password.lower() and len(password) < len(name) + LEAST_PASSWORD:
        raise AccountRefused("password_name")
    if len(set(password)) < 5:
        raise AccountRefused("password_plain")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
