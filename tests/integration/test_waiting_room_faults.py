"""Redis restarts, forgets scripts and cuts connections; several workers share one room."""

import asyncio
import os
import re
import signal
import sys

import pytest
from redis.asyncio import Redis

from matcher.domain import ID_PATTERN
from matcher.events import ExpiredEvent, OfferEvent, Resync
from matcher.keys import Keys
from matcher.waiting_room import Offered, Terms, Waiting, WaitingRoom
from matcher.wire import Prefs
from matcher.worker import sweep_for_ever
from tests.fakes.clock import FakeClock
from tests.integration.waiting import Room, listening, ticket

GERMAN, FRENCH = Prefs(languages=("de",)), Prefs(languages=("fr",))


@pytest.mark.claim("everything-ends")
async def test_nothing_is_left_of_those_whom_nobody_renews(room: Room, redis: Redis) -> None:
    """Waiting, offered or talking, when all workers died: the sweeps alone clear every entry that names somebody."""
    await room.enter(ticket("gone"))
    await room.offer(ticket("eve", GERMAN), ticket("fay", GERMAN))
    await room.call(ticket("ada", FRENCH), ticket("ben", FRENCH, worker="w2"))
    naming = [Keys("test").static(name) for name in ("tickets", "leases", "callers", "calls", "index", "waiting",
                                                     "owned", "workers", "due")]  # fmt: skip
    assert await redis.exists(*naming) == len(naming)

    for _ in range(30):
        room.clock.advance(30)
        await room.sweep()

    assert await redis.exists(*naming) == 0


async def test_forgotten_scripts_are_sent_again(room: Room, redis: Redis) -> None:
    """At any time; loading them ahead changes nothing but the first call's speed."""
    await room.load()
    await room.enter(ticket("ada"))
    await redis.script_flush()

    assert isinstance(await room.enter(ticket("ben")), Offered)
    assert await room.sweep() == 0


async def test_a_cut_subscription_resumes_with_a_resync(room: Room, redis: Redis) -> None:
    """Whatever was missed meanwhile is still there to be read, and later events arrive."""
    async with listening(room, "w1") as w1:
        for _ in range(3):
            await redis.client_kill_filter(_type="pubsub")

            assert await w1.hears() == Resync()
        await room.enter(ticket("ada"))
        await room.enter(ticket("ben", worker="w2"))
        assert isinstance(await w1.hears(), OfferEvent)


async def test_many_callers_over_two_workers_meet_exactly_once(room: Room, redis: Redis) -> None:
    """Sixty enter at the same time: thirty calls, nobody in two, nobody with themselves, nobody left."""
    rooms = [room, Room(redis)]
    tickets = [ticket(f"c{number}", worker=f"w{number % 2}") for number in range(60)]
    async with listening(room, "w0") as w0, listening(room, "w1") as w1:
        replies = await asyncio.gather(*(rooms[n % 2].enter(one) for n, one in enumerate(tickets)))
        offers = [reply for reply in replies if isinstance(reply, Offered)]
        told = []
        for ear in (w0, w1):
            waited = sum(isinstance(reply, Waiting) for reply in replies[0 if ear is w0 else 1 :: 2])
            told += [await ear.hears() for _ in range(waited)]

    calls = [offer.call_id for offer in offers]
    assert len(calls) == len(set(calls)) == 30
    assert sorted(calls) == sorted(event.call_id for event in told if isinstance(event, OfferEvent))
    assert all(re.fullmatch(ID_PATTERN, call) for call in calls)


async def test_one_sweep_at_a_time_is_enough(redis: Redis) -> None:
    """Right after a sweep another one does nothing, unless there was more to do."""
    clock = FakeClock()
    room = WaitingRoom(redis, "gap", clock, Terms(sweep_gap_ms=60_000))
    for language in ("de", "en", "fr"):
        await room.enter(ticket(language, Prefs((language,))))
    clock.advance(13)

    assert [await room.sweep(limit=2) for _ in range(4)] == [2, 1, 0, 0]
    clock.advance(59)
    assert await room.sweep() == 0
    clock.advance(600)
    assert await room.sweep() == 3  # callers to forget


async def test_a_sweeper_outlives_redis(redis: Redis) -> None:
    """It sweeps as soon as it can again, without being told."""
    room = WaitingRoom(redis, "sweeping", terms=Terms(lease_ms=300))
    async with listening(room, "w1") as w1:
        sweeper = asyncio.create_task(sweep_for_ever(room, period_s=0.02))
        await redis.client_kill_filter(_type="normal", skipme=True)
        await room.enter(ticket("ada"))

        assert isinstance(await w1.hears(), ExpiredEvent)

        sweeper.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sweeper


async def start_matcher(valkey_socket: str, pool: str) -> asyncio.subprocess.Process:
    """Start `python -m matcher` and wait until it says that it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "matcher",
        env={**os.environ, "SOTTO_REDIS_URL": f"unix://{valkey_socket}", "SOTTO_POOL": pool},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    async with asyncio.timeout(60):
        assert b"matcher.ready" in await process.stderr.readline()
    return process


async def test_two_matcher_processes_move_time_on_until_they_are_told_to_stop(redis: Redis, valkey_socket: str) -> None:
    """An offer that nobody acknowledges is told again; SIGTERM ends each process cleanly."""
    room = WaitingRoom(redis, "processes")
    processes = [await start_matcher(valkey_socket, "processes") for _ in range(2)]
    async with listening(room, "w1") as w1:
        await room.enter(ticket("ada"))
        await room.enter(ticket("ben", worker="w2"))

        assert await w1.hears() == await w1.hears()

    for process in processes:
        process.send_signal(signal.SIGTERM)
        _, said = await process.communicate()
        assert process.returncode == 0
        assert b"matcher.stopped" in said


async def test_a_wrong_setting_is_one_sentence(valkey_socket: str) -> None:
    """The process says which, and ends with 2."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "matcher", env={**os.environ, "SOTTO_POOL": "No!"}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert said.startswith(b"SOTTO_POOL=")
