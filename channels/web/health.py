"""Whether the process lives, and whether it can answer."""

from fastapi import APIRouter

from channels.public import PublicDesk
from channels.web.api import errors
from channels.web.schemas import HealthOut


def build_router(public: PublicDesk) -> APIRouter:
    """Return the routes that watchers of the service ask."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> HealthOut:
        """Tell that the process lives."""
        return HealthOut(status="ok")

    @router.get("/readyz", responses=errors(503))
    async def readyz() -> HealthOut:
        """Tell that questions can be answered and kept."""
        await public.check_ready()
        return HealthOut(status="ok")

    return router
