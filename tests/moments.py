"""When tests happen."""

from datetime import UTC, datetime

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, 12:00 in Japan."""
