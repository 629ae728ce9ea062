"""One of several processes that serve together: each builds its own from the environment."""

from fastapi import FastAPI

from channels.app import create_app
from channels.backend import open_backend
from channels.commands.console import read_settings
from channels.logs import log_to_standard_output
from faq.entry import Audience


def whole() -> FastAPI:
    """Return an application for citizens and staff."""
    return _built(None)


def public() -> FastAPI:
    """Return an application for citizens."""
    return _built("public")


def staff() -> FastAPI:
    """Return an application for staff."""
    return _built("staff")


def _built(only: Audience | None) -> FastAPI:
    log_to_standard_output()
    return create_app(open_backend(read_settings()), only)
