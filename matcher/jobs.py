"""Who waits for a bot: a Redis Stream that the scripts write and the bots' workers read, as one consumer group.

A job is a wish, not a promise: whether its caller is still to be had is decided by `WaitingRoom.claim`. A job whose
worker died before it was done goes to another one.
"""

from typing import Any

from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from matcher.domain import TicketId
from matcher.keys import KEY_TTL_MS, Keys

GROUP = "bots"
# Longer than a worker prepares before it claims what it took (`bot.call.PREPARE_S`): after this it is dead, or was
# paused for too long to be waited for.
IDLE_MS = 10_000
# A worker that has asked for nothing since then does not run any more, or has been full: asking makes it known again.
DEAD_MS = 3_600_000
# Redis's client gives a command up after 5 s.
LONGEST_WAIT_MS = 4_000


class Job(Struct, frozen=True):
    """A caller's ticket, and when a bot was asked for, ms since the Unix epoch."""

    entry: str
    ticket_id: TicketId
    asked_ms: int


class Jobs:
    """The stream as one worker sees it.

    Args:
        redis: A client that answers in bytes.
        pool: Name of the room.
        worker: Name of the worker.
    """

    def __init__(self, redis: Redis, pool: str, worker: str) -> None:
        self._redis = redis
        self._key = Keys(pool).static("jobs")
        self._worker = worker

    async def take(self, wait_ms: int = LONGEST_WAIT_MS) -> Job | None:
        """Take one job: of a worker that died, or the oldest new one, for which it waits up to `wait_ms`.

        Returns:
            None when none came. A job is taken until it is `done`.

        Raises:
            redis.exceptions.RedisError: Redis is away.
        """
        try:
            return await self._take(wait_ms)
        except ResponseError as fault:
            # The first worker makes the group, and the first after Redis has lost its memory.
            if not str(fault).startswith("NOGROUP"):
                raise
            await self._make_group()
            return await self._take(wait_ms)

    async def pass_on(self, job: Job) -> None:
        """Let another worker take a job at once."""
        await self._redis.xclaim(self._key, GROUP, self._worker, 0, [job.entry], idle=IDLE_MS, justid=True)

    async def done(self, job: Job) -> None:
        """Forget a job, whatever came of it."""
        # In this order: what is left when the second does not arrive is given to nobody, and removed by a sweep.
        await self._redis.xack(self._key, GROUP, job.entry)
        await self._redis.xdel(self._key, job.entry)

    async def leave(self) -> None:
        """Remove this worker from the group, unless a job of its waits for another.

        Raises:
            redis.exceptions.RedisError: Redis is away, or knows no group.
        """
        for name, _ in await self._jobless():
            if name == self._worker:
                await self._redis.xgroup_delconsumer(self._key, GROUP, name)

    async def remove_dead(self) -> None:
        """Remove from the group all workers that have no job and have asked for none for DEAD_MS.

        One that takes a job in that moment still serves it; should it fail at that, the caller's next job is another's.

        Raises:
            redis.exceptions.RedisError: Redis is away, or knows no group.
        """
        for name, idle_ms in await self._jobless():
            if idle_ms >= DEAD_MS:
                await self._redis.xgroup_delconsumer(self._key, GROUP, name)

    async def _jobless(self) -> list[tuple[str, int]]:
        """Return the workers without a job, and how long ago they asked for one, ms. With a worker goes what it has."""
        workers: Any = await self._redis.xinfo_consumers(self._key, GROUP)
        return [(worker["name"].decode(), worker["idle"]) for worker in workers if not worker["pending"]]

    async def _take(self, wait_ms: int) -> Job | None:
        left: Any = await self._redis.xautoclaim(self._key, GROUP, self._worker, IDLE_MS, "0-0", count=1)
        if job := _first(left[1]):
            return job
        # A wait of 0 would be one without end.
        found: Any = await self._redis.xreadgroup(
            GROUP, self._worker, {self._key: ">"}, count=1, block=max(1, min(wait_ms, LONGEST_WAIT_MS))
        )
        return _first(found[0][1]) if found else None

    async def _make_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._key, GROUP, "0", mkstream=True)
        except ResponseError as fault:
            if not str(fault).startswith("BUSYGROUP"):
                raise
        await self._redis.pexpire(self._key, KEY_TTL_MS)


def _first(entries: list[tuple[bytes | None, dict[bytes, bytes] | None]]) -> Job | None:
    """Return the first of these entries; Redis 6.2 has nothing in the place of one that is no longer in the stream."""
    entry, fields = entries[0] if entries else (None, None)
    return Job(entry.decode(), fields[b"ticket"].decode(), int(fields[b"at"])) if entry and fields else None
