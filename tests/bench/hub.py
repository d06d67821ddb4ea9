"""How fast the hub delivers, next to a bare WebSocket echo on the same server: `python -m tests.bench.hub`.

One delivery is one frame into the server and one out of it, to the other participant (hub) or back (echo), so both
rows count the same work but the hub's. Takes about ten seconds.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import uvicorn
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from matcher.domain import Side
from server.limits import Row
from server.origins import Origins
from server.realtime.hub import Hub, HubLimits
from server.realtime.routes import realtime_routes
from server.realtime.socket import RealtimeState
from tests.conftest import free_port, until
from tests.integration.realtime_server import KEY, TOKENS, Welcome

PAIRS = 8
IN_FLIGHT = 16
SEQUENTIAL, CONCURRENT = 2000, 2000  # deliveries of one pair; of each of the PAIRS
PAYLOAD = {"frame": "x" * 400}

Pair = tuple[ClientConnection, ClientConnection, str]  # who sends, who hears it, and what
Open = Callable[[int, int], AbstractAsyncContextManager[Pair]]


async def echo(websocket: WebSocket) -> None:
    """Send every frame back."""
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


def serve(port: int) -> None:
    """Serve the hub and the echo, as the server process does."""
    limits = replace(HubLimits(), messages=Row(burst=10**9, per_s=1.0, fails_open=False))
    hub = Hub(None, TOKENS, KEY, "bench", limits)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[RealtimeState]:
        async with hub:
            yield RealtimeState(hub=hub, arrivals=Welcome(), origins=Origins())

    routes = [Mount("/realtime/v1", routes=realtime_routes()), WebSocketRoute("/echo", echo)]
    uvicorn.run(Starlette(routes=routes, lifespan=lifespan), host="127.0.0.1", port=port, loop="uvloop",
                ws="websockets-sansio", ws_per_message_deflate=False, log_config=None)  # fmt: skip


@asynccontextmanager
async def echo_pair(port: int, _: int) -> AsyncIterator[Pair]:
    """One socket that sends and hears itself."""
    async with connect(f"ws://127.0.0.1:{port}/echo", proxy=None, compression=None) as one:
        yield one, one, json.dumps(PAYLOAD)


@asynccontextmanager
async def hub_pair(port: int, number: int) -> AsyncIterator[Pair]:
    """Two sockets in one call's channel."""
    url = f"ws://127.0.0.1:{port}/realtime/v1/websocket?vsn=2.0.0&apikey={KEY}"
    topic = f"call-{number:022}"
    async with connect(url, proxy=None, compression=None) as one, connect(url, proxy=None, compression=None) as two:
        for client in (one, two):
            joining = {"config": {"private": True}, "access_token": TOKENS.mint(topic, Side.A, 600)}
            await client.send(json.dumps(["1", "1", f"realtime:{topic}", "phx_join", joining]))
            reply = json.loads(await client.recv())
            assert reply[4]["status"] == "ok", reply
        yield one, two, json.dumps(["1", None, f"realtime:{topic}", "broadcast", {"event": "s", "payload": PAYLOAD}])


async def deliver(pair: Pair, count: int, in_flight: int) -> list[float]:
    """Deliver frames, so many at a time; return each one's seconds."""
    sender, listener, frame = pair
    sent: asyncio.Queue[float] = asyncio.Queue(in_flight)
    took = []

    async def send() -> None:
        for _ in range(count):
            await sent.put(time.perf_counter())
            await sender.send(frame)

    async with asyncio.TaskGroup() as group:
        group.create_task(send())
        for _ in range(count):
            await listener.recv()
            took.append(time.perf_counter() - sent.get_nowait())
    return took


async def measure(name: str, pairs: list[Pair], count: int, in_flight: int) -> None:
    """Print one row."""
    begun = time.perf_counter()
    runs = await asyncio.gather(*(deliver(pair, count, in_flight) for pair in pairs))
    rate = len(pairs) * count / (time.perf_counter() - begun)
    took = sorted(seconds * 1000 for run in runs for seconds in run)
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    print(f"{name:<28} {rate:>8.0f} {p50:>8.2f} {p99:>8.2f}")


async def bench(port: int) -> None:
    """Measure both kinds, one delivery at a time and many at once."""
    print(f"{'':<28} {'msg/s':>8} {'p50 ms':>8} {'p99 ms':>8}")
    kinds: list[tuple[str, Open]] = [("echo", echo_pair), ("hub", hub_pair)]
    for name, opened in kinds:
        async with AsyncExitStack() as stack:
            pairs = [await stack.enter_async_context(opened(port, number)) for number in range(PAIRS)]
            await measure(f"{name}, one at a time", pairs[:1], SEQUENTIAL, 1)
            await measure(f"{name}, {PAIRS} calls, {IN_FLIGHT} in flight", pairs, CONCURRENT, IN_FLIGHT)


async def main() -> None:
    """Run the server in a process of its own and measure it."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.hub", str(port))

    def listening() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        await until(listening, "the server")
        await bench(port)
    finally:
        server.terminate()
        await server.wait()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(int(sys.argv[1]))
    else:
        asyncio.run(main())
