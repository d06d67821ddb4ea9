"""Bots' workers that fail, stall, are killed or stopped, and what they stand on: nobody waits in vain."""

import asyncio
import signal
import time

from bot.door import Door
from bot.turns.state import Ending
from bot.worker import Worker
from matcher import redis_client
from matcher.domain import EndReason
from matcher.jobs import Jobs
from matcher.settings import Secret
from matcher.waiting_room import Terms, WaitingRoom
from matcher.worker import PERIOD_S
from tests.conftest import Coturn, until
from tests.integration.bot_parts import DESCRIPTION, LegEnd, Stage
from tests.integration.bot_world import (
    KEY,
    bot_process,
    bots_for,
    caller,
    waiting_room,
    worker_settings,
    working,
)
from tests.integration.door import serving
from tests.integration.own_valkey import own_valkey


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
            assert bots.stage.open_legs == 2


async def test_a_call_that_cannot_be_ends_for_both(valkey_socket: str, coturn: Coturn) -> None:
    """A leg that fails lets its caller keep the place, whether or not the two have talked."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door) as bots,
        caller(door) as one,
    ):
        await one.queues()
        await one.page.is_matched()
        await until(lambda: all(call.held for call in bots.worker.calls.values()), "the claim")
        bots.stage.legs[-1].ended.set_result(LegEnd.FAILED)
        assert (await one.page.hears("ended"))["requeued"]
        await one.page.hears("relay")
        await one.page.says("ready")
        match = await one.page.is_matched()
        async with one.talking(door, match):
            bots.stage.legs[-1].ended.set_result(LegEnd.FAILED)
            ended = await one.page.hears("ended")
            assert (ended["reason"], ended["requeued"]) == ("failed", True)


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


async def test_a_worker_that_stalls_loses_its_caller(valkey_socket: str, coturn: Coturn) -> None:
    """Nothing beside the loop that serves the calls renews their lease; when it goes on, it knows and goes on."""
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
            bots.kill(signal.SIGSTOP)
            assert (await one.page.hears("ended"))["reason"] == "partner_lost"
            bots.kill(signal.SIGCONT)
            await until(lambda: bots.says("call.ended") == 1, "its own end of the call")
        await one.page.hears("relay")
        await one.page.says("ready")
        assert (await one.page.is_matched(20))["partner"] == "bot"


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
        for private in (KEY, match["channel"]["token"], DESCRIPTION.parameters.pwd, "198.51.100.7"):
            assert private.encode() not in bots.errors


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


async def test_an_end_that_redis_does_not_take_is_owed(coturn: Coturn) -> None:
    """The caller hears of it by the channel at once, and from the server as soon as Redis answers again."""
    async with own_valkey() as valkey:
        await valkey.start()
        settings = bots_for(str(valkey.socket), coturn)
        async with (
            waiting_room(settings),
            serving(settings) as door,
            working(settings, door) as bots,
            caller(door) as one,
        ):
            await one.queues()
            match = await one.page.is_matched()
            async with one.talking(door, match):
                valkey.pause()
                bots.stage.conversations[0].end(Ending.FAREWELL)
                await one.hears("bye")
                await until(lambda: not bots.worker.calls, "the bot's end", 20)
                valkey.resume()
                # The bot's lease has run out meanwhile, and a sweep may notice that first.
                assert (await one.page.hears("ended"))["reason"] in (EndReason.PARTNER_LEFT, EndReason.PARTNER_LOST)


async def test_what_is_owed_is_paid_once(valkey_socket: str, coturn: Coturn) -> None:
    """Also where a worker that ends pays while a renewal does."""
    settings = bots_for(valkey_socket, coturn)
    paid = []

    async def pay() -> None:
        await asyncio.sleep(0)
        paid.append("once")

    async with redis_client.connect(settings) as redis, Door("http://127.0.0.1:1", Secret(KEY)) as door:
        room, jobs = WaitingRoom(redis, settings.pool), Jobs(redis, settings.pool, "bots")
        worker = Worker("bots", room, jobs, door, Stage().parts, 1)
        worker._owe(pay)
        await asyncio.gather(worker._pay(), worker._pay())
    assert paid == ["once"]


async def test_without_a_key_it_says_so_and_ends(valkey_socket: str, coturn: Coturn) -> None:
    """One sentence on standard error, and the exit code of a wrong setting."""
    settings = worker_settings(bots_for(valkey_socket, coturn), "127.0.0.1:1")
    async with bot_process(settings, key="") as bots:
        assert await bots.ends() == 2
    assert bots.errors == b"SOTTO_BOT_KEY must have at least 32 characters, the server's own\n"


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
