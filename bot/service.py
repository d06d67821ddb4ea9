"""A bots' process from its start to its end: settings, signals, connections."""

import asyncio
import secrets
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import structlog

from bot.admission import USUAL, Limits
from bot.door import Door
from bot.parts import Parts
from bot.settings import WorkerSettings
from bot.worker import Worker
from matcher import crash, logs, redis_client
from matcher.jobs import Jobs
from matcher.settings import BadSetting, load
from matcher.waiting_room import WaitingRoom

log = structlog.get_logger()

# Opens what calls are answered with, for as long as the process lives.
OpenParts = Callable[[WorkerSettings], AbstractAsyncContextManager[Parts]]


async def serve(settings: WorkerSettings, open_parts: OpenParts, limits: Limits = USUAL) -> None:
    """Answer calls until a signal ends it; a second one ends it at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.set_exception_handler(_on_fault)
    name = secrets.token_urlsafe(9)
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_client.connect(settings))
        door = await stack.enter_async_context(Door(settings.server_url, settings.bot_key))
        parts = await stack.enter_async_context(open_parts(settings))
        room, jobs = WaitingRoom(redis, settings.pool), Jobs(redis, settings.pool, name)
        worker = Worker(name, room, jobs, door, parts, settings.bot_calls, limits)
        working = asyncio.create_task(worker.run(stop, settings.bot_drain_s))

        def on_signal() -> None:
            if stop.is_set():
                working.cancel()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, on_signal)
        await asyncio.wait([working])
        if not working.cancelled():
            working.result()
    log.info("bot.stopped")


def run(open_parts: OpenParts, limits: Limits = USUAL) -> int:
    """Run the process; a wrong setting is one sentence and exit code 2."""
    try:
        settings = load(WorkerSettings)
    except BadSetting as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    logs.configure("bot", settings.log_level, settings.log_format)
    crash.contain()
    asyncio.run(serve(settings, open_parts, limits))
    return 0


def _on_fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no task took care of; the context's own text may quote anything."""
    log.error("loop.fault", exc_info=context.get("exception"))
