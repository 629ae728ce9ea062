"""Rows only: keeps what the rest of bot decides."""
