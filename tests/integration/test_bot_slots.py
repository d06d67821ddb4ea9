"""What a bots' worker does with its slots, whatever jobs, signals and servers do."""

import asyncio
import time

import msgspec
import pytest

from bot.admission import Limits
from bot.bench import Bench
from bot.call import PREPARE_S, Call
from bot.channel import Channel
from bot.door import Door
from bot.measure import PERIOD_S
from matcher.bot_wire import Provision, RelaySet
from matcher.jobs import GROUP, IDLE_MS, Job
from matcher.settings import Secret
from matcher.wire import IceServer
from tests.conftest import Coturn, free_port, until
from tests.integration.bot_parts import LegEnd, Stage
from tests.integration.bot_world import KEY, STRANGER, asking, bots_for, caller, jobs_of, waiting_room, working
from tests.integration.door import serving


async def test_a_job_that_comes_with_the_end_is_another_workers(valkey_socket: str, coturn: Coturn) -> None:
    """One that is taken after the signal begins no call, and is there for others at once."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        asking(settings) as asked,
        serving(settings) as door,
        working(settings, door, slots=1) as bots,
    ):
        await until(lambda: bots.worker._admission.taken == 1, "the wait for a job")
        bots.stop.set()
        await asked.ask()

        await bots.task

        assert bots.stage.legs == []
        async with jobs_of(settings) as jobs:
            job = await jobs.take(1)
        assert job is not None
        assert job.ticket_id == STRANGER


async def test_nobody_is_claimed_after_the_signal(valkey_socket: str, coturn: Coturn) -> None:
    """A call that is still prepared then is another worker's at once, however long it might go on."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door, slots=1, drain_s=300) as ending,
        caller(door) as one,
    ):
        ending.stage.relay.clear()
        await one.queues()
        await until(lambda: ending.stage.open_legs == 1, "its preparation")
        ending.stop.set()
        async with asyncio.timeout(PREPARE_S / 2):
            await ending.task
        async with working(settings, door) as other:
            assert (await one.page.is_matched(IDLE_MS / 1000 / 2))["partner"] == "bot"
            assert len(other.worker.calls) == 1


async def test_a_call_that_is_withdrawn_first_is_not_prepared(valkey_socket: str, coturn: Coturn) -> None:
    """Its job may have come with the signal."""
    settings, stage = bots_for(valkey_socket, coturn), Stage()
    async with (
        waiting_room(settings) as room,
        serving(settings) as at,
        Door(f"http://{at}", Secret(KEY)) as door,
    ):
        call = Call(Bench("bots", room, door, stage.parts, lambda _: None), Job("1-0", STRANGER, await room.now_ms()))
        call.withdraw()
        with pytest.raises(TimeoutError):
            await call.answer(lambda: asyncio.sleep(0))
        assert stage.legs == []


async def test_no_worker_stays_in_the_group(
    valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that ended without a word is removed by the others, and one that is told to end goes of its own."""
    monkeypatch.setattr("matcher.jobs.DEAD_MS", 0)
    settings = bots_for(valkey_socket, coturn)
    async with asking(settings) as asked, serving(settings) as door, jobs_of(settings) as dead:
        assert await dead.take(1) is None

        async def known() -> set[bytes]:
            return {worker["name"] for worker in await asked.redis.xinfo_consumers(asked.key, GROUP)}

        assert await known() == {b"test"}
        async with working(settings, door), asyncio.timeout(10):
            while not (workers := await known()) or b"test" in workers:
                await asyncio.sleep(0.01)
        assert await known() == set()


async def test_a_bug_after_a_call_ends_no_other(valkey_socket: str, coturn: Coturn) -> None:
    """Nor the process, when something that nobody thought of keeps relays from being handed in."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        asking(settings) as asked,
        serving(settings) as door,
        working(settings, door) as bots,
        caller(door) as one,
    ):
        await one.queues()
        match = await one.page.is_matched()
        async with one.talking(door, match):
            bots.stage.relay.clear()
            await asked.ask()
            await until(lambda: bots.stage.open_legs == 2, "the other call")
            await bots.worker._bench.door.__aexit__()
            bots.stage.relay.set()
            await until(lambda: len(bots.worker._running) == 1, "its end")

            await one.page.says("hangup", call_id=match["call_id"])
            await until(lambda: not bots.worker._running, "the end of the first")
        assert not bots.task.done()


async def test_a_worker_whose_loop_is_late_leaves_jobs_to_others(valkey_socket: str, coturn: Coturn) -> None:
    """As it measures: a job that comes before is its own."""
    settings = bots_for(valkey_socket, coturn)

    async def hold_up() -> None:
        while True:
            until_s = time.process_time() + 0.25
            while time.process_time() < until_s:
                pass
            await asyncio.sleep(5 * PERIOD_S)  # more than every twentieth look at the clock is late

    async with (
        asking(settings) as asked,
        serving(settings) as door,
        working(settings, door, limits=Limits(lag_ms=200, cpu=1e9)) as late,
    ):
        await asked.ask()
        await until(lambda: bool(late.stage.legs), "the first job", 15)
        holding = asyncio.create_task(hold_up())
        # A slot is in hand while it waits for a job.
        await until(lambda: late.worker._admission.taken == 0, "no room", 15)
        async with working(settings, door) as other:
            await asked.ask()
            await until(lambda: bool(other.stage.legs), "the second job", 15)
        assert len(late.stage.legs) == 1
        holding.cancel()


async def test_a_call_that_has_just_begun_counts_before_it_is_measured(
    valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker with free slots, and a processor that is idle still, leaves the next job to another."""
    monkeypatch.setattr("bot.admission.CALL_CORES", 1e15)
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door, slots=4, limits=Limits(lag_ms=1e9, cpu=1e9)) as full,
        caller(door) as one,
        caller(door) as two,
    ):
        await one.queues()
        async with one.talking(door, await one.page.is_matched()):
            assert full.worker._admission.taken == 1
            async with working(settings, door) as other:
                await two.queues()
                assert (await two.page.is_matched())["partner"] == "bot"
                assert (len(full.worker.calls), len(other.worker.calls)) == (1, 1)


async def test_a_job_that_cannot_be_read_ends_no_process(valkey_socket: str, coturn: Coturn) -> None:
    """It costs a moment; the next is answered."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        asking(settings) as asked,
        serving(settings) as door,
        working(settings, door) as bots,
        caller(door) as one,
    ):
        await asked.redis.xadd(asked.key, {"nothing": "known"})
        await one.queues()
        assert (await one.page.is_matched())["partner"] == "bot"
        assert not bots.task.done()


async def test_a_server_that_does_not_take_relays_back_holds_no_slot(valkey_socket: str, coturn: Coturn) -> None:
    """A worker with one slot takes the next job while the first one's credentials are still to be handed in."""
    settings, port = bots_for(valkey_socket, coturn), free_port()
    relay = RelaySet("coturn", (IceServer(("turn:127.0.0.1",), "name", "secret"),), 0)
    provision = msgspec.json.encode(Provision(relay, 10, 10, False, "", "en"))

    async def give_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"/relay " in await reader.readuntil(b"\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(provision))
            writer.write(provision)
        else:
            await reader.read()
        writer.close()

    async with (
        asking(settings) as asked,
        await asyncio.start_server(give_only, "127.0.0.1", port),
        working(settings, f"127.0.0.1:{port}", slots=1) as bots,
    ):
        for _ in range(2):
            await asked.ask()
        await until(lambda: len(bots.stage.legs) == 2, "both jobs")


async def test_a_worker_that_takes_too_long_leaves_its_job(
    valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before another one could take it as a dead worker's: of the two only one would have the caller."""
    assert PREPARE_S < IDLE_MS / 1000
    monkeypatch.setattr("bot.call.PREPARE_S", 0.2)
    settings, port = bots_for(valkey_socket, coturn), free_port()

    async def give_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with (
        waiting_room(settings) as room,
        await asyncio.start_server(give_nothing, "127.0.0.1", port),
        Door(f"http://127.0.0.1:{port}", Secret(KEY)) as door,
    ):
        bench = Bench("bots", room, door, Stage().parts, lambda _: None)
        call = Call(bench, Job("1-0", STRANGER, await room.now_ms()))
        with pytest.raises(TimeoutError):
            await call.answer(lambda: asyncio.sleep(0))


async def test_a_job_that_cannot_be_served_is_another_workers(valkey_socket: str, coturn: Coturn) -> None:
    """At once, while the worker that has no relay for it pauses."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        asking(settings) as asked,
        jobs_of(settings) as jobs,
        working(settings, f"127.0.0.1:{free_port()}", slots=1) as bots,
    ):
        await asked.ask()
        await until(lambda: bool(bots.worker._pause_s), "its pause")
        async with asyncio.timeout(IDLE_MS / 1000 / 2):
            while await jobs.take(10) is None:
                pass


async def test_whoever_is_gone_is_told_nothing(
    valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed page's slot is free as soon as it is missed: no goodbye is waited for that nobody takes."""
    monkeypatch.setattr(Channel.flush, "__defaults__", (60,))
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings),
        serving(settings) as door,
        working(settings, door, slots=1) as bots,
        caller(door) as one,
    ):
        await one.queues()
        async with one.talking(door, await one.page.is_matched()):
            pass
        bots.stage.legs[-1].ended.set_result(LegEnd.NO_MEDIA)
        await until(lambda: not bots.worker.calls, "the free slot")
