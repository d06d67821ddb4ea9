"""The stream of jobs: whose they are, and how long."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from matcher.jobs import GROUP, LONGEST_WAIT_MS, Job, Jobs
from matcher.modes import Matching, Mode
from tests.integration.waiting import Room, ticket

ADA, CAT = ticket("ada", bots=True), ticket("cat", bots=True)


async def test_a_job_of_a_dead_worker_goes_to_another(room: Room, redis: Redis, jobs: Jobs) -> None:
    """Not before it was idle for a while; one that is done is gone, and so is the group with Redis's memory."""
    await room.set_mode(Mode(Matching.FALLBACK, 0))
    await room.enter(ADA)
    other = Jobs(redis, "test", "other")
    taken = await jobs.take(1)
    assert taken is not None
    assert taken == Job(taken.entry, ADA.id, room.clock.now_ms())
    assert await other.take(1) is None

    # As if 10 s had passed: Redis's own clock counts here.
    await jobs.pass_on(taken)
    assert await other.take(1) == taken
    await other.done(taken)
    assert await redis.xlen("sotto:{test}:jobs") == 0
    assert await jobs.take(1) is None

    await redis.flushall()
    assert await jobs.take(1) is None
    await room.enter(CAT)
    assert await redis.pttl("sotto:{test}:jobs") > 0


@pytest.mark.claim("everything-ends")
async def test_a_job_that_nobody_takes_ends(room: Room, redis: Redis, jobs: Jobs) -> None:
    """Also where no bot runs: a sweep removes what is too old for any; younger ones stay."""
    await room.set_mode(Mode(Matching.FALLBACK, 0))
    redis_s = int((await redis.time())[0])
    for name, age_s in (("t", 31), ("u", 20)):
        entry = {"ticket": name * 22, "at": 0}
        await redis.xadd("sotto:{test}:jobs", entry, id=f"{redis_s - age_s}000-0")  # type: ignore[arg-type] # invariant
    await room.enter(ADA)

    await room.sweep()

    taken = [await jobs.take(1) for _ in range(3)]
    assert [job and job.ticket_id for job in taken] == ["u" * 22, ADA.id, None]


async def workers(redis: Redis) -> set[str]:
    """Return who is in the group."""
    return {one["name"].decode() for one in await redis.xinfo_consumers("sotto:{test}:jobs", GROUP)}


async def test_a_worker_that_leaves_is_forgotten(room: Room, redis: Redis, jobs: Jobs) -> None:
    """Not before another has the job that it passed on: that would go with it."""
    await room.set_mode(Mode(Matching.FALLBACK, 0))
    await room.enter(ADA)
    other = Jobs(redis, "test", "other")
    taken = await jobs.take(1)
    assert taken is not None
    await jobs.pass_on(taken)

    await jobs.leave()

    assert await workers(redis) == {"bots"}
    assert await other.take(1) == taken
    await jobs.leave()
    assert await workers(redis) == {"other"}
    await other.done(taken)
    await other.leave()
    assert await workers(redis) == set()


async def test_a_worker_that_is_dead_is_forgotten(
    room: Room, redis: Redis, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an hour, unless its job still waits for another."""
    await room.set_mode(Mode(Matching.FALLBACK, 0))
    await room.enter(ADA)
    dead, holding = Jobs(redis, "test", "dead"), Jobs(redis, "test", "holding")
    assert await holding.take(1) is not None
    assert await dead.take(1) is None
    await jobs.remove_dead()
    assert await workers(redis) == {"dead", "holding"}

    # As if it had passed: Redis's own clock counts here.
    monkeypatch.setattr("matcher.jobs.DEAD_MS", 0)
    await jobs.remove_dead()

    assert await workers(redis) == {"holding"}


async def test_the_stream_is_bounded(redis: Redis) -> None:
    """Where many ask and nobody takes their jobs; Redis drops the oldest, a hundred or so at a time."""
    room = Room(redis, max_jobs=10)
    await room.set_mode(Mode(Matching.BOTS, 0))
    for number in range(300):
        await room.enter(ticket(f"c{number}", bots=True))
    assert 10 <= await redis.xlen("sotto:{test}:jobs") < 200


async def test_waiting_for_a_job_comes_to_an_end(room: Room, redis: Redis, jobs: Jobs) -> None:
    """With nothing to do, and as soon as there is something."""
    began = time.monotonic()
    assert await jobs.take(50) is None
    assert time.monotonic() - began >= 0.05

    await room.set_mode(Mode(Matching.FALLBACK, 0))
    taking = asyncio.create_task(jobs.take())
    async with asyncio.timeout(LONGEST_WAIT_MS / 1000):
        while not [client for client in await redis.client_list() if "b" in client["flags"]]:
            await asyncio.sleep(0.01)
        await room.enter(ADA)
        taken = await taking
    assert taken is not None
    assert taken.ticket_id == ADA.id
