"""One process of the load on the waiting room: `python -m tests.bench.pairing_load '<Load as JSON>'`.

It says `ready`, reads the moment of the begin from its standard input, and prints a Log as JSON.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from random import Random
from typing import Any

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
SETTLED_S = 1.0  # for what is still on its way when the last one has been answered


class Load(Struct):
    """What to do: `kind` is room or floor, `rate` the arrivals a second of this process."""

    kind: str
    redis_url: str
    pool: str
    worker: str
    rate: float
    seconds: float
    seed: int


class Log(Struct):
    """What happened, by the machine's one monotonic clock, in s.

    Args:
        entered: By ticket: since when it counts, when it was answered, and whether it was matched at once.
        told: By the ticket of whoever came: when the one who waited was told.
    """

    entered: dict[str, tuple[float, float, bool]] = {}
    told: dict[str, float] = {}


class RoomCallers:
    """Callers who enter the waiting room, acknowledge, and end their calls at once."""

    def __init__(self, redis: Redis, load: Load, log: Log) -> None:
        self._room = WaitingRoom(redis, load.pool)
        self._worker = load.worker
        self._log = log
        self._random = Random(load.seed)

    async def enter(self, begun: float) -> None:
        """Enter, and acknowledge if matched."""
        ticket = a_ticket(speaking(self._random.choice(LANGUAGES)), self._worker)
        placed = await self._room.enter(ticket)
        offered = isinstance(placed, Offered)
        self._log.entered[ticket.id] = (begun, time.monotonic(), offered)
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
                            self._log.told.setdefault(holder.ticket_id, time.monotonic())
                            group.create_task(self._ack(ticket_id, call_id))

        async with cancelled_at_the_end(listen()):
            await subscribed.wait()
            yield


class FloorCallers:
    """Callers who are paired by the floor's script."""

    def __init__(self, redis: Redis, load: Load, log: Log) -> None:
        self._floor = Floor(redis, load.pool)
        self._load = load
        self._log = log
        self._number = 0

    async def enter(self, begun: float) -> None:
        """Pair or wait."""
        self._number += 1
        name = f"{self._load.worker}-{self._number}"
        paired = await self._floor.enter(self._load.worker, name)
        self._log.entered[name] = (begun, time.monotonic(), paired)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear who was paired for as long as the context is open."""
        await self._floor.load()
        async with self._floor.told(self._load.worker) as names:

            async def listen() -> None:
                async for name in names:
                    self._log.told[name] = time.monotonic()

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


async def run(load: Load) -> Log:
    """Let them come."""
    log = Log()
    async with redis_client.connect(RedisSettings(redis_url=load.redis_url)) as redis:
        callers = RoomCallers(redis, load, log) if load.kind == "room" else FloorCallers(redis, load, log)
        async with callers.listening():
            print("ready", flush=True)
            begin = float(await asyncio.to_thread(sys.stdin.readline))
            await arrive(begin, poisson(load.rate, load.seconds, Random(load.seed)), callers.enter)
            await asyncio.sleep(SETTLED_S)
    return log


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(run(msgspec.json.decode(sys.argv[1], type=Load)))
    print(msgspec.json.encode(found).decode(), flush=True)
