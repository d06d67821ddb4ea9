"""Faults inside: a bug ends one socket, never the others', and no state is one that nobody leaves again."""

from collections.abc import AsyncIterator

import jwt
import msgspec
import pytest
from redis.asyncio import Redis

from matcher.keys import Keys
from matcher.waiting_room import WaitingRoom
from server.settings import ServerSettings
from tests.conftest import Coturn
from tests.integration.door import Page, page, serving, settings_for, talking


@pytest.fixture
def settings(valkey_socket: str, coturn: Coturn) -> ServerSettings:
    """Settings with a waiting room of its own."""
    return settings_for(valkey_socket, coturn)


@pytest.fixture
async def door(settings: ServerSettings) -> AsyncIterator[str]:
    """A server."""
    async with serving(settings) as host:
        yield host


async def test_a_bug_ends_its_own_socket_only(door: str, settings: ServerSettings, redis: Redis) -> None:
    """What nobody foresaw closes one socket with `internal`; its partner and those who wait go on."""
    async with page(door) as one, page(door) as other:
        await one.queues()
        await one.hears("waiting")
        await other.queues()
        match = await other.hears("matched")
        await one.is_matched()
        # A state that no version of ours ever wrote.
        name = Keys(settings.pool).static("tickets")
        stored: dict[bytes, bytes] = await redis.hgetall(name)  # type: ignore[assignment] # this client answers in bytes
        for ticket_id, packed in stored.items():
            ticket = msgspec.msgpack.decode(packed)
            if ticket["side"] == match["side"]:
                await redis.hset(name, ticket_id, msgspec.msgpack.encode({**ticket, "state": "unheard-of"}))

        await other.says("ack", call_id=match["call_id"])

        assert (await other.hears("error"))["code"] == "internal"
        assert await other.closes_with() == 4500
        await one.says("heartbeat")
        await one.hears("heartbeat")
        async with page(door) as third, page(door) as fourth:
            await talking(third, fourth)


async def test_delivery_survives_what_it_cannot_read(door: str, settings: ServerSettings, redis: Redis) -> None:
    """Garbage on a process's channel costs a moment, not the process."""
    async with page(door) as one, page(door) as other:
        await one.queues()
        await one.hears("waiting")
        (channel,) = await redis.pubsub_channels(Keys(settings.pool).channel("*"))

        await redis.publish(channel, b"\xc1 not msgpack")

        # The one who waits hears of the match through that channel alone.
        await other.queues()
        assert (await one.is_matched())["call_id"] == (await other.is_matched())["call_id"]


async def test_a_lease_that_ran_out_under_a_living_page_costs_nothing(
    door: str, settings: ServerSettings, redis: Redis
) -> None:
    """Such as after a pause of the whole process: the page is put back as old as it was."""
    keys = Keys(settings.pool)
    async with page(door) as one, page(door) as later:
        await one.queues(("de",))
        await one.hears("waiting")
        await later.queues(("fr",))
        await later.hears("waiting")
        oldest: bytes
        (oldest,) = await redis.zrange(keys.static("waiting"), 0, 0)  # type: ignore[assignment] # as above

        await redis.zadd(keys.static("leases"), {oldest: 1})

        assert (await one.hears("waiting"))["position"] == 1
        async with page(door) as third:
            await third.queues(("de",))
            assert (await one.is_matched())["call_id"] == (await third.is_matched())["call_id"]


async def test_a_call_that_was_ended_offline_is_not_come_back_to(door: str) -> None:
    """A page that hung up without a socket, and then looks for somebody, starts afresh; its partner is told."""
    async with page(door) as one:
        async with page(door) as lost:
            await talking(one, lost)
            lost.socket.transport.abort()
        async with page(door, lost.token) as back:
            await back.greets()

            assert (await back.hears("relay", "matched", "resumed"))["type"] == "relay"
            assert (await one.hears("ended"))["reason"] == "partner_left"
            await back.says("ready")
            await back.hears("waiting")


async def test_a_ready_may_cross_with_the_end_of_a_call(door: str) -> None:
    """A page that comes back to an offer is told its credentials again; when it is ready the call may be over."""
    async with page(door) as one:
        await one.queues()
        async with page(door) as lost:
            await lost.queues()
            match = await lost.hears("matched")
            lost.socket.transport.abort()
        async with page(door, lost.token) as back:
            await back.greets()
            await back.hears("relay")
            await back.says("hangup", call_id=match["call_id"])
            await back.says("ready")
            await back.says("heartbeat")
            assert (await back.hears("heartbeat", "error"))["type"] == "heartbeat"

            await back.says("next")
            await back.hears("relay")
            await back.says("ready")
            assert (await back.hears("waiting", "matched", "error"))["type"] in ("waiting", "matched")


async def test_nobody_gets_into_a_call_by_its_id(door: str) -> None:
    """A hello that names the call of two others learns that it is gone; they notice nothing."""
    async with page(door) as one, page(door) as other, page(door) as stranger:
        call_id = await talking(one, other)

        await stranger.greets(call_id=call_id)
        ended = await stranger.hears("ended", "resumed", "matched")
        assert (ended["type"], ended["reason"]) == ("ended", "gone")
        for kind in ("connected", "block", "hangup"):
            await stranger.says(kind, call_id=call_id)
        await stranger.says("heartbeat")
        await stranger.hears("heartbeat")

        await one.says("hangup", call_id=call_id)
        assert (await other.hears("ended"))["reason"] == "partner_left"


async def test_a_page_cannot_claim_an_age(door: str) -> None:
    """Since when somebody waits is the server's business."""
    async with page(door) as forger:
        await forger.greets(joined_ms=1)

        assert (await forger.hears("error"))["code"] == "bad_message"


async def test_an_age_is_used_up_by_a_talk(door: str) -> None:
    """Who talked, lost the socket and looks for somebody new does not overtake those who have waited meanwhile."""
    async with page(door) as one, page(door) as other:
        async with page(door) as lost:
            call_id = await talking(lost, one)
            await other.queues(("fr",))
            await other.hears("waiting")
            lost.socket.transport.abort()
        await one.says("hangup", call_id=call_id)
        await one.hears("ended")
        async with page(door, lost.token) as back:
            await back.queues(("fr", "de"))

            # Side a is the one who has waited longer.
            assert (await other.is_matched())["side"] == "a"
            await back.is_matched()


async def test_a_call_that_fails_after_a_lost_socket_gives_its_place_back(door: str) -> None:
    """The page lost its socket while it still connected: being back in the call is no talk."""
    async with page(door) as other:
        async with page(door) as lost:
            await lost.queues()
            await lost.hears("waiting")
            await other.queues()
            match = await lost.is_matched()
            await other.is_matched()
            await lost.says("heartbeat")
            await lost.hears("heartbeat")
            lost.socket.transport.abort()
        async with page(door, lost.token) as back:
            await back.greets(call_id=match["call_id"])
            assert (await back.hears("resumed", "ended"))["type"] == "resumed"
            await back.says("failed", call_id=match["call_id"], stage="ice")

            for someone in (back, other):
                assert (await someone.hears("ended"))["requeued"]


async def test_a_call_that_only_one_side_heard_gives_both_their_place_back(door: str) -> None:
    """What reached one ear was no talk yet."""
    async with page(door) as one, page(door) as other:
        await one.queues()
        await one.hears("waiting")
        await other.queues()
        match = await one.is_matched()
        await other.is_matched()
        await one.says("connected", call_id=match["call_id"])
        await one.says("heartbeat")
        await one.hears("heartbeat")
        await other.says("failed", call_id=match["call_id"], stage="audio")

        for someone in (one, other):
            assert (await someone.hears("ended"))["requeued"]


async def blocked_by(blocker: Page, redis: Redis, settings: ServerSettings) -> tuple[str, ...]:
    """Return whom a page has blocked."""
    return await WaitingRoom(redis, settings.pool).blocked(caller_of(blocker))


def caller_of(someone: Page) -> str:
    """Return the caller id in a page's token."""
    caller: str = jwt.decode(someone.token, options={"verify_signature": False})["sub"]
    return caller


async def test_a_block_that_crosses_with_the_end_of_the_call_counts(
    door: str, settings: ServerSettings, redis: Redis
) -> None:
    """The partner hung up a moment earlier and is blocked all the same."""
    async with page(door) as one, page(door) as other:
        call_id = await talking(one, other)
        await other.says("hangup", call_id=call_id)
        await one.hears("ended")

        await one.says("block", call_id=call_id)
        await one.says("heartbeat")
        await one.hears("heartbeat")

        assert await blocked_by(one, redis, settings) == (caller_of(other),)
        assert await blocked_by(other, redis, settings) == ()


async def test_a_block_counts_after_the_call_on_a_new_socket(door: str, settings: ServerSettings, redis: Redis) -> None:
    """The socket was lost with the block, and the call has ended by the time the page is back."""
    async with page(door) as other:
        async with page(door) as one:
            call_id = await talking(one, other)
            one.socket.transport.abort()
        await other.says("hangup", call_id=call_id)
        await other.says("heartbeat")
        await other.hears("heartbeat")
        async with page(door, one.token) as back, page(door) as stranger:
            await back.greets(call_id=call_id)
            assert (await back.hears("ended"))["reason"] == "gone"
            await back.says("block", call_id=call_id)
            await stranger.greets()
            await stranger.says("block", call_id=call_id)
            for someone in (back, stranger):
                await someone.says("heartbeat")
                await someone.hears("heartbeat")

            assert await blocked_by(back, redis, settings) == (caller_of(other),)
            assert await blocked_by(stranger, redis, settings) == ()


async def test_a_page_that_leaves_in_haste_leaves_at_once(door: str) -> None:
    """It says so and closes without reading on: nobody is matched with what it left."""
    async with page(door) as other:
        async with page(door) as gone:
            await gone.queues()
            await gone.hears("waiting")
            for _ in range(20):
                await gone.says("heartbeat")
            await gone.says("leave")
            await gone.socket.close(1000)

        await other.queues()
        assert (await other.hears("waiting", "matched"))["type"] == "waiting"


async def test_a_page_that_returns_is_given_its_credentials_again(door: str) -> None:
    """It may have forgotten them, and would be matched without a connection; the same set is not paid for twice."""
    async with page(door) as lost:
        await lost.greets()
        first = await lost.hears("relay")
        await lost.says("ready")
        await lost.hears("waiting")
        lost.socket.transport.abort()
    async with page(door, lost.token) as back:
        await back.greets()

        assert await back.hears("relay", "waiting") == first
        await back.hears("waiting")
