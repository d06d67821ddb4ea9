"""The bot's legs for tests: relay credentials, a wire between two ends, tones to say and ears to know them by."""

import asyncio
import base64
import hmac
import math
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.leg import Leg
from bot.media.playout import RATE_HZ, Playout
from bot.reliable import Message
from matcher.domain import Side
from matcher.wire import IceServer
from tests.conftest import Coturn, free_port
from tests.network.udp_proxy import UdpProxy, Way

CALL_ID = "q0mUJ1rXv5bT8yPzKd3eWA"
HEARD_HZ = 16_000
BUSY_S = 15.0


def credentials(coturn: Coturn, *, port: int | None = None, secret: str | None = None) -> list[IceServer]:
    """Return credentials by coturn's REST scheme; `port`: of what stands before it."""
    username = f"{int(time.time()) + 600}:test"
    digest = hmac.digest((secret or coturn.secret).encode(), username.encode(), "sha1")
    url = f"turn:127.0.0.1:{port or coturn.port}?transport=udp"
    return [IceServer((url,), username, base64.b64encode(digest).decode())]


@asynccontextmanager
async def proxy(coturn: Coturn, way: Way | None = None) -> AsyncIterator[tuple[UdpProxy, int]]:
    """Run a proxy in front of coturn in this event loop."""
    port = free_port()
    between = UdpProxy(coturn.port, way or Way())
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: between, local_addr=("127.0.0.1", port))
    try:
        yield between, port
    finally:
        await between.close()


def tone(hz: float, ms: int) -> bytes:
    """Return a sine of half the full scale, 16 bit mono at the playout's rate."""
    samples = range(RATE_HZ * ms // 1000)
    return array("h", (int(16_000 * math.sin(math.tau * hz * at / RATE_HZ)) for at in samples)).tobytes()


def strength(pcm: bytes, hz: float) -> float:
    """Return how much of the sound, 16 bit mono at `HEARD_HZ`, is at a frequency: amplitude, full scale is 1."""
    values = array("h", pcm)
    step = math.tau * hz / HEARD_HZ
    real = sum(value * math.cos(step * at) for at, value in enumerate(values))
    imaginary = sum(value * math.sin(step * at) for at, value in enumerate(values))
    return 2 * math.hypot(real, imaginary) / len(values) / 32768


class End:
    """One leg with what it says and hears; `say` goes to whomever it is wired to."""

    def __init__(self, leg: Leg, side: Side) -> None:
        self.leg = leg
        self.side = side
        self.playout = Playout()
        self.heard = bytearray()
        self.said: list[Message] = []
        self.wire: asyncio.Queue[Message] = asyncio.Queue()

    async def join(self) -> None:
        """Gather, and begin the call."""
        self.description = await self.leg.gather()
        self.leg.join(self.side, CALL_ID, send=self._send, hear=self.heard.extend, playout=self.playout)

    async def hears(self, hz: float, seconds: float = 5.0) -> None:
        """Wait until the last tenth of a second of what was heard is a tone."""
        tenth = 2 * HEARD_HZ // 10
        async with asyncio.timeout(seconds):
            while len(self.heard) < tenth or strength(bytes(self.heard[-tenth:]), hz) < 0.1:
                await asyncio.sleep(0.02)

    def _send(self, kind: str, data: dict[str, Any]) -> None:
        message = Message(kind, data)
        self.said.append(message)
        self.wire.put_nowait(message)


async def carry(wire: "asyncio.Queue[Message]", to: Leg) -> None:
    """Carry what one end says to another, for ever."""
    while True:
        to.receive(await wire.get())


@asynccontextmanager
async def two_ends(one: list[IceServer], other: list[IceServer] | None = None) -> AsyncIterator[tuple[End, End]]:
    """Connect two legs."""
    async with Leg(one) as first, Leg(other or one) as second:
        a, b = End(first, Side.A), End(second, Side.B)
        carriers = [asyncio.create_task(carry(a.wire, second)), asyncio.create_task(carry(b.wire, first))]
        try:
            await asyncio.gather(a.join(), b.join())
            yield a, b
        finally:
            for carrier in carriers:
                carrier.cancel()
            await asyncio.gather(*carriers, return_exceptions=True)


async def talking(a: End, b: End) -> None:
    """Wait until each has heard the other."""
    async with asyncio.timeout(BUSY_S):
        for end in (a, b):
            await end.leg.connected.wait()
            await end.leg.heard.wait()
