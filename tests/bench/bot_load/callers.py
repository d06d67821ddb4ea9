"""Callers in one process: `python -m tests.bench.bot_load.callers KIND URL RELAY CALLS SECONDS`.

KIND is `stock` or `leg`; RELAY is one with credentials, as JSON. With SECONDS they call one after the other, stay, and
the packets of that time are counted once all are there; without they come and go one by one. Writes a line of JSON
whenever there is something to know, each a `Told`.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import msgspec
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtp import RtpPacket

from matcher.wire import IceServer
from tests.bench.lateness import Arrival, lateness_ms, skipped

# Until all talk as they will go on talking: ears are started one after another, in some tenths of a second each.
SETTLE_S = 15.0
# A call of one by one, once there is sound.
STAY_S = 0.3
CALL_S = 20.0
# How often whoever is waiting for one by one is told of how many there were.
EACH = 20

Call = Callable[[str], AbstractAsyncContextManager[None]]


class Told(msgspec.Struct, omit_defaults=True):
    """What the callers say: how many have called, how long each took to hear, and how late packets came."""

    calls: int
    set_up_ms: list[float] = []
    late_ms: list[float] = []
    skipped: int = 0


def tell(told: Told) -> None:
    """Write a line."""
    print(msgspec.json.encode(told).decode(), flush=True)


class Arrivals:
    """All packets that come to this process, by call: at the one place where aiortc and our leg both take them."""

    def __init__(self) -> None:
        self.streams: dict[RtpRouter, list[Arrival]] = {}
        self.began = asyncio.Event()  # another call's first packet is there
        route = RtpRouter.route_rtp

        def noted(router: RtpRouter, packet: RtpPacket) -> object:
            if router not in self.streams:
                self.streams[router] = []
                self.began.set()
            self.streams[router].append(Arrival(time.monotonic(), packet.timestamp))
            return route(router, packet)

        RtpRouter.route_rtp = noted  # type: ignore[assignment,method-assign]

    async def set_up_ms(self, begun: float) -> float:
        """Wait for another call's first packet; return how long that took since `begun`, ms."""
        async with asyncio.timeout(CALL_S):
            await self.began.wait()
        self.began.clear()
        return 1000 * (time.monotonic() - begun)


async def stay(call: Call, url: str, calls: int, seconds: float) -> None:
    """Call, and count packets together."""
    arrivals, set_up_ms = Arrivals(), []
    async with AsyncExitStack() as stack:
        for _ in range(calls):
            begun = time.monotonic()
            await stack.enter_async_context(call(url))
            set_up_ms.append(await arrivals.set_up_ms(begun))
        await asyncio.sleep(SETTLE_S)
        for stream in arrivals.streams.values():
            stream.clear()
        tell(Told(calls, set_up_ms))
        await asyncio.sleep(seconds)
        streams = [list(stream) for stream in arrivals.streams.values()]
        late_ms = [round(late, 1) for stream in streams for late in lateness_ms(stream)]
        tell(Told(calls, [], late_ms, sum(skipped(stream) for stream in streams)))
        # Until whoever measures the bots has done so.
        await asyncio.to_thread(sys.stdin.read)


async def come_and_go(call: Call, url: str, calls: int) -> None:
    """Call, hear something, and go; again and again."""
    arrivals, set_up_ms = Arrivals(), []
    for number in range(1, calls + 1):
        begun = time.monotonic()
        async with call(url):
            set_up_ms.append(await arrivals.set_up_ms(begun))
            await asyncio.sleep(STAY_S)
        arrivals.streams.clear()
        if number % EACH == 0:
            tell(Told(number, set_up_ms))
            set_up_ms = []


def main(kind: str, url: str, relay: str, calls: int, seconds: float) -> None:
    """Call."""
    server = msgspec.json.decode(relay, type=IceServer)
    caller: Call
    if kind == "stock":
        from tests.bench.bot_load.stock import StockCaller

        caller = StockCaller(server).call
    else:
        from tests.bench.bot_load.legs import LegCaller

        caller = LegCaller(server).call
    asyncio.run(stay(caller, url, calls, seconds) if seconds else come_and_go(caller, url, calls))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
