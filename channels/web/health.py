"""Whether the process lives, and whether it can answer."""

import asyncio

from fastapi import APIRouter

from channels.public import PublicDesk
from channels.web.api import errors
from channels.web.schemas import HealthOut


def build_router(public: PublicDesk) -> APIRouter:
    """Return the routes that watchers of the service ask."""
    router = APIRouter()

    @router.get("/healthz", response_model_exclude_none=True)
    async def healthz() -> HealthOut:
        """Tell that the process lives."""
        return HealthOut(status="ok")

    @router.get("/readyz", responses=errors(503), response_model_exclude_none=True)
    async def readyz() -> HealthOut:
        """Tell that questions can be answered and kept: in the database, or beside it."""
        waiting = await asyncio.to_thread(public.check_ready)
        if waiting is None:
            return HealthOut(status="ok")
        return HealthOut(status="degraded", spooled=waiting)

    return router
