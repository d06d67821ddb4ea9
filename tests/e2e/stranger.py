"""A caller without a page: speaks the queue's and the channel's protocol by hand, and keeps to no rule."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any, TypeVar

from tests.integration.door import Page, page
from tests.integration.realtime_frames import Participant

T = TypeVar("T")


class Stranger:
    """One end of a matched call.

    Args:
        line: The socket of the queue.
        match: What the server said of the call.
        channel: The call's channel.
    """

    def __init__(self, line: Page, match: dict[str, Any], channel: Participant) -> None:
        self.line = line
        self.match = match
        self.epoch = secrets.token_hex(8)
        self._epochs = {self.epoch}
        self.partner = ""
        self.heard: dict[int, tuple[str, dict[str, Any]]] = {}  # the partner's messages by number
        self.channel = channel

    async def says(self, payloads: Iterable[Any]) -> None:
        """Broadcast payloads as they are, and wait until the partner has taken the last one."""
        for payload in payloads:
            match payload:
                case {"e": str(epoch)} if epoch not in self._epochs and epoch != self.partner and len(epoch) == 16:
                    # Another comes in our place: from now on the partner answers that one alone.
                    self.epoch = epoch
                    self._epochs.add(epoch)
            await self.channel.broadcast(payload)
            await asyncio.sleep(0.03)  # the hub's rate for one socket
        for _ in range(2):  # the first answer may have been on its way already
            await self.asks()

    async def asks(self) -> None:
        """Ask the partner for a frame until one comes."""
        ask = {"e": self.epoch, "p": self.partner, "w": 1, "a": len(self.heard), "m": []}
        while True:
            await self.channel.broadcast(ask)
            try:
                async with asyncio.timeout(0.5):
                    frame = await self.channel.hears()
            except TimeoutError:
                continue
            self.partner = frame["e"]
            self.heard |= {number: (kind, data) for number, kind, data in frame["m"]}
            if frame["p"] == self.epoch:
                return


@asynccontextmanager
async def matched(door: str) -> AsyncIterator[Stranger]:
    """Queue until somebody comes, and meet them on the channel."""
    async with page(door) as line:
        await line.queues()
        match = await line.is_matched(30)
        async with Participant.join(door, match) as channel:
            stranger = Stranger(line, match, channel)
            await stranger.asks()
            yield stranger


def runs(act: Callable[[], Awaitable[T]], meanwhile: Callable[[], None]) -> T:
    """Run it in a thread and an event loop of its own, while the browsers' driver has this thread."""
    done: list[T] = []
    faults: list[BaseException] = []

    def run() -> None:
        async def whole() -> T:
            async with asyncio.timeout(120):
                return await act()

        try:
            done.append(asyncio.run(whole()))
        except BaseException as fault:  # noqa: BLE001 - raised again in the other thread
            faults.append(fault)

    thread = Thread(target=run)
    thread.start()
    while thread.is_alive():
        meanwhile()
    thread.join()
    if faults:
        raise faults[0]
    return done[0]
