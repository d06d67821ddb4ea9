"""Bots' workers: a job becomes a call, once, and nothing is left of it; whatever dies, nobody waits in vain."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.door import Door
from bot.turns.state import Ending
from bot.worker import Worker
from matcher import redis_client
from matcher.domain import EndReason
from matcher.jobs import Jobs
from matcher.settings import Secret
from matcher.waiting_room import Gone, Terms, WaitingRoom
from matcher.worker import PERIOD_S
from server.settings import ServerSettings
from tests.conftest import Coturn, until
from tests.integration.bot_world import (
    AT_ANY_LOAD,
    KEY,
    QuietLeg,
    Stage,
    bot_process,
    bots_for,
    caller,
    jobs_of,
    waiting_room,
    worker_settings,
)
from tests.integration.door import serving
from tests.integration.own_valkey import own_valkey


class Working:
    """A worker in this process."""

    def __init__(self, worker: Worker, stage: Stage, stop: asyncio.Event, task: "asyncio.Task[None]") -> None:
        self.worker = worker
        self.stage = stage
        self.stop = stop
        self.task = task


@asynccontextmanager
async def working(
    settings: ServerSettings, door: str, *, key: str = KEY, slots: int = 4, drain_s: float = 0
) -> AsyncIterator[Working]:
    """Run a worker for as long as the context is open."""
    stage, stop = Stage(), asyncio.Event()
    name = f"bots-{time.monotonic_ns()}"
    async with redis_client.connect(settings) as redis, Door(f"http://{door}", Secret(key)) as at_door:
        room, jobs = WaitingRoom(redis, settings.pool), Jobs(redis, settings.pool, name)
        worker = Worker(name, room, jobs, at_door, stage.parts, slots, AT_ANY_LOAD)
        task = asyncio.create_task(worker.run(stop, drain_s))
        try:
            yield Working(worker, stage, stop, task)
        finally:
            stop.set()
            await task
            assert QuietLeg.opened == 0


async def forgotten(room: WaitingRoom, ticket_id: str, call_id: str) -> bool:
    """Say whether the waiting room knows nothing of a bot's ticket any more."""
    return await room.ack(ticket_id, call_id) == Gone()


async def test_a_caller_talks_to_a_bot_and_hangs_up(valkey_socket: str, coturn: Coturn) -> None:
    """Both tell each other something by the channel; the bot's end closes with the caller's, and no ticket is left."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings) as room,
        jobs_of(settings) as jobs,
        serving(settings) as door,
        working(settings, door) as bots,
        caller(door) as one,
    ):
        await one.queues()
        match = await one.page.is_matched()
        assert match["partner"] == "bot"
        described = match.get("description") or (await one.page.hears("described"))["description"]
        assert described["parameters"]["ufrag"] == "bot1"
        async with one.talking(door, match):
            assert (await one.hears("hello")).data == {"call_id": match["call_id"], "side": "b"}
            [ticket_id] = bots.worker.calls
            await one.page.says("hangup", call_id=match["call_id"])
            assert (await one.page.hears("ended"))["reason"] == "hangup"
            await until(lambda: not bots.worker.calls, "the bot's end")

        assert await forgotten(room, ticket_id, match["call_id"])
        assert await jobs.take(1) is None


async def test_a_bot_that_has_said_all_hangs_up(valkey_socket: str, coturn: Coturn) -> None:
    """Its caller is told by the channel and by the server; a length that is reached is told as such."""
    settings = bots_for(valkey_socket, coturn)
    endings = ((Ending.FAREWELL, "partner_left"), (Ending.LENGTH, "max_length"))
    async with waiting_room(settings), serving(settings) as door, working(settings, door) as bots:
        for ending, reason in endings:
            async with caller(door) as one:
                await one.queues()
                match = await one.page.is_matched()
                async with one.talking(door, match):
                    bots.stage.conversations[-1].end(ending)
                    ended = await one.page.hears("ended")
                    assert (ended["reason"], ended.get("requeued", False)) == (reason, False)
                    await one.hears("bye")


async def test_a_goodbye_by_the_channel_is_enough(valkey_socket: str, coturn: Coturn) -> None:
    """A page that cannot tell its server frees the bot all the same."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door) as bots,
        caller(door) as one,
    ):
        await one.queues()
        match = await one.page.is_matched()
        async with one.talking(door, match) as channel:
            channel.send("bye", {})
            assert (await one.page.hears("ended"))["reason"] == "partner_left"
        await until(lambda: not bots.worker.calls, "the bot's end")


async def test_a_conversation_that_breaks_costs_its_own_call_only(valkey_socket: str, coturn: Coturn) -> None:
    """Its caller keeps the place and meets the next bot; the worker goes on."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door) as bots,
        caller(door) as one,
        caller(door) as other,
    ):
        await one.queues()
        first = await one.page.is_matched()
        await other.queues()
        second = await other.page.is_matched()
        async with one.talking(door, first), other.talking(door, second):
            bots.stage.conversations[0]._ending.set_exception(RuntimeError("a bug"))
            ended = await one.page.hears("ended")
            assert (ended["reason"], ended["requeued"]) == ("failed", True)
            await until(lambda: len(bots.worker.calls) == 1, "the end of the one call")
            await one.page.hears("relay")
            await one.page.says("ready")
            assert (await one.page.is_matched())["call_id"] != first["call_id"]
            assert QuietLeg.opened == 2


async def test_a_person_who_comes_first_has_the_caller(valkey_socket: str, coturn: Coturn) -> None:
    """Nothing is left of the bot that came in vain, and its slot is free again."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        jobs_of(settings) as jobs,
        serving(settings) as door,
        caller(door) as one,
        caller(door) as other,
    ):
        await one.queues()
        await one.page.hears("waiting")
        await other.queues()
        assert [(await side.page.is_matched())["partner"] for side in (one, other)] == ["human", "human"]
        async with working(settings, door, slots=1) as bots, caller(door) as third:
            await until(lambda: bool(bots.stage.legs), "the bot that is too late")
            await until(lambda: not bots.worker.calls, "its end")
            await third.queues()
            assert (await third.page.is_matched())["partner"] == "bot"
        assert await jobs.take(1) is None


async def test_an_old_job_is_dropped(valkey_socket: str, coturn: Coturn) -> None:
    """Without a look at relays: whoever asked was told long ago that no bot is free, and is asked for again."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings) as room,
        redis_client.connect(settings) as redis,
        serving(settings) as door,
        jobs_of(settings) as jobs,
    ):
        assert await jobs.take(1) is None  # makes the group
        key = f"sotto:{{{settings.pool}}}:jobs"
        old = await room.now_ms() - 30_001
        await redis.xadd(key, {"ticket": "t" * 22, "at": old})
        async with working(settings, door) as bots:
            async with asyncio.timeout(10):
                while await redis.xlen(key):
                    await asyncio.sleep(0.01)
            assert bots.stage.legs == []


async def test_two_workers_share_the_callers(valkey_socket: str, coturn: Coturn) -> None:
    """With a slot each both have a call, and the third caller waits for one of the two."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door, slots=1) as here,
        working(settings, door, slots=1) as there,
        AsyncExitStack() as stack,
    ):
        callers = [await stack.enter_async_context(caller(door)) for _ in range(3)]
        for one in callers[:2]:
            await one.queues()
            match = await one.page.is_matched()
            await stack.enter_async_context(one.talking(door, match))
        assert (len(here.worker.calls), len(there.worker.calls)) == (1, 1)
        await callers[2].queues()
        assert (await callers[2].page.hears("waiting", "matched"))["type"] == "waiting"

        await callers[1].page.says("hangup", call_id=match["call_id"])

        assert (await callers[2].page.is_matched(20))["partner"] == "bot"


async def test_a_killed_worker_gives_its_caller_back(valkey_socket: str, coturn: Coturn) -> None:
    """As soon as its lease is over and a sweep has come by, in less than 5 s, and at its place in the queue."""
    assert Terms().bot_lease_ms / 1000 + PERIOD_S < 5
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        bot_process(worker_settings(settings, door)) as bots,
        caller(door) as one,
    ):
        await one.queues()
        match = await one.page.is_matched(30)
        async with one.talking(door, match):
            await until(lambda: bots.says("call.connected") == 1, "the call")

            bots.kill(signal.SIGKILL)

            ended = await one.page.hears("ended")
            assert (ended["reason"], ended["requeued"]) == ("partner_lost", True)
            await one.page.hears("relay")
            await one.page.says("ready")
            assert (await one.page.hears("waiting"))["position"] == 1


async def test_a_signal_ends_a_worker_in_order(valkey_socket: str, coturn: Coturn) -> None:
    """It takes nobody any more, its calls may come to their end, then they hear a goodbye, and it exits with 0."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        bot_process(worker_settings(settings, door, bot_drain_s=2)) as bots,
        caller(door) as one,
        caller(door) as late,
    ):
        await one.queues()
        match = await one.page.is_matched(30)
        async with one.talking(door, match):
            await until(lambda: bots.says("call.connected") == 1, "the call")
            bots.kill(signal.SIGTERM)
            await until(lambda: bots.says("bot.draining") == 1, "the signal's effect")
            began = time.monotonic()
            await late.queues()
            assert (await late.page.hears("waiting", "matched"))["type"] == "waiting"

            assert (await one.page.hears("ended"))["reason"] == "partner_left"

            assert time.monotonic() - began > 1
            await one.hears("bye")
            assert await bots.ends() == 0
        assert bots.says("bot.stopped") == 1
        assert b'"level": "error"' not in bots.errors, bots.errors.decode()


async def test_a_call_outlives_a_redis_that_loses_its_memory(coturn: Coturn) -> None:
    """Both ends put their sides back; the end of the call is known to both as ever."""
    async with own_valkey() as valkey:
        await valkey.start()
        settings = bots_for(str(valkey.socket), coturn)
        async with (
            serving(settings) as door,
            working(settings, door) as bots,
            caller(door) as one,
        ):
            async with waiting_room(settings):
                await one.queues()
                match = await one.page.is_matched()
            async with one.talking(door, match) as channel, waiting_room(settings) as room:
                [ticket_id] = bots.worker.calls
                await valkey.kill()
                await valkey.start()
                side = None
                async with asyncio.timeout(20):
                    while side is None:
                        side = await room.bot_side(ticket_id, match["call_id"])
                        await one.page.says("heartbeat")
                        await asyncio.sleep(0.2)
                assert side == "b"
                channel.send("hello", {"number": 8})
                assert (await one.hears("heard")).data == {"number": 8}

                bots.stage.conversations[0].end(Ending.FAREWELL)

                assert (await one.page.hears("ended"))["reason"] == EndReason.PARTNER_LEFT


async def test_a_wrong_key_serves_nobody_and_says_so_once(valkey_socket: str, coturn: Coturn) -> None:
    """The caller stays in the queue; the job is left to a worker that has the right one."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        bot_process(worker_settings(settings, door, bot_key=Secret("x" * 32))) as wrong,
        caller(door) as one,
    ):
        await until(lambda: wrong.says("bot.ready") == 1, "the worker", 30)
        await one.queues()
        await until(lambda: wrong.says("job.unserved") == 1, "its refusal")
        assert (await one.page.hears("waiting", "matched"))["type"] == "waiting"
        wrong.kill(signal.SIGTERM)
        assert await wrong.ends() == 0
        async with working(settings, door):
            assert (await one.page.is_matched(15))["partner"] == "bot"
