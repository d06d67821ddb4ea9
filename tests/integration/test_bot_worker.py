"""Bots' workers: a job becomes a call, once, and nothing is left of it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.bench import Bench
from bot.call import Call
from bot.door import Door, Misleading
from bot.turns.state import Ending
from matcher import redis_client
from matcher.jobs import Job
from matcher.settings import Secret
from matcher.waiting_room import Gone, WaitingRoom
from tests.conftest import Coturn, until
from tests.integration.bot_parts import Stage
from tests.integration.bot_world import KEY, STRANGER, asking, bots_for, caller, jobs_of, waiting_room, working
from tests.integration.door import serving


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
    """Its caller is told by the channel and by the server, with the reason; that of a bot gone deaf keeps its place."""
    settings = bots_for(valkey_socket, coturn)
    endings = ((Ending.FAREWELL, "partner_left"), (Ending.LENGTH, "max_length"), (Ending.DEAF, "failed"))
    async with waiting_room(settings), serving(settings) as door, working(settings, door) as bots:
        for ending, reason in endings:
            async with caller(door) as one:
                await one.queues()
                match = await one.page.is_matched()
                async with one.talking(door, match):
                    bots.stage.conversations[-1].end(ending)
                    ended = await one.page.hears("ended")
                    assert (ended["reason"], ended.get("requeued", False)) == (reason, ending is Ending.DEAF)
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


async def test_a_caller_who_does_not_answer_frees_the_slot(valkey_socket: str, coturn: Coturn) -> None:
    """The offer falls through after a while, and the next caller has the bot."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door, slots=1) as bots,
        caller(door) as silent,
        caller(door) as one,
    ):
        await silent.queues()
        await silent.page.hears("matched")
        [ticket_id] = bots.worker.calls
        await one.queues()
        await until(lambda: ticket_id not in bots.worker.calls, "the end of the offer", 15)
        assert (await one.page.is_matched(20))["partner"] == "bot"


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
            assert await jobs.take(1) is None
            await third.queues()
            assert (await third.page.is_matched())["partner"] == "bot"


async def test_an_old_job_is_dropped(valkey_socket: str, coturn: Coturn) -> None:
    """Without a look at relays: whoever asked was told long ago that no bot is free, and is asked for again."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        asking(settings) as asked,
        serving(settings) as door,
        jobs_of(settings) as jobs,
    ):
        assert await jobs.take(1) is None  # makes the group
        await asked.ask(age_ms=30_001)
        async with working(settings, door) as bots:
            async with asyncio.timeout(10):
                while await asked.redis.xlen(asked.key):
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


@pytest.mark.parametrize("told", [{"bot_speech_by": "Example Speech"}, {"bot_language": "de-CH"}])
async def test_a_bot_that_the_page_would_misname_takes_no_calls(
    valkey_socket: str, coturn: Coturn, told: dict[str, str]
) -> None:
    """The server tells callers that somebody else processes their speech, or that bots speak something else."""
    settings = bots_for(valkey_socket, coturn, **told)
    async with redis_client.connect(settings) as redis, serving(settings) as door:
        stage, room = Stage(), WaitingRoom(redis, settings.pool)
        async with Door(f"http://{door}", Secret(KEY)) as at_door:
            call = Call(
                Bench("bots", room, at_door, stage.parts, lambda _: None), Job("1-0", STRANGER, await room.now_ms())
            )
            with pytest.raises(Misleading):
                await call.answer(lambda: asyncio.sleep(0))
        assert stage.legs == []
