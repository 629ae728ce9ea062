"""The account, for the tests of this folder."""

from tests.channels.line.account import account, line_platform

__all__ = ["account", "line_platform"]
