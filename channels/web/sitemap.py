"""What robots may read: every public page with its date, and what is not for them."""

from collections.abc import Iterator
from datetime import date
from typing import Final
from xml.etree import ElementTree

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from channels.public import PublicDesk
from channels.web.addresses import entry_path, topic_path

_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ROBOTS: Final = """User-agent: *
Disallow: /faq/search
Disallow: /chat
Allow: /

Sitemap: {public_url}/sitemap.xml
"""


def build_router(public: PublicDesk, public_url: str) -> APIRouter:
    """Return the routes that robots ask for."""
    router = APIRouter(include_in_schema=False)

    @router.get("/robots.txt")
    async def robots() -> Response:
        """Tell robots what is not for them, and where the list of pages is."""
        return PlainTextResponse(_ROBOTS.format(public_url=public_url))

    @router.get("/sitemap.xml")
    async def sitemap() -> Response:
        """List every page that citizens may read."""
        listed = ElementTree.Element("urlset", xmlns=_NAMESPACE)
        for path, changed_on in _pages(public):
            url = ElementTree.SubElement(listed, "url")
            ElementTree.SubElement(url, "loc").text = public_url + path
            if changed_on:
                ElementTree.SubElement(url, "lastmod").text = changed_on.isoformat()
        text = ElementTree.tostring(listed, encoding="utf-8", xml_declaration=True)
        return Response(text, media_type="application/xml")

    return router


def _pages(public: PublicDesk) -> Iterator[tuple[str, date | None]]:
    """Yield the path of each page with the day its content was last reviewed."""
    topics = public.topics()
    for path in ("/", "/chat", "/faq/", *(topic_path(topic) for topic in topics if topic)):
        yield path, None
    for entries in topics.values():
        for entry in entries:
            yield entry_path(entry.id), entry.reviewed_on
