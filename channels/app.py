"""Assembly: a backend becomes desks, channels and one web application."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic
from typing import Final

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

from bot.board import LiveBoard
from bot.errors import NoRelease
from bot.inquiry import Feedback, Inquiry, InquiryRecorder
from bot.live_desk import LiveDesk
from bot.shared_conversations import SharedConversations
from bot.store.spool import Spool
from bot.store.spooling import SpoolingStore, is_away
from bot.store.writer import GroupCommitWriter
from channels.backend import Backend
from channels.housekeeping import Housekeeping
from channels.line import webhook
from channels.line.account import Credentials
from channels.line.preview import LinePreview
from channels.line.rich_menu import RichMenu, read_rich_menu
from channels.line.stand_in.phone import StandIn
from channels.line_start import LineStart
from channels.metrics import Metrics
from channels.public import PublicDesk
from channels.secret_key import secret_key
from channels.settings import Settings
from channels.staff.application import MAX_BODY, MOUNTED_AT
from channels.staff.console import Preview
from channels.staff.one_time import OneTimeCode
from channels.staff_start import StaffStart
from channels.web import (
    api,
    around_api,
    chat_pages,
    embedding,
    faq_pages,
    faq_topics,
    health,
    metrics_page,
    sitemap,
    widget_files,
)
from channels.web.body_limit import BodyLimit
from channels.web.closed_channel import ClosedChannel
from channels.web.direct_questions import DirectQuestions
from channels.web.draining import Drain, Draining
from channels.web.errors import install_error_handlers
from channels.web.preview import WebPreview
from channels.web.rate_limit import RateLimit, TokenBuckets, budgets
from channels.web.request_id import RequestIds
from channels.web.request_log import RequestLog
from channels.web.shared_budgets import SharedBudgets, key_of_addresses
from channels.web.site import Site
from faq.entry import Audience
from faq.problem import FaqFolderError

_LOG = logging.getLogger(__name__)

_POLL_SECONDS: Final = 1.0
_TIDY_SECONDS: Final = 60.0
_FORGET_SECONDS: Final = 3_600.0
_SWITCH_SECONDS: Final = 0.000_5
_PREFLIGHT_SECONDS: Final = 7_200
_STATIC: Final = Path(__file__).parent / "web" / "static"


def create_app(
    backend: Backend,
    only: Audience | None = None,
    address: str | None = None,
    code: OneTimeCode | None = None,
) -> FastAPI:
    """Return the web application; its lifespan loads the release and starts the writers.

    With `only` it serves citizens or staff alone, so that the two can run on separate networks.
    `address` is where it answers itself: a demo shows LINE there, on a page like a phone. `code`
    opens the console of a demo once without a password.
    """
    live = LiveDesk(backend.shelf, backend.releases)
    board = LiveBoard(backend.board)
    spooling = SpoolingStore(
        backend.inquiries.add,
        backend.inquiries.give_feedback,
        Spool(backend.settings.spool_folder),
    )
    writer = GroupCommitWriter(spooling.add)
    metrics = Metrics(live, backend.clock, backend.deliveries.count_waiting, lambda: spooling.depth)
    recorder = metrics.counting(writer)
    give_feedback = metrics.listening(spooling.give_feedback)
    public = _public_desk(backend, live, recorder, give_feedback, board, spooling)
    for_citizens, for_staff = only != "staff", only != "public"
    phone = _phone(backend.settings, address if for_citizens else None)
    line = _line(backend, public, phone, address) if for_citizens else None
    site = Site(public, backend.settings.public_url)
    staff = (
        StaffStart(backend, live, recorder, give_feedback, board, _previews(site), code)
        if for_staff
        else None
    )
    keeping = Housekeeping(backend, public.conversations)
    allowed = backend.settings.questions_a_minute
    buckets, shared_budgets = _buckets(backend)
    drain = Drain(backend.settings.drain_seconds)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        sharing = shared_budgets if allowed else None
        async with _running(live, board, writer, line, staff, keeping, spooling, sharing):
            with drain.put_off_sigterm():
                yield

    app = FastAPI(
        title="toiawase",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # It would look for a collector with every request, and tell it what citizens wrote.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.include_router(health.build_router(public))
    app.include_router(metrics_page.build_router(metrics))
    asking = api.build_router(public)
    if for_citizens:
        app.include_router(asking)
        _add_public(app, public, site, with_sample=backend.settings.mode == "demo")
    if staff:
        app.mount(MOUNTED_AT, staff.application)
    if line:
        app.include_router(webhook.build_router(line.reception))
    if phone:
        phone.mount(app, public)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    install_error_handlers(app, site.error)
    if for_citizens:
        app.add_middleware(
            DirectQuestions, route=api.asking(asking), handlers=app.exception_handlers
        )
    if allowed:
        # Within CORS: a widget on another site must be able to read that it has to wait.
        app.add_middleware(
            RateLimit, budgets=budgets(allowed), error_page=site.error, buckets=buckets
        )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(backend.settings.allowed_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["content-type"],
        expose_headers=["retry-after", "x-request-id"],
        max_age=_PREFLIGHT_SECONDS,
    )
    app.add_middleware(
        BodyLimit, larger={webhook.PATH: webhook.MAX_BODY, f"{MOUNTED_AT}/": MAX_BODY}
    )
    app.add_middleware(ClosedChannel, public=public, site=site)
    app.add_middleware(RequestLog, responded=metrics.responded)
    app.add_middleware(Draining, drain=drain)
    app.add_middleware(RequestIds)
    return app


def _buckets(backend: Backend) -> tuple[TokenBuckets, SharedBudgets | None]:
    if backend.spending is None:
        return TokenBuckets(monotonic), None
    key = key_of_addresses(secret_key(backend.settings.key_file))
    buckets = TokenBuckets(monotonic, key=key)
    return buckets, SharedBudgets(buckets, backend.spending, backend.clock)


def _add_public(app: FastAPI, public: PublicDesk, site: Site, *, with_sample: bool) -> None:
    app.include_router(around_api.build_router(public))
    app.include_router(embedding.build_router(public, site, with_sample=with_sample))
    app.include_router(chat_pages.build_router(public, site))
    app.include_router(widget_files.build_router())
    app.include_router(faq_pages.build_router(public, site))
    app.include_router(faq_topics.build_router(public, site))
    app.include_router(sitemap.build_router(public, site.public_url))


def _previews(site: Site) -> dict[str, Preview]:
    return {"web": WebPreview(site), "line": LinePreview(site.public_url)}


def _public_desk(
    backend: Backend,
    live: LiveDesk,
    recorder: InquiryRecorder,
    keep_feedback: Callable[[Feedback], bool],
    board: LiveBoard,
    spooling: SpoolingStore,
) -> PublicDesk:
    async def give_feedback(feedback: Feedback) -> bool:
        return await asyncio.to_thread(keep_feedback, feedback)

    def check_ready() -> int | None:
        if not live.is_ready:
            raise NoRelease("no release is loaded")
        try:
            backend.releases.current_number()
        except Exception:  # questions are answered all the same, and kept in the spool
            return spooling.depth
        return spooling.depth if spooling.is_degraded else None

    return PublicDesk(
        live,
        recorder,
        give_feedback,
        check_ready,
        backend.clock,
        SharedConversations(backend.conversations),
        board,
    )


def tries_line_out(settings: Settings) -> bool:
    """Tell whether LINE is shown on a page like a phone: in a demo without an account."""
    return settings.mode == "demo" and settings.line_channel_secret is None


def _phone(settings: Settings, address: str | None) -> StandIn | None:
    if address is None or not tries_line_out(settings):
        return None
    return StandIn(address, lambda: _rich_menu(settings.draft_folder))


def _rich_menu(folder: Path) -> RichMenu | None:
    try:
        return read_rich_menu(folder)
    except FaqFolderError:
        return None


def _line(
    backend: Backend, public: PublicDesk, phone: StandIn | None, address: str | None
) -> LineStart | None:
    """Return the channel LINE, where the city has an account or tries one out."""
    settings = backend.settings
    if phone:
        credentials = phone.credentials
    elif settings.line_channel_secret:
        token = settings.line_channel_access_token
        credentials = Credentials(
            settings.line_channel_secret.get_secret_value(),
            settings.line_channel_id,
            token.get_secret_value() if token else "",
            settings.line_api_base,
        )
    else:
        return None
    return LineStart(
        credentials,
        public,
        address if phone and address else settings.public_url,
        backend.deliveries,
        backend.inquiries,
        lambda: secret_key(settings.key_file),
        at_once=phone is None,
    )


@contextlib.asynccontextmanager
async def _running(
    live: LiveDesk,
    board: LiveBoard,
    writer: GroupCommitWriter[Inquiry],
    line: LineStart | None,
    staff: StaffStart | None,
    keeping: Housekeeping,
    spooling: SpoolingStore,
    sharing: SharedBudgets | None,
) -> AsyncIterator[None]:
    # A question waits for the interpreter some 25 times (after each product of matrices); while
    # another thread loads a release, each wait takes as long as this, 5 ms if nothing is said.
    sys.setswitchinterval(_SWITCH_SECONDS)
    await _once_the_database_is_there(live.refresh)
    writer.start()
    await _once_the_database_is_there(board.refresh)
    if line:
        line.begin()
    following = [
        asyncio.create_task(_follow(live.refresh, "a new release")),
        asyncio.create_task(_follow(board.refresh, "notices")),
        asyncio.create_task(_follow(spooling.drain, "what waits in the spool")),
        # The first message in another language need not wait for it, nor need the start.
        asyncio.create_task(asyncio.to_thread(live.load_rest)),
        *([asyncio.create_task(_follow(staff.work, "new misses"))] if staff else []),
        *([asyncio.create_task(_follow(sharing.exchange, "budgets"))] if sharing else []),
        asyncio.create_task(
            _follow(keeping.forget_talks, "conversations that are over", _TIDY_SECONDS)
        ),
        asyncio.create_task(_follow(keeping.forget_records, "records to forget", _FORGET_SECONDS)),
    ]
    _LOG.info("questions are being answered")
    try:
        yield
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        if staff:
            staff.stop()
        if line:
            await line.finish()
        await asyncio.to_thread(writer.stop)
        spooling.close()


async def _once_the_database_is_there(read: Callable[[], object]) -> None:
    # One of several processes that gives up as it starts would take the others with it.
    while True:
        try:
            await asyncio.to_thread(read)
        except Exception as error:
            if not is_away(error):
                raise
            _LOG.warning("the start waits for the database (%s)", type(error).__name__)
            await asyncio.sleep(_POLL_SECONDS)
        else:
            return


async def _follow(refresh: Callable[[], object], what: str, every: float = _POLL_SECONDS) -> None:
    failing = False
    while True:
        await asyncio.sleep(every)
        try:
            await asyncio.to_thread(refresh)
        except Exception:  # the next look may succeed; answering goes on with what is loaded
            if not failing:
                _LOG.exception("looking for %s failed; told again when it works", what)
            failing = True
        else:
            if failing:
                _LOG.info("looking for %s works again", what)
            failing = False
