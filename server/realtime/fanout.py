"""Broadcasts between server processes through Redis PUBLISH. Nothing is stored there.

One Redis channel for all processes of a pool, not one for each room: a process then hears every room from the moment
it starts, so that no broadcast falls between a join and its SUBSCRIBE, and joining costs Redis nothing. The price, one
dictionary lookup per process for a room it does not hold, is small against a call's dozen signaling frames.

What comes up while Redis is being told is told together next: under load it is the number of Redis's messages, not
their length, that costs.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec
import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.realtime.messages import Broadcast

log = structlog.get_logger()

RETRY_S = 0.5
START_S = 2.0
# Broadcasts that go together, for as long as the sum of their payloads is below this: others use the same Redis.
BATCH = 64
BATCH_BYTES = 65_536


Addressed = tuple[str, Broadcast]  # a topic, and what is said there


class Envelope(Struct, frozen=True, array_like=True):
    """Broadcasts on their way to the other processes. JSON, so that it survives clients that decode responses."""

    origin: str
    broadcasts: tuple[Addressed, ...]


class Fanout:
    """Carries broadcasts to the pool's other processes, at most once; without Redis they are dropped.

    Args:
        redis: Where to publish.
        pool: The pool's name, part of the channel's.
        deliver: Told every broadcast of another process.
        queued: Broadcasts that may wait for Redis.
    """

    def __init__(self, redis: Redis, pool: str, deliver: Callable[[str, Broadcast], None], queued: int = 1024) -> None:
        self._redis = redis
        self._channel = f"sotto:{{{pool}}}:realtime"
        self._deliver = deliver
        self._origin = secrets.token_urlsafe(9)
        self._outgoing: asyncio.Queue[Addressed] = asyncio.Queue(queued)
        self._tasks: list[asyncio.Task[None]] = []
        self._healthy = True
        self.subscribed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._listen())]
        # Local delivery needs no Redis: without it, start all the same.
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                await self.subscribed.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, topic: str, broadcast: Broadcast) -> None:
        """Pass a broadcast on, without waiting; when too many wait already, it is dropped."""
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait((topic, broadcast))

    async def _publish(self) -> None:
        while True:
            envelope = Envelope(self._origin, (await self._outgoing.get(), *self._more()))
            try:
                await self._redis.publish(self._channel, msgspec.json.encode(envelope))
            except (RedisError, OSError) as fault:
                self._lost(fault)

    def _more(self) -> Iterator[Addressed]:
        """Take what may go together with one that is taken already."""
        size = 0
        for _ in range(BATCH - 1):
            if self._outgoing.empty() or size > BATCH_BYTES:
                return
            addressed = self._outgoing.get_nowait()
            size += len(addressed[1].payload)
            yield addressed

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._channel)
                    async for message in pubsub.listen():
                        if message["type"] == "subscribe":
                            self._found()
                        elif message["type"] == "message":
                            self._receive(message["data"])
            except (RedisError, OSError) as fault:
                self._lost(fault)
            self.subscribed.clear()
            await asyncio.sleep(RETRY_S)

    def _receive(self, data: bytes | str) -> None:
        try:
            envelope = msgspec.json.decode(data, type=Envelope)
        except (msgspec.DecodeError, UnicodeError) as fault:
            log.warning("realtime.fanout_garbled", exc_info=fault)
            return
        if envelope.origin != self._origin:
            for topic, broadcast in envelope.broadcasts:
                self._deliver(topic, broadcast)

    def _found(self) -> None:
        self.subscribed.set()
        if not self._healthy:
            self._healthy = True
            log.info("realtime.fanout_restored")

    def _lost(self, fault: Exception) -> None:
        # Once per outage, not once per broadcast.
        if self._healthy:
            self._healthy = False
            log.warning("realtime.fanout_lost", exc_info=fault)
