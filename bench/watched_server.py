"""The website as `toiawase serve` runs it, with a watch on the event loop.

    python bench/watched_server.py PORT FILE    (settings from the environment)

FILE gets, on SIGTERM, one JSON list: [when (CLOCK_MONOTONIC), by how many seconds too late].
"""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from typing import Final

import uvicorn

from channels.backend import open_backend
from channels.commands.serve import server_config
from channels.settings import Settings

_EVERY: Final = 0.005


async def _watch(late: list[tuple[float, float]]) -> None:
    while True:
        due = time.monotonic() + _EVERY
        await asyncio.sleep(_EVERY)
        at = time.monotonic()
        late.append((at, at - due))


async def _serve(port: int, late: list[tuple[float, float]]) -> None:
    backend = open_backend(Settings())
    server = uvicorn.Server(server_config(backend, "127.0.0.1", port))
    watching = asyncio.create_task(_watch(late))
    await server.serve()
    watching.cancel()
    backend.close()


if __name__ == "__main__":
    # uvicorn stops in good order, then sends itself the signal again: that must not end this.
    signal.signal(signal.SIGTERM, lambda *_: None)
    seen: list[tuple[float, float]] = []
    try:
        asyncio.run(_serve(int(sys.argv[1]), seen))
    finally:
        Path(sys.argv[2]).write_text(json.dumps(seen), encoding="utf-8")
