"""One process of the load on the waiting room: `python -m tests.bench.pairing_load '<Load as JSON>'`.

It says `ready`, then answers each line on its standard input: a Window by what it has seen once all its arrivals are
served, a Recall by what it has seen of that same window until now, both as a Log in one line of JSON.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any, Protocol

import msgspec
import uvloop
from msgspec import Struct
from redis.asyncio import Redis

from matcher import redis_client
from matcher.domain import EndReason
from matcher.events import OfferEvent, Resync
from matcher.settings import RedisSettings
from matcher.waiting_room import Active, Offered, WaitingRoom
from tests.bench.floor import Floor
from tests.bench.load import arrive, poisson
from tests.bench.waiters import a_ticket, speaking

LANGUAGES = [f"spoken-{number}" for number in range(20)]


class Load(Struct):
    """What a process is told at its start: the rooms by the name of their pool, and the pool of the floor."""

    redis_url: str
    worker: str
    seed: int
    rooms: list[str]
    floor: str


class Window(Struct, tag=True):
    """Let callers arrive: in the room of a pool or on the floor, `rate` a second of this process, from `begin` on."""

    pool: str
    rate: float
    seconds: float
    begin: float


class Recall(Struct, tag=True):
    """Say once more what the latest window has shown."""


class Log(Struct):
    """What happened, by the machine's one monotonic clock, in s.

    Args:
        entered: By ticket: since when it counts, when it was answered, and whether it was matched at once.
        told: By the ticket of whoever came: when the one who waited was told.
    """

    entered: dict[str, tuple[float, float, bool]] = {}
    told: dict[str, float] = {}


class Callers(Protocol):
    """Callers of one process in one place."""

    log: Log

    async def enter(self, begun: float) -> None:
        """Let one arrive, who counts since then."""
        ...

    def listening(self) -> AbstractAsyncContextManager[None]:
        """Hear what the ones who wait are told for as long as the context is open."""
        ...


class RoomCallers:
    """Callers who enter the waiting room, acknowledge, and end their calls at once."""

    def __init__(self, redis: Redis, pool: str, worker: str, random: Random) -> None:
        self.log = Log()
        self._room = WaitingRoom(redis, pool)
        self._worker = worker
        self._random = random

    async def enter(self, begun: float) -> None:
        """Enter, and acknowledge if matched."""
        ticket = a_ticket(speaking(self._random.choice(LANGUAGES)), self._worker)
        placed = await self._room.enter(ticket)
        offered = isinstance(placed, Offered)
        self.log.entered[ticket.id] = (begun, time.monotonic(), offered)
        if isinstance(placed, Offered):
            await self._ack(ticket.id, placed.call_id)

    async def _ack(self, ticket_id: str, call_id: str) -> None:
        if isinstance(await self._room.ack(ticket_id, call_id), Active):
            await self._room.end(ticket_id, call_id, EndReason.HANGUP)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear the offers for as long as the context is open."""
        subscribed = asyncio.Event()

        async def listen() -> None:
            async with self._room.events(self._worker) as stream, asyncio.TaskGroup() as group:
                async for event in stream:
                    match event:
                        case Resync():
                            subscribed.set()
                        case OfferEvent(ticket_id, call_id, holder=holder):
                            self.log.told.setdefault(holder.ticket_id, time.monotonic())
                            group.create_task(self._ack(ticket_id, call_id))

        async with cancelled_at_the_end(listen()):
            await subscribed.wait()
            yield


class FloorCallers:
    """Callers who are paired by the floor's script."""

    def __init__(self, redis: Redis, pool: str, worker: str) -> None:
        self.log = Log()
        self._floor = Floor(redis, pool)
        self._worker = worker
        self._number = 0

    async def enter(self, begun: float) -> None:
        """Pair or wait."""
        self._number += 1
        name = f"{self._worker}-{self._number}"
        paired = await self._floor.enter(self._worker, name)
        self.log.entered[name] = (begun, time.monotonic(), paired)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear who was paired for as long as the context is open."""
        await self._floor.load()
        async with self._floor.told(self._worker) as names:

            async def listen() -> None:
                async for name in names:
                    self.log.told[name] = time.monotonic()

            async with cancelled_at_the_end(listen()):
                yield


@asynccontextmanager
async def cancelled_at_the_end(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Own a task that never ends by itself."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def run(load: Load) -> None:
    """Let them come, window by window, until the input ends."""
    random = Random(load.seed)
    decoder = msgspec.json.Decoder(Window | Recall)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_client.connect(RedisSettings(redis_url=load.redis_url)))
        latest: Callers = FloorCallers(redis, load.floor, load.worker)
        everywhere = {load.floor: latest}
        everywhere |= {pool: RoomCallers(redis, pool, load.worker, random) for pool in load.rooms}
        for callers in everywhere.values():
            await stack.enter_async_context(callers.listening())
        print("ready", flush=True)
        async for line in lines:
            match decoder.decode(line):
                case Window(pool, rate, seconds, begin):
                    latest = everywhere[pool]
                    latest.log = Log()
                    await arrive(begin, poisson(rate, seconds, random), latest.enter)
                case Recall():
                    pass
            print(msgspec.json.encode(latest.log).decode(), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(msgspec.json.decode(sys.argv[1], type=Load)))
