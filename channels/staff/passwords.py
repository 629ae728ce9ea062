"""Passwords as argon2id hashes."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_NOBODY: Final = "nobody has this password"


class ArgonPasswords:
    """Hashes with argon2id; the parameters are the library's, which follow RFC 9106."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._of_nobody = ""

    def hashed(self, password: str) -> str:
        """Return the hash to keep, with its salt and parameters in it."""
        return self._hasher.hash(password)

    def fits(self, password_hash: str, password: str) -> bool:
        """Tell whether a password is the one of a hash; as slow when there is no hash."""
        known = bool(password_hash)
        if not known:
            self._of_nobody = self._of_nobody or self.hashed(_NOBODY)
        try:
            return self._hasher.verify(password_hash or self._of_nobody, password) and known
        except (Argon2Error, InvalidHashError):
            return False
