"""Redis forgets: whom somebody has blocked is kept from them all the same."""

import asyncio
import contextlib

import jwt
import pytest
from redis.asyncio import Redis

from matcher.waiting_room import WaitingRoom
from tests.conftest import Coturn
from tests.integration.door import page, serving, settings_for, talking


@pytest.mark.claim("blocked-stays-blocked")
async def test_blocks_survive_the_loss_of_redis_memory(redis: Redis, valkey_socket: str, coturn: Coturn) -> None:
    """For as long as the socket of the one who blocked is open."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as one, page(door) as other:
        call_id = await talking(one, other)
        await one.says("block", call_id=call_id)
        for side in (one, other):
            await side.hears("ended")
        await redis.flushall()
        for side in (one, other):
            await side.says("next")
            await side.hears("relay")
            await side.says("ready")

            assert (await side.hears("waiting", "matched"))["type"] == "waiting"


async def test_blocks_are_known_from_the_hello_on(redis: Redis, valkey_socket: str, coturn: Coturn) -> None:
    """A page that comes back and does not queue yet is not served without them when Redis loses its memory then."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as other:
        async with page(door) as one:
            call_id = await talking(one, other)
            await one.says("block", call_id=call_id)
            await one.hears("ended")
        async with page(door, one.token) as back:
            await back.greets()
            await back.hears("relay")
            await redis.flushall()
            await back.says("ready")
            await back.hears("waiting")
            await other.says("next")
            await other.hears("relay")
            await other.says("ready")

            assert (await other.hears("waiting", "matched"))["type"] == "waiting"


async def test_a_block_while_redis_does_not_answer_is_made_good(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """Even if the server does not know yet who the partner is."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as door, page(door) as one, page(door) as other:
        await one.queues()
        await one.hears("waiting")
        await other.queues()
        match, _ = await asyncio.gather(one.is_matched(), other.is_matched())
        for side in (one, other):
            await side.says("heartbeat")
            await side.hears("heartbeat")
        await redis.client_pause(6_000)
        await one.says("block", call_id=match["call_id"])
        for side in (one, other):
            await side.hears("ended", seconds=20)

        room, caller = (
            WaitingRoom(redis, settings.pool),
            str(jwt.decode(one.token, options={"verify_signature": False})["sub"]),
        )
        async with asyncio.timeout(20):
            while not await room.blocked(caller):
                await one.lives(1)


async def test_a_partner_is_blocked_although_redis_has_forgotten_the_match(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """The server knows whom a page met from the match on; and who comes back over another socket is bound as before."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as other, page(door) as one:
        await one.queues()
        await one.hears("waiting")
        await other.queues()
        match, _ = await asyncio.gather(one.is_matched(), other.is_matched())
        await redis.flushall()
        await one.says("block", call_id=match["call_id"])
        for side in (one, other):
            await side.says("next")
            await side.hears("relay")
            await side.says("ready")
            assert (await side.hears("waiting", "matched"))["type"] == "waiting"

        async with page(door, one.token) as again:
            await again.greets()
            assert (await again.hears("waiting", "matched"))["type"] == "waiting"
            await redis.flushall()
            assert await again.lives(10) in ([], ["waiting"], ["waiting", "waiting"])


async def test_whom_a_page_met_before_is_blocked_although_redis_has_forgotten_it(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """Not only the latest partner: the server knows the last few calls, and so does it after the socket was lost."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as one, page(door) as former:
        first = await talking(one, former)
        await one.says("next")
        await one.hears("relay")
        async with page(door) as latter:
            await latter.queues()
            await latter.hears("waiting")
            await one.says("ready")
            for side in (one, latter):
                await side.is_matched()
            await one.says("heartbeat")
            await one.hears("heartbeat")
            one.socket.transport.abort()
            async with page(door, one.token) as back:
                await back.greets()
                await back.hears("relay")
                await redis.flushall()
                await back.says("block", call_id=first)
                await back.says("ready")
                await back.hears("waiting")
                await former.says("next")
                await former.hears("relay")
                await former.says("ready")

                assert (await former.hears("waiting", "matched"))["type"] == "waiting"


async def test_a_page_that_comes_back_is_served_by_who_knows_its_partner(
    redis: Redis, valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slowly another process learns that: the page is told that its call goes on when it can block there."""
    settings, forgotten = settings_for(valkey_socket, coturn), asyncio.Event()
    partner_of = WaitingRoom.partner_of

    async def slowly(room: WaitingRoom, caller: str, call_id: str) -> str | None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await forgotten.wait()
        return await partner_of(room, caller, call_id)

    async with serving(settings) as door, serving(settings) as elsewhere, page(door) as one, page(door) as other:
        call_id = await talking(one, other)
        one.socket.transport.abort()
        monkeypatch.setattr(WaitingRoom, "partner_of", slowly)
        async with page(elsewhere, one.token) as back:
            await back.greets(call_id=call_id)
            await back.hears("resumed")
            await redis.flushall()
            forgotten.set()
            await back.says("block", call_id=call_id)
            for side in (back, other):
                await side.says("next")
                await side.hears("relay")
                await side.says("ready")

                assert (await side.hears("waiting", "matched"))["type"] == "waiting"
