"""The page that a monitoring system collects."""

from typing import Final

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.responses import Response

from channels.metrics import Metrics

PATH: Final = "/metrics"
_FORWARDED: Final = ("x-forwarded-for", "forwarded")


def build_router(metrics: Metrics) -> APIRouter:
    """Return the route of the page; what came through a proxy does not find it."""
    router = APIRouter(include_in_schema=False)

    # Not async: it asks the database, which would keep citizens waiting.
    @router.get(PATH)
    def page(request: Request) -> Response:
        """Return the metrics in Prometheus' text format."""
        if any(name in request.headers for name in _FORWARDED):
            raise HTTPException(404)
        return Response(metrics.page(), media_type=CONTENT_TYPE_LATEST)

    return router
