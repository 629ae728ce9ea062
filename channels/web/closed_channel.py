"""While the website's channel is closed, every page says so in the city's words."""

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.public import PublicDesk
from channels.web.errors import error_response, wants_page
from channels.web.site import Site

_STAYS_OPEN: Final = ("/healthz", "/readyz", "/metrics", "/static/", "/staff", "/line/")
_NOTICES: Final = "/api/v1/notices"
_RETRY: Final = {"Retry-After": "60"}


class ClosedChannel:
    """Answers 503 with the sentence of a closed channel; notices and health stay open."""

    def __init__(self, app: ASGIApp, public: PublicDesk, site: Site) -> None:
        self._app = app
        self._public = public
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the sentence."""
        sentence = self._public.board.now.closed.get("web")
        is_open = scope["type"] != "http" or scope["path"].startswith((*_STAYS_OPEN, _NOTICES))
        if sentence is None or is_open:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if wants_page(request):
            response = self._site.closed(sentence)
            response.headers.update(_RETRY)
            await response(scope, receive, send)
            return
        answer = error_response(request, 503, "closed", headers=_RETRY, message=sentence)
        await answer(scope, receive, send)
