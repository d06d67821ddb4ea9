"""A hub behind a real HTTP server on loopback, and a raw client of its protocol."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Mount
from websockets.asyncio.client import ClientConnection, connect

from matcher.domain import Side
from matcher.settings import Secret
from server.__main__ import serving_options
from server.origins import Origins
from server.realtime.hub import Hub, HubLimits
from server.realtime.routes import realtime_routes
from server.realtime.socket import RealtimeState
from server.realtime.tokens import ChannelTokens
from tests.conftest import until

KEY = "sb_publishable_test"
TOPIC = "call-AAAAAAAAAAAAAAAAAAAAAA"
OTHER_TOPIC = "call-BBBBBBBBBBBBBBBBBBBBBB"
TOKENS = ChannelTokens(Secret("a-secret-of-at-least-thirty-two-characters"))
QUICK = HubLimits(backoff_s=0)


def token(topic: str = TOPIC, side: Side = Side.A, lifetime_s: int = 3600) -> str:
    """Mint a token for one participant; it outlives the run unless told otherwise."""
    return TOKENS.mint(topic, side, lifetime_s)


class Welcome:
    """Every address may open as many sockets as it likes."""

    async def allows_socket(self, _: HTTPConnection[Any]) -> bool:
        """Always."""
        return True


class _Server(uvicorn.Server):
    """uvicorn inside the test's own event loop, which keeps its signal handlers."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override] # also a context manager
        """Capture nothing."""
        return nullcontext()


@asynccontextmanager
async def serving(hub: Hub, port: int = 0) -> AsyncIterator[str]:
    """Serve a hub, on any free port by default, and yield its base URL, `http://…/realtime/v1`."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[RealtimeState]:
        async with hub:
            yield RealtimeState(hub=hub, arrivals=Welcome(), origins=Origins())

    app = Starlette(routes=[Mount("/realtime/v1", routes=realtime_routes())], lifespan=lifespan)
    config = uvicorn.Config(app, **{**serving_options(), "timeout_graceful_shutdown": 2})
    server = _Server(config)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        task = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started or task.done(), "the server's start")
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/realtime/v1"
        finally:
            server.should_exit = True
            await task
    assert hub.rooms == 0
    assert hub.sockets == 0


@asynccontextmanager
async def hub_server(limits: HubLimits = QUICK, port: int = 0) -> AsyncIterator[tuple[Hub, str]]:
    """Serve a hub without Redis."""
    hub = Hub(None, TOKENS, KEY, "test", limits)
    async with serving(hub, port) as url:
        yield hub, url


class Phoenix:
    """A raw client of vsn 2.0.0 (`v2`) or 1.0.0: one frame out, one frame in."""

    def __init__(self, connection: ClientConnection, *, v2: bool) -> None:
        self.connection = connection
        self._v2 = v2

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, v2: bool = True, key: str = KEY, **options: Any) -> AsyncIterator[Self]:
        """Open a socket at a base URL."""
        address = f"{url.replace('http', 'ws', 1)}/websocket?apikey={key}&vsn={'2.0.0' if v2 else '1.0.0'}"
        async with connect(address, proxy=None, **options) as connection:
            yield cls(connection, v2=v2)

    async def send(self, topic: str, event: str, payload: Any, ref: str | None = None, join: str | None = None) -> None:
        """Send one text frame."""
        frame = {"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join}
        await self.connection.send(json.dumps([join, ref, topic, event, payload] if self._v2 else frame))

    async def receive(self) -> Any:
        """Return the next frame: text parsed, binary as bytes."""
        async with asyncio.timeout(10):
            frame = await self.connection.recv()
        return frame if isinstance(frame, bytes) else json.loads(frame)

    async def join(self, topic: str = TOPIC, access_token: str | None = None, ref: str = "1", **config: Any) -> Any:
        """Join a private topic with a valid token, unless told otherwise; return the reply's payload."""
        payload: dict[str, Any] = {"config": {"private": True, "broadcast": {"ack": True, "self": False}, **config}}
        payload["access_token"] = access_token or token(topic)
        await self.send(f"realtime:{topic}", "phx_join", payload, ref, ref)
        reply = await self.receive()
        return reply[4] if self._v2 else reply["payload"]

    async def is_quiet(self) -> bool:
        """Say whether nothing waited to be read before the answer to a heartbeat."""
        await self.send("phoenix", "heartbeat", {}, "quiet")
        frame = await self.receive()
        return not isinstance(frame, bytes) and bool((frame[1] if self._v2 else frame["ref"]) == "quiet")
