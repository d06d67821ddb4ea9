"""Bots' workers before a real server, Redis and hub, with callers' pages. Only the media is left out (`bot_parts`)."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from bot.admission import Limits
from bot.channel import Channel
from bot.door import Door
from bot.parts import Legs, Parts
from bot.reliable import Message
from bot.service import run
from bot.settings import WorkerSettings
from bot.worker import Worker
from matcher import redis_client
from matcher.bot_wire import ChannelGrant
from matcher.jobs import Jobs
from matcher.keys import Keys
from matcher.modes import Matching, Mode
from matcher.settings import Secret
from matcher.waiting_room import WaitingRoom
from matcher.wire import Channel as Grant
from server.settings import ServerSettings
from tests.conftest import Coturn, until
from tests.integration.bot_parts import Stage
from tests.integration.door import Page, page, settings_for

KEY = "k" * 32
STRANGER = "t" * 22  # a ticket that nobody has
# Tests share the machine with others.
AT_ANY_LOAD = Limits(lag_ms=1e9, cpu=1e9)


def bots_for(valkey: str, coturn: Coturn, **further: Any) -> ServerSettings:
    """Settings of a server that has bots."""
    return settings_for(valkey, coturn, **{"bot_key": Secret(KEY), **further})


def worker_settings(settings: ServerSettings, door: str, **further: Any) -> WorkerSettings:
    """Settings of a worker for that server."""
    values: dict[str, Any] = {"bot_key": Secret(KEY), "bot_drain_s": 0, **further}
    return WorkerSettings(redis_url=settings.redis_url, pool=settings.pool, server_url=f"http://{door}", **values)


@asynccontextmanager
async def waiting_room(settings: ServerSettings, after_ms: int = 0) -> AsyncIterator[WaitingRoom]:
    """Open a server's waiting room, in which bots come at once."""
    async with redis_client.connect(settings) as redis:
        room = WaitingRoom(redis, settings.pool)
        await room.set_mode(Mode(Matching.FALLBACK, after_ms))
        yield room


@asynccontextmanager
async def jobs_of(settings: ServerSettings) -> AsyncIterator[Jobs]:
    """Open a server's jobs as a worker that none of the others is."""
    async with redis_client.connect(settings) as redis:
        yield Jobs(redis, settings.pool, "test")


class Asking:
    """Asks for bots as the waiting room does, for a caller whom it does not know; `key`: where the jobs are."""

    def __init__(self, room: WaitingRoom, redis: Redis, key: str) -> None:
        self.room = room
        self.redis = redis
        self.key = key

    async def ask(self, age_ms: int = 0) -> None:
        """Ask for one, as if so long ago."""
        await self.redis.xadd(self.key, {"ticket": STRANGER, "at": await self.room.now_ms() - age_ms})


@asynccontextmanager
async def asking(settings: ServerSettings) -> AsyncIterator[Asking]:
    """Open a server's waiting room, in which bots come at once, and its jobs."""
    async with waiting_room(settings) as room, redis_client.connect(settings) as redis:
        yield Asking(room, redis, Keys(settings.pool).static("jobs"))


class Working:
    """A worker in this process."""

    def __init__(self, worker: Worker, stage: Stage, stop: asyncio.Event, task: asyncio.Task[None]) -> None:
        self.worker = worker
        self.stage = stage
        self.stop = stop
        self.task = task


@asynccontextmanager
async def working(
    settings: ServerSettings,
    door: str,
    *,
    key: str = KEY,
    slots: int = 4,
    drain_s: float = 0,
    limits: Limits = AT_ANY_LOAD,
    legs: Legs | None = None,
) -> AsyncIterator[Working]:
    """Run a worker for as long as the context is open; `legs`: with media, instead of the stage's."""
    stage, stop = Stage(), asyncio.Event()
    parts = replace(stage.parts, legs=legs or stage.parts.legs)
    name = f"bots-{time.monotonic_ns()}"
    async with redis_client.connect(settings) as redis, Door(f"http://{door}", Secret(key)) as at_door:
        room, jobs = WaitingRoom(redis, settings.pool), Jobs(redis, settings.pool, name)
        worker = Worker(name, room, jobs, at_door, parts, slots, limits)
        task = asyncio.create_task(worker.run(stop, drain_s))
        try:
            yield Working(worker, stage, stop, task)
        finally:
            stop.set()
            await task
            assert stage.open_legs == 0


class BotProcess:
    """A worker in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.errors = bytearray()

    async def listen(self) -> None:
        """Take what it logs until it ends."""
        assert self._process.stderr
        while piece := await self._process.stderr.read(4096):
            self.errors += piece

    def says(self, event: str) -> int:
        """Return how often it has logged an event."""
        return self.errors.decode().count(f'"event": "{event}"')

    def kill(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process.returncode is None:
            self._process.send_signal(number)

    async def ends(self) -> int:
        """Wait for its end; returns the exit code."""
        return await self._process.wait()


@asynccontextmanager
async def bot_process(settings: WorkerSettings, key: str | None = None) -> AsyncIterator[BotProcess]:
    """Run one until the context ends; `key`: instead of the settings' own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")} | {
        "SOTTO_REDIS_URL": settings.redis_url,
        "SOTTO_POOL": settings.pool,
        "SOTTO_SERVER_URL": settings.server_url,
        "SOTTO_BOT_KEY": settings.bot_key.reveal() if key is None else key,
        "SOTTO_BOT_CALLS": str(settings.bot_calls),
        "SOTTO_BOT_DRAIN_S": str(settings.bot_drain_s),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.bot_world", env=environ, stderr=asyncio.subprocess.PIPE
    )
    bots = BotProcess(process)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bots.listen())
        try:
            yield bots
        finally:
            bots.kill(signal.SIGKILL)
            await bots.ends()


class Caller:
    """A page that would talk to a bot, and its end of the channel."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._heard: list[Message] = []

    async def queues(self) -> None:
        """Enter the queue."""
        await self.page.says("hello", token=self.page.token, prefs={"languages": ["en"], "bots": True})
        await self.page.hears("relay")
        await self.page.says("ready")

    async def hears(self, kind: str) -> Message:
        """Return the first message of this kind that came by the channel and was not asked for before."""

        def found() -> list[Message]:
            return [message for message in self._heard if message.kind == kind]

        await until(lambda: bool(found()), kind, 15)
        message = found()[0]
        self._heard.remove(message)
        return message

    @asynccontextmanager
    async def talking(self, door: str, match: dict[str, Any]) -> AsyncIterator[Channel]:
        """Join the call's channel, tell the bot that it is heard, and be heard."""
        told = match["channel"]
        base = f"http://{door}" if told["url"].startswith("/") else ""

        async def invite() -> ChannelGrant:
            return ChannelGrant(match["topic"], Grant(base + told["url"], told["key"], told["token"]))

        channel = Channel(invite, self._heard.append)
        running = asyncio.create_task(channel.run())
        try:
            channel.send("hello", {"number": 7})
            assert (await self.hears("heard")).data == {"number": 7}
            await self.page.says("connected", call_id=match["call_id"])
            yield channel
        finally:
            running.cancel()
            await asyncio.wait([running])


@asynccontextmanager
async def caller(door: str) -> AsyncIterator[Caller]:
    """Open a page."""
    async with page(door) as one:
        yield Caller(one)


@asynccontextmanager
async def _open_parts(_: WorkerSettings) -> AsyncIterator[Parts]:
    yield Stage().parts


if __name__ == "__main__":
    sys.exit(run(_open_parts, AT_ANY_LOAD))
