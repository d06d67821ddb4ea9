"""Redis goes away and comes back, empty: nobody is thrown out, calls go on, and places are kept."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import jwt
import pytest
from redis.asyncio import Redis

from matcher.domain import EndReason
from matcher.keys import Keys
from matcher.waiting_room import WaitingRoom
from server.settings import ServerSettings
from tests.conftest import Coturn
from tests.integration.door import Page, page, serving, settings_for, talking
from tests.integration.own_valkey import OwnValkey, own_valkey
from tests.integration.room_world import read_world


def blocks_of(visitor: Page, settings: ServerSettings) -> str:
    """Return the key whose wrong type fails what a hello asks for after it took the ticket over, and nothing else."""
    caller = jwt.decode(visitor.token, options={"verify_signature": False})["sub"]
    return Keys(settings.pool).blocks(str(caller))


async def is_refused(visitor: Page) -> None:
    """Hear that the waiting room does not answer, and be closed."""
    assert (await visitor.hears("error", "resumed", "waiting"))["code"] == "queue_unavailable"
    assert await visitor.closes_with() == 4503


@pytest.fixture
async def valkey() -> AsyncIterator[OwnValkey]:
    """A Valkey of this test's own, running."""
    async with own_valkey() as server:
        await server.start()
        yield server


async def readiness(door: str) -> dict[str, bool]:
    """Return what /readyz says of each part."""
    async with httpx2.AsyncClient() as client:
        checks: dict[str, bool] = (await client.get(f"http://{door}/readyz")).json()["checks"]
        return checks


async def test_a_server_starts_without_redis_says_so_and_recovers(coturn: Coturn) -> None:
    """It is alive and not ready, callers are told when to come back; once Redis is there, they queue."""
    async with own_valkey() as valkey, serving(settings_for(str(valkey.socket), coturn)) as door:
        assert (await readiness(door))["redis"] is False
        async with page(door) as early:
            await early.greets()
            error = await early.hears("error")
            assert (error["code"], error["retry_after"] > 0) == ("queue_unavailable", True)
            assert await early.closes_with() == 4503

        await valkey.start()

        async with page(door) as one, page(door) as other:
            await talking(one, other)
        assert (await readiness(door))["redis"] is True


async def test_those_who_wait_keep_their_place_over_a_restart_of_redis(coturn: Coturn, valkey: OwnValkey) -> None:
    """Their sockets stay open while it is away, each page is told once, and whoever waited longest is served first."""
    async with (
        serving(settings_for(str(valkey.socket), coturn)) as door,
        page(door) as first,
        page(door) as second,
    ):
        await first.queues(("de",))
        await first.hears("waiting")
        await second.queues(("fr",))
        await second.hears("waiting")

        await valkey.kill()
        trouble = await asyncio.gather(first.hears("waiting"), second.hears("waiting"))
        outage = await asyncio.gather(first.lives(6), second.lives(6))
        await valkey.start()
        after = await asyncio.gather(first.hears("waiting"), second.hears("waiting"))

        assert [(told["position"], told["hitch"]) for told in trouble] == [(1, "unavailable"), (2, "unavailable")]
        assert not any(outage)
        assert not [told for told in after if "hitch" in told]
        async with page(door) as third:
            await third.queues(("de", "fr"))
            assert (await third.is_matched())["call_id"] == (await first.is_matched())["call_id"]


async def test_calls_go_on_over_a_restart_of_redis(coturn: Coturn, valkey: OwnValkey) -> None:
    """Both talk on while it is away and when it is back; then either can end it for both."""
    async with serving(settings_for(str(valkey.socket), coturn)) as door, page(door) as one, page(door) as other:
        call_id = await talking(one, other)

        await valkey.kill()
        outage = await asyncio.gather(one.lives(6), other.lives(6))
        await valkey.start()
        after = await asyncio.gather(one.lives(14), other.lives(14))

        assert [*outage, *after] == [[], [], [], []]
        await one.says("hangup", call_id=call_id)
        assert (await one.hears("ended"))["reason"] == "hangup"
        assert (await other.hears("ended"))["reason"] == "partner_left"


async def test_a_page_that_returns_while_redis_is_away_loses_nothing(coturn: Coturn, valkey: OwnValkey) -> None:
    """It is refused, and served at its age as soon as Redis is back, although Redis forgot it."""
    async with serving(settings_for(str(valkey.socket), coturn)) as door, page(door) as later:
        async with page(door) as lost:
            await lost.queues(("de",))
            await lost.hears("waiting")
            await later.queues(("fr",))
            await later.hears("waiting")
            await valkey.kill()
            lost.socket.transport.abort()
        async with page(door, lost.token) as early:
            await early.greets(("de",))
            assert (await early.hears("error"))["code"] == "queue_unavailable"
            assert await early.closes_with() == 4503
        await valkey.start()
        await later.hears("waiting", seconds=15)

        async with page(door, lost.token) as back, page(door) as third:
            await back.queues(("de",))
            assert (await back.hears("waiting"))["position"] == 1
            await third.queues(("de", "fr"))
            assert (await third.is_matched())["call_id"] == (await back.is_matched())["call_id"]


async def test_a_lost_page_finds_its_call_although_redis_forgot_it(coturn: Coturn, valkey: OwnValkey) -> None:
    """Its socket breaks and Redis comes back empty before it returns: it is resumed, and its end reaches the other."""
    async with serving(settings_for(str(valkey.socket), coturn)) as door, page(door) as one:
        async with page(door) as lost:
            call_id = await talking(one, lost)
            lost.socket.transport.abort()
        await valkey.kill()
        await valkey.start()
        async with page(door, lost.token) as back:
            await back.greets(call_id=call_id)
            assert (await back.hears("resumed", "ended"))["type"] == "resumed"

            assert [await one.lives(6), await back.lives(14)] == [[], []]
            await one.says("hangup", call_id=call_id)
            assert (await back.hears("ended"))["reason"] == "partner_left"


async def test_a_hello_that_fails_half_way_does_not_end_the_call(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """The next one resumes it and the partner hears nothing; until then the grace runs, as after any loss."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as door, page(door) as one:
        async with page(door) as lost:
            call_id = await talking(one, lost)
            lost.socket.transport.abort()
        await redis.set(blocks_of(lost, settings), "")
        for _ in range(2):
            async with page(door, lost.token) as early:
                await early.greets(call_id=call_id)
                await is_refused(early)
        world = await read_world(redis, Keys(settings.pool))
        assert len(world.owned) == 1
        assert [entry[0] for entry in world.due] == ["t"]
        await redis.delete(blocks_of(lost, settings))

        async with page(door, lost.token) as back:
            await back.greets(call_id=call_id)
            assert (await back.hears("resumed", "ended"))["type"] == "resumed"
            assert [await one.lives(6), await back.lives(1)] == [[], []]
            await one.says("hangup", call_id=call_id)
            assert (await back.hears("ended"))["reason"] == "partner_left"


async def test_a_hello_that_fails_half_way_does_not_cost_the_place(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """The page is served at its age with the next one."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as door, page(door) as later:
        async with page(door) as lost:
            await lost.queues(("de",))
            await lost.hears("waiting")
            await later.queues(("fr",))
            await later.hears("waiting")
            lost.socket.transport.abort()
        await redis.set(blocks_of(lost, settings), "")
        async with page(door, lost.token) as early:
            await early.greets(("de",))
            await is_refused(early)
        await redis.delete(blocks_of(lost, settings))

        async with page(door, lost.token) as back, page(door) as third:
            await back.greets(("de",))
            assert (await back.hears("waiting"))["position"] == 1
            await third.queues(("de", "fr"))
            assert (await third.is_matched())["call_id"] == (await back.is_matched())["call_id"]


async def test_a_page_that_leaves_while_its_hello_fails_has_left(
    redis: Redis, valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its partner hears so at once, and not after the time in which it could have come back."""
    settings, asked, left = settings_for(valkey_socket, coturn), asyncio.Event(), asyncio.Event()
    blocked = WaitingRoom.blocked

    async def slowly(room: WaitingRoom, caller: str) -> tuple[str, ...]:
        asked.set()
        await left.wait()
        return await blocked(room, caller)

    async with serving(settings) as door, page(door) as one:
        async with page(door) as lost:
            call_id = await talking(one, lost)
            lost.socket.transport.abort()
        await redis.set(blocks_of(lost, settings), "")
        monkeypatch.setattr(WaitingRoom, "blocked", slowly)
        async with page(door, lost.token) as early, asyncio.timeout(10):
            await early.greets(call_id=call_id)
            await asked.wait()
            await early.socket.close(1000)
            left.set()

        assert (await one.hears("ended"))["reason"] == "partner_left"


async def test_a_call_that_ended_while_its_page_was_away_stays_over(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """Nothing brings it back but the loss of Redis's memory."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as one:
        async with page(door) as lost:
            call_id = await talking(one, lost)
            lost.socket.transport.abort()
        await one.says("hangup", call_id=call_id)
        await one.hears("ended")
        async with page(door, lost.token) as back:
            await back.greets(call_id=call_id)

            assert (await back.hears("resumed", "ended"))["reason"] == "gone"


async def test_a_missed_end_is_noticed_with_the_next_subscription(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """Not only after a lease: Redis knows that the call is over."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as door, page(door) as one, page(door) as other:
        call_id = await talking(one, other)
        world = await read_world(redis, Keys(settings.pool))
        ticket_id = world.calls[call_id]["a"]
        await redis.client_kill_filter(_type="pubsub")
        assert await WaitingRoom(redis, settings.pool).end(ticket_id, call_id, EndReason.HANGUP)

        for side in (one, other):
            assert (await side.hears("ended", seconds=6))["reason"] in ("gone", "partner_left")
