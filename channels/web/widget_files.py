"""The widget's files: the moving address for the city's pages, and one for each version."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_HERE: Final = Path(__file__).parent / "widget"
_JAVASCRIPT: Final = "text/javascript; charset=utf-8"
_AN_HOUR: Final = "public, max-age=3600"
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def versions() -> list[str]:
    """Return the versions that were ever built, the newest last."""
    found = (path.name for path in (_HERE / "dist").iterdir() if path.is_dir())
    return sorted(found, key=lambda version: [int(part) for part in version.split(".")])


def integrity(version: str) -> str:
    """Return what a page may hold the file of a version against (subresource integrity)."""
    digest = hashlib.sha384(_built(version)).digest()
    return f"sha384-{base64.b64encode(digest).decode()}"


def build_router() -> APIRouter:
    """Return the routes of the widget's files, which any page may load."""
    router = APIRouter(include_in_schema=False)

    @router.get("/widget/v1.js")
    async def newest(request: Request) -> Response:
        """Return the newest version; pages that load it get mended without a change."""
        return _file(request, _built(versions()[-1]), _JAVASCRIPT, _AN_HOUR)

    @router.get("/widget/{version}/widget.js")
    async def pinned(request: Request, version: str) -> Response:
        """Return one version, which never changes."""
        if version not in versions():
            raise HTTPException(404)
        return _file(request, _built(version), _JAVASCRIPT, _FOR_EVER)

    @router.get("/widget/strings/{language}.json")
    async def strings(request: Request, language: str) -> Response:
        """Return the widget's words of a language that is not part of the bundle."""
        if language not in _languages():
            raise HTTPException(404)
        words = (_HERE / "strings" / f"{language}.json").read_bytes()
        return _file(request, words, "application/json; charset=utf-8", _AN_HOUR)

    return router


@cache
def _built(version: str) -> bytes:
    return (_HERE / "dist" / version / "widget.js").read_bytes()


@cache
def _languages() -> frozenset[str]:
    return frozenset(path.stem for path in (_HERE / "strings").glob("*.json"))


def _file(request: Request, content: bytes, kind: str, caching: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    # The widget holds no secret: a page of any origin may read it, and check its integrity.
    headers = {
        "ETag": tag,
        "Cache-Control": caching,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
