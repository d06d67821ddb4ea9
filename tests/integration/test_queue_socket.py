"""The queue over real sockets: the way of a call, and what both sides are told."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Coturn
from tests.integration.door import page, serving, settings_for, talking


@pytest.fixture
async def door(valkey_socket: str, coturn: Coturn) -> AsyncIterator[str]:
    """A server with a waiting room of its own."""
    async with serving(settings_for(valkey_socket, coturn)) as host:
        yield host


async def test_two_pages_are_matched_into_one_call(door: str) -> None:
    """Same call and topic, different sides and tokens; relay credentials came before the queue."""
    async with page(door) as one, page(door) as other:
        await one.greets()
        relay = await one.hears("relay")
        assert all(url.startswith("turn:") for server in relay["ice_servers"] for url in server["urls"])
        await one.says("ready")
        assert (await one.hears("waiting"))["position"] == 1
        await other.queues()

        first, second = await asyncio.gather(one.is_matched(), other.is_matched())

        assert (first["call_id"], first["topic"]) == (second["call_id"], second["topic"])
        assert {first["side"], second["side"]} == {"a", "b"}
        assert first["side"] == "a"
        assert first["channel"]["token"] != second["channel"]["token"]
        assert first["deadlines"] == {"channel_s": 5, "parameters_s": 5, "ice_s": 10, "audio_s": 3, "call_s": 3600}


async def test_the_longest_waiting_is_served_first(door: str) -> None:
    """A newcomer gets whoever waits longest, and those behind move up."""
    async with page(door) as first, page(door) as second, page(door) as third:
        await first.queues(("de",))
        await first.hears("waiting")
        await second.queues(("de", "en"))
        match = await first.is_matched()
        assert match["call_id"] == (await second.is_matched())["call_id"]

        await third.queues(("en",))
        assert (await third.hears("waiting"))["position"] == 1


async def test_hanging_up_ends_it_for_both_and_next_starts_afresh(door: str) -> None:
    """The one who hangs up and the one who is left both hear why; next hands out new credentials."""
    async with page(door) as one, page(door) as other:
        call_id = await talking(one, other)

        await one.says("hangup", call_id=call_id)

        assert (await one.hears("ended"))["reason"] == "hangup"
        ended = await other.hears("ended")
        assert (ended["reason"], ended.get("requeued", False)) == ("partner_left", False)
        await other.says("next")
        await other.hears("relay")
        await other.says("ready")
        await other.hears("waiting")


async def test_a_next_may_cross_with_another_match(door: str) -> None:
    """A page that leaves a call which the server has replaced meanwhile does not lose the new one."""
    async with page(door) as one, page(door) as other, page(door) as third:
        left = await talking(one, other)
        await other.says("hangup", call_id=left)
        await one.hears("ended")
        await one.says("next", call_id=left)
        await one.hears("relay")
        await one.says("ready")
        await third.queues()
        match, _ = await asyncio.gather(one.is_matched(), third.is_matched())

        await one.says("next", call_id=left)
        await one.says("heartbeat")
        assert (await one.hears("heartbeat", "relay", "ended"))["type"] == "heartbeat"

        await one.says("next", call_id=match["call_id"])
        assert (await third.hears("ended"))["call_id"] == match["call_id"]
        await one.hears("relay")


async def test_a_call_that_fails_gives_both_their_place_back(door: str) -> None:
    """Both are told, get fresh credentials, and a third person meets the one who waited longest."""
    async with page(door) as one, page(door) as other, page(door) as third:
        await one.queues()
        await one.hears("waiting")
        await other.queues()
        match, _ = await asyncio.gather(one.is_matched(), other.is_matched())

        await other.says("failed", call_id=match["call_id"], stage="ice")

        for side in (one, other):
            ended = await side.hears("ended")
            assert (ended["reason"], ended["requeued"]) == ("failed", True)
            await side.hears("relay")
            await side.says("ready")
            await side.hears("waiting")
        await third.queues()
        assert (await third.is_matched())["call_id"] == (await one.is_matched())["call_id"]


async def test_a_page_that_does_not_acknowledge_costs_its_partner_no_place(door: str) -> None:
    """After the deadline the survivor is back in the queue by itself."""
    async with page(door) as one, page(door) as dead:
        await one.queues()
        await one.hears("waiting")
        await dead.queues()
        await asyncio.gather(one.is_matched(), dead.hears("matched"))

        ended = await one.hears("ended", seconds=8)

        assert ended["requeued"]
        assert (await one.hears("waiting"))["position"] >= 1


async def test_a_closed_page_leaves_the_queue_at_once(door: str) -> None:
    """Whoever comes next is not matched with it."""
    async with page(door) as other:
        async with page(door) as gone:
            await gone.queues()
            await gone.hears("waiting")
        await other.queues()

        assert (await other.hears("waiting", "matched"))["type"] == "waiting"


async def test_a_closed_page_ends_its_call(door: str) -> None:
    """The partner is told that the other left."""
    async with page(door) as one:
        async with page(door) as other:
            await talking(one, other)

        assert (await one.hears("ended", seconds=3))["reason"] == "partner_left"


async def test_a_lost_socket_keeps_its_call(door: str) -> None:
    """The page comes back to the same call with a fresh channel token; the partner notices nothing."""
    async with page(door) as one:
        async with page(door) as lost:
            call_id = await talking(one, lost)
            lost.socket.transport.abort()
        async with page(door, lost.token) as back:
            await back.greets(call_id=call_id)

            assert (await back.hears("resumed"))["call_id"] == call_id
            await back.says("hangup", call_id=call_id)
            assert (await one.hears("ended"))["reason"] == "partner_left"


async def test_a_lost_socket_keeps_its_place(door: str) -> None:
    """The page comes back ahead of those who came after it."""
    async with page(door) as later, page(door) as third:
        async with page(door) as lost:
            await lost.queues(("de",))
            await lost.hears("waiting")
            await later.queues(("fr",))
            await later.hears("waiting")
            lost.socket.transport.abort()
        async with page(door, lost.token) as back:
            await back.greets(("de",))
            assert (await back.hears("waiting"))["position"] == 1
            await third.queues(("de",))
            assert (await third.is_matched())["call_id"] == (await back.is_matched())["call_id"]


@pytest.mark.claim("blocked-stays-blocked")
async def test_a_block_lasts_beyond_the_call(door: str) -> None:
    """The two wait side by side without being matched."""
    async with page(door) as one, page(door) as other:
        call_id = await talking(one, other)
        await one.says("block", call_id=call_id)
        await asyncio.gather(one.hears("ended"), other.hears("ended"))

        for side in (one, other):
            await side.says("next")
            await side.hears("relay")
            await side.says("ready")
            await side.hears("waiting")
        async with page(door) as third:
            await third.queues()
            assert (await third.is_matched())["call_id"] == (await one.is_matched())["call_id"]


async def test_a_second_window_of_the_same_session_takes_over(door: str) -> None:
    """The first one is told and closed; it is never matched with itself."""
    async with page(door) as first, page(door, first.token) as second:
        await first.queues()
        await first.hears("waiting")

        await second.greets()

        assert (await first.hears("error"))["code"] == "superseded"
        assert await first.closes_with() == 4409
        assert (await second.hears("waiting"))["position"] == 1


async def test_a_call_has_a_longest_length(valkey_socket: str, coturn: Coturn) -> None:
    """Both are told when it is reached."""
    async with (
        serving(settings_for(valkey_socket, coturn, call_s=2)) as door,
        page(door) as one,
        page(door) as other,
    ):
        await talking(one, other)

        reasons = [(await side.hears("ended", seconds=8))["reason"] for side in (one, other)]

        assert reasons == ["max_length", "max_length"]
