"""The hub as the server runs it, and a bare echo: `python -m tests.bench.hub_server PORT [REDIS_URL]`.

Both are behind the same uvicorn with the same options. Without Redis the hub is alone; the server's own never is.
"""

import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from matcher import redis_client
from matcher.settings import RedisSettings
from server.__main__ import serving_options
from server.limits import Row
from server.origins import Origins
from server.realtime.hub import Hub, HubLimits
from server.realtime.routes import realtime_routes
from server.realtime.socket import RealtimeState
from tests.conftest import free_port, wait_until
from tests.integration.realtime_server import KEY, TOKENS, Welcome

ROOT = Path(__file__).parents[2]
# As long as a session's.
TOKEN = "x" * 160
# A page that has something to paint, and nothing else.
EMPTY = "<!doctype html><html lang=en><meta charset=utf-8><title>Empty</title><p>Empty"


async def echo(websocket: WebSocket) -> None:
    """Send every frame back."""
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


def application(redis_url: str | None) -> Starlette:
    """Build the application; its hub lets a client say as much as it likes, and as little."""
    messages = Row(burst=10**9, per_s=1.0, fails_open=False)
    limits = replace(HubLimits(), messages=messages, silence_s=3600.0, idle_s=3600.0)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[RealtimeState]:
        async with AsyncExitStack() as stack:
            redis = None
            if redis_url:
                redis = await stack.enter_async_context(redis_client.connect(RedisSettings(redis_url=redis_url)))
            hub = await stack.enter_async_context(Hub(redis, TOKENS, KEY, "bench", limits))
            yield RealtimeState(hub=hub, arrivals=Welcome(), origins=Origins())

    routes = [
        Mount("/realtime/v1", routes=realtime_routes()),
        WebSocketRoute("/echo", echo),
        Route("/empty", lambda _: HTMLResponse(EMPTY)),
        Route("/session", lambda _: JSONResponse({"token": TOKEN}, 201), methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


@contextmanager
def serving_bare(*redis_url: str) -> Iterator[tuple[int, int]]:
    """Run this in a process of its own; gives port and process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", __name__, str(port), *redis_url], cwd=ROOT)
    try:
        wait_until(lambda: _listens(port), "the bare server")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main(port: int, redis_url: str | None = None) -> None:
    """Serve on loopback."""
    uvicorn.run(application(redis_url), host="127.0.0.1", port=port, **serving_options())


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:3])
