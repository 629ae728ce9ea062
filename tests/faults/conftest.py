"""The account on LINE, to see what faults do to it."""

from tests.channels.line.account import account, line_platform

__all__ = ["account", "line_platform"]
