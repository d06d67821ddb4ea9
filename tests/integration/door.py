"""The server in this process on a real port, and pages that speak the queue's protocol to it."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import structlog
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from matcher import logs, redis_client
from matcher.clock import Clock, SystemClock
from matcher.settings import Secret
from matcher.waiting_room import WaitingRoom
from matcher.worker import sweep_for_ever
from server.__main__ import serving_options
from server.app import STOPWATCH, create_app
from server.settings import ServerSettings
from tests.conftest import Coturn, until

Message = dict[str, Any]
SYSTEM = SystemClock()


def settings_for(valkey: str, coturn: Coturn, **further: Any) -> ServerSettings:
    """Settings of a server on a waiting room of its own."""
    values: dict[str, Any] = {
        "redis_url": f"unix://{valkey}",
        "pool": f"test-{secrets.token_hex(4)}",
        "session_keys": Secret(f"test:{'s' * 32}"),
        "realtime_signing_key": Secret("r" * 32),
        "coturn_port": coturn.port,
        "coturn_secret": Secret(coturn.secret),
    }
    return ServerSettings(**{**values, **further})


def log_in_lines() -> None:
    """Have a fault take one line, as in production; structlog's own way takes a second to draw each."""
    if not structlog.is_configured():
        structlog.configure([structlog.processors.add_log_level, logs.keep_allowed, structlog.dev.ConsoleRenderer()])


@asynccontextmanager
async def serving(settings: ServerSettings, clock: Clock = SYSTEM, stopwatch: Clock = STOPWATCH) -> AsyncIterator[str]:
    """Serve as `python -m server` does, on a free port, for as long as the context is open; gives host:port."""
    log_in_lines()
    app = create_app(settings, clock, stopwatch)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, **serving_options()))
    sweeping = asyncio.create_task(_sweep(settings))
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started or running.done(), "the server")
    if running.done():
        running.result()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running
        sweeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeping


async def _sweep(settings: ServerSettings) -> None:
    """Move time on in the waiting room, as the matcher process does."""
    async with redis_client.connect(settings) as redis:
        await sweep_for_ever(WaitingRoom(redis, settings.pool))


class Page:
    """What the page does on its socket."""

    def __init__(self, socket: ClientConnection, token: str) -> None:
        self.socket = socket
        self.token = token

    async def says(self, kind: str, **fields: Any) -> None:
        """Send one message."""
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def hears(self, *kinds: str, seconds: float = 10) -> Message:
        """Return the next message of one of these kinds, passing over others."""
        async with asyncio.timeout(seconds):
            while True:
                message: Message = json.loads(await self.socket.recv())
                if message["type"] in kinds:
                    return message

    async def greets(self, languages: tuple[str, ...] = ("en",), **fields: Any) -> None:
        """Send the hello."""
        await self.says("hello", token=self.token, prefs={"languages": list(languages)}, **fields)

    async def queues(self, languages: tuple[str, ...] = ("en",)) -> None:
        """Say hello, take the relay credentials, be ready."""
        await self.greets(languages)
        await self.hears("relay")
        await self.says("ready")

    async def is_matched(self, seconds: float = 10) -> Message:
        """Wait for the match and acknowledge it."""
        match = await self.hears("matched", seconds=seconds)
        await self.says("ack", call_id=match["call_id"])
        return match

    async def lives(self, seconds: float) -> list[str]:
        """Send heartbeats for so long; returns what else was heard than their answers."""
        heard = []
        loop = asyncio.get_running_loop()
        until_s = loop.time() + seconds
        while loop.time() < until_s:
            await self.says("heartbeat")
            while (
                kind := (await self.hears("heartbeat", "waiting", "ended", "error", "relay"))["type"]
            ) != "heartbeat":
                heard.append(kind)
            await asyncio.sleep(0.5)  # the pace of a page, not a wait for something
        return heard

    async def closes_with(self) -> int:
        """Wait until the server closes; returns the close code."""
        async with asyncio.timeout(10):
            await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code


async def new_token(door: str) -> str:
    """Open a session."""
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"http://{door}/v1/session")
        assert answer.status_code == 201
        token: str = answer.json()["token"]
        return token


@asynccontextmanager
async def page(door: str, token: str | None = None, origin: str | None = None, query: str = "") -> AsyncIterator[Page]:
    """Open a queue socket as a page of our own origin does."""
    async with connect(f"ws://{door}/v1/queue{query}", origin=origin or f"http://{door}", max_size=None) as socket:  # type: ignore[arg-type] # Origin is a NewType of str
        yield Page(socket, token or await new_token(door))


async def talking(one: Page, other: Page) -> str:
    """Bring two pages into a connected call; returns its id."""
    await one.queues()
    await one.hears("waiting")
    await other.queues()
    first, second = await asyncio.gather(one.is_matched(), other.is_matched())
    assert first["call_id"] == second["call_id"]
    for side in (one, other):
        await side.says("connected", call_id=first["call_id"])
    # Messages are handled in order: when these are answered, the call is running on both sides.
    for side in (one, other):
        await side.says("heartbeat")
        await side.hears("heartbeat")
    call_id: str = first["call_id"]
    return call_id
