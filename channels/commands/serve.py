"""`toiawase serve`: the website, until Ctrl-C."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from bot.errors import StoreUnusable
from channels.app import create_app, tries_line_out
from channels.backend import Backend, ensure_release
from channels.commands.console import backend, complain, out, steps
from channels.logs import log_to_standard_output
from channels.serving_alone import alone_in
from channels.settings import Settings
from channels.staff.one_time import OneTimeCode
from faq.entry import Audience


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="待ち受けるアドレス")
@click.option("--port", default=8000, show_default=True, help="待ち受けるポート")
@click.option(
    "--only",
    type=click.Choice(("public", "staff")),
    default=None,
    help="市民向けだけ、または職員向けだけを動かします",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="受け付けるプロセスの数（2以上は PostgreSQL だけ）",
)
def serve(host: str, port: int, only: Audience | None, workers: int) -> None:
    """ウェブサイトの受付を動かします（Ctrl-C で止まります）。"""
    log_to_standard_output()
    # As Ctrl-C: the database is closed at the end, and the first process of a container, which
    # would not hear it before uvicorn listens, can be stopped while it publishes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    opened = backend()
    with _only_server(opened, workers):
        if not opened.releases.current_number():
            with steps("FAQを公開する準備をしています（初回だけ）") as say:
                ensure_release(opened, say)
        current = opened.releases.current()
        shown = f"http://{host}:{port}"
        code = _code(opened, only) if workers == 1 else None
        _announce(
            f"公開版 {current.number}（{current.digest[:12]}）で受け付けます。\n"
            f"{_pages(shown, only, has_phone=_shows_phone(opened, only, workers))}"
            f"{_console(shown, only, code)}"
            f"  止めるときは Ctrl-C を押してください。"
        )
        try:
            # uvicorn raises the signal again once everything that had begun is answered.
            with suppress(KeyboardInterrupt):
                if workers > 1:
                    _serve_together(opened, host, port, only, workers)
                else:
                    uvicorn.Server(server_config(opened, host, port, only, code)).run()
        finally:
            opened.close()
        complain("止まりました。")


def _announce(sentences: str) -> None:
    # Where standard output is for machines, each line of it is JSON.
    if sys.stdout.isatty():
        out().print(sentences)
    else:
        complain(sentences)


def _pages(shown: str, only: Audience | None, *, has_phone: bool) -> str:
    if only == "staff":
        return ""
    phone = f"  LINE のお試し   {shown}/line/phone\n" if has_phone else ""
    return f"  質問のページ    {shown}/\n  質問の一覧      {shown}/faq/\n{phone}"


def _console(shown: str, only: Audience | None, code: OneTimeCode | None) -> str:
    if only == "public":
        return ""
    if code is None:
        return f"  職員画面        {shown}/staff/\n"
    return f"  職員画面        {shown}/staff/first?code={code.value}（1回だけ使えます）\n"


def _code(opened: Backend, only: Audience | None) -> OneTimeCode | None:
    return OneTimeCode() if only != "public" and opened.settings.mode == "demo" else None


def _serve_together(
    opened: Backend, host: str, port: int, only: Audience | None, workers: int
) -> None:
    """Serve from several processes on one port; whichever dies is started again."""
    built = f"channels.commands.worker:{only or 'whole'}"
    options = _options(opened.settings, host, port)
    config = uvicorn.Config(built, factory=True, workers=workers, **options)
    Multiprocess(config, sockets=[config.bind_socket()]).run()


def _shows_phone(backend: Backend, only: Audience | None, workers: int) -> bool:
    return workers == 1 and only != "staff" and tries_line_out(backend.settings)


def server_config(
    backend: Backend,
    host: str,
    port: int,
    only: Audience | None = None,
    code: OneTimeCode | None = None,
) -> uvicorn.Config:
    """Return how the website is served: no access log, no word about the server."""
    # Where the service reaches itself, whatever it listens on; a free port is known too late.
    reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    own_address = f"http://{reached}:{port}" if port else None
    application = create_app(backend, only, own_address, code)
    return uvicorn.Config(application, **_options(backend.settings, host, port))


def _options(settings: Settings, host: str, port: int) -> dict[str, Any]:
    trusted = settings.trusted_proxies
    return {
        "host": host,
        "port": port,
        "log_level": "warning",
        "log_config": None,  # what uvicorn logs goes where the rest goes, in the same form
        "access_log": False,  # an access log would keep addresses of citizens
        "server_header": False,
        "proxy_headers": bool(trusted),
        "forwarded_allow_ips": trusted or None,
        "timeout_graceful_shutdown": 10,
    }


@contextmanager
def _only_server(opened: Backend, workers: int = 1) -> Iterator[None]:
    """Refuse what the database cannot carry; raises StoreUnusable."""
    settings = opened.settings
    if opened.is_shared:
        if settings.secret_key_file is None:
            raise StoreUnusable(
                "PostgreSQL では、すべてのプロセスが同じ鍵を使います。"
                "TOIAWASE_SECRET_KEY_FILE に鍵のファイルの場所を書いてください"
            )
        yield
        return
    if workers > 1:
        raise StoreUnusable(
            "SQLite では、プロセスは1つです。--workers を使うときは、"
            "TOIAWASE_DATABASE_URL に PostgreSQL を書いてください"
        )
    # SQLite is written from one serving process; the command line may open it beside.
    with alone_in(settings.state_folder):
        yield
