"""The widget on a page: a sample city's top page, and what a web editor pastes."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from channels.public import PublicDesk
from channels.web.site import Site
from channels.web.widget_files import integrity, versions


def build_router(public: PublicDesk, site: Site, *, with_sample: bool) -> APIRouter:
    """Return the routes of the two pages; the sample page is of a demo only."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.get("/demo")
    async def demo(inline: bool = False) -> Response:
        """Show the widget on a page like a city's top page."""
        if not with_sample:
            raise HTTPException(404)
        return site.page("demo.html", topics=list(public.topics())[:8], inline=inline)

    @router.get("/embed")
    async def embed() -> Response:
        """Show what to paste, for the moving version and for the newest one held fast."""
        newest = versions()[-1]
        return site.page(
            "embed.html",
            here="embed",
            version=newest,
            integrity=integrity(newest),
            with_sample=with_sample,
        )

    return router
