"""Sockets and workers that come, go and die, and what becomes of tickets and calls."""

import pytest
from redis.asyncio import Redis

from matcher.domain import EndReason, Partner, Side
from matcher.events import EndedEvent, ExpiredEvent, OfferEvent, SupersededEvent
from matcher.keys import Keys
from matcher.waiting_room import Active, Gone, Offered, Waiting
from tests.integration.waiting import Room, an_id, listening, ticket

ADA, BEN = ticket("ada"), ticket("ben", worker="w2")


@pytest.fixture
def room(redis: Redis) -> Room:
    """A waiting room."""
    return Room(redis)


async def test_a_socket_comes_back_to_another_worker(room: Room) -> None:
    """The new worker has the ticket and hears its events, the old one is told, and its late goodbyes do nothing."""
    async with listening(room, "w1") as w1, listening(room, "w3") as w3:
        joined = room.clock.now_ms()
        await room.enter(ADA)

        assert await room.attach(ADA.caller, 2, "w3") == (ADA.id, Waiting(joined))

        assert await w1.hears() == SupersededEvent(ADA.id)
        await room.leave(ADA.id, epoch=1)
        await room.detach(ADA.id, 1000, epoch=1)
        offered = await room.enter(BEN)
        assert isinstance(offered, Offered)
        assert await w3.hears() == OfferEvent(ADA.id, offered.call_id, Side.A, Partner.HUMAN)
        assert await room.enter(ADA) == Gone("superseded")


async def test_a_socket_comes_back_to_its_call_within_the_grace(room: Room) -> None:
    """The call runs on, whichever worker has it now."""
    call_id = await room.call(ADA, BEN)
    await room.detach(ADA.id, 60_000)
    room.clock.advance(59)
    await room.renew("w2", [BEN.id])
    await room.sweep()

    assert await room.attach(ADA.caller, 2, "w3") == (ADA.id, Active(call_id, Side.A, Partner.HUMAN))

    room.clock.advance(11)
    await room.sweep()
    assert await room.renew("w3", [ADA.id]) == []
    assert await room.connected(ADA.id, call_id) is False


async def test_a_socket_that_stays_away_ends_its_call(room: Room) -> None:
    """After the grace, not before, the partner hears partner_lost."""
    async with listening(room, "w2") as w2:
        call_id = await room.call(ADA, BEN)
        await room.detach(ADA.id, 60_000)
        for _ in range(2):
            room.clock.advance(30)
            await room.renew("w2", [BEN.id])
            await room.sweep()

        assert await w2.hears() == EndedEvent(BEN.id, call_id, EndReason.PARTNER_LOST)
        assert await room.attach(ADA.caller, 2, "w1") is None


async def test_an_offer_whose_socket_is_lost_can_become_a_call_with_the_same_grace(room: Room) -> None:
    """The grace counts from the loss."""
    async with listening(room, "w2") as w2:
        offered = await room.offer(ADA, BEN)
        await room.ack(ADA.id, offered.call_id)
        await room.detach(ADA.id, 8_000)
        assert isinstance(await room.ack(BEN.id, offered.call_id), Active)
        room.clock.advance(8)
        await room.sweep()

        assert await w2.hears() == EndedEvent(BEN.id, offered.call_id, EndReason.PARTNER_LOST)


async def test_nobody_attaches_to_nothing(room: Room) -> None:
    """No ticket, a dead one, or one that a newer socket holds: None."""
    assert await room.attach(ADA.caller, 1, "w1") is None
    await room.enter(ticket("ada", epoch=5))
    assert await room.attach(ADA.caller, 4, "w1") is None
    room.clock.advance(12.001)
    assert await room.attach(ADA.caller, 6, "w1") is None
    assert await room.renew("w1", [ADA.id]) == [ADA.id]


async def test_a_dead_tab_is_not_matched_after_its_lease(room: Room) -> None:
    """Swept or not; the worker hears Expired, and a renewed ticket lives on."""
    async with listening(room, "w1") as w1:
        await room.enter(ADA)
        room.clock.advance(8)
        assert await room.renew("w1", [ADA.id]) == []
        room.clock.advance(12)
        await room.sweep()
        assert (await room.position(ADA.id))[0] == 1
        room.clock.advance(0.001)

        assert isinstance(await room.enter(BEN), Waiting)

        assert await w1.hears() == ExpiredEvent(ADA.id)
        assert await room.renew("w1", [ADA.id]) == [ADA.id]


async def test_a_dead_worker_leaves_nobody_stuck(room: Room) -> None:
    """Its waiting tickets expire; its calls have a while for their pages to come back, then the partners hear it."""
    async with listening(room, "w2") as w2:
        call_id = await room.call(ADA, BEN)
        await room.enter(ticket("cat"))
        for _ in range(5):
            room.clock.advance(10)
            await room.renew("w2", [BEN.id])
            await room.sweep()
        assert (await room.position(an_id("t-cat")))[0] == 0

        assert await w2.hears() == EndedEvent(BEN.id, call_id, EndReason.PARTNER_LOST)


async def test_a_worker_that_was_only_slow_takes_its_calls_back(room: Room) -> None:
    """A renewal names them, and restoring them is enough."""
    call_id = await room.call(ADA, BEN)
    room.clock.advance(13)
    await room.renew("w2", [BEN.id])
    await room.sweep()
    assert await room.renew("w1", [ADA.id]) == [ADA.id]

    assert await room.restore(ADA, call_id, Side.A) == Active(call_id, Side.A, Partner.HUMAN)

    for _ in range(10):
        room.clock.advance(10)
        for worker, one in (("w1", ADA), ("w2", BEN)):
            assert await room.renew(worker, [one.id]) == []
        await room.sweep()


async def test_redis_may_forget_everything(room: Room, redis: Redis) -> None:
    """Waiting tickets come back with their age, both sides of a call fit together again, and an end reaches both."""
    call_id = await room.call(ADA, BEN)
    early = ticket("cat", joined_ms=room.clock.now_ms() - 3_000)
    await room.enter(early)
    await redis.flushall()
    assert await room.renew("w1", [ADA.id, early.id]) == [ADA.id, early.id]

    async with listening(room, "w1") as w1:
        assert await room.enter(early) == Waiting(early.joined_ms)
        for _ in range(2):
            assert await room.restore(BEN, call_id, Side.B, connected=True) == Active(call_id, Side.B, Partner.HUMAN)
        assert await room.restore(ADA, call_id, Side.A) == Active(call_id, Side.A, Partner.HUMAN)
        assert await room.connected(ADA.id, call_id)
        assert await room.partner_of(ADA.id, call_id) == BEN.caller
        room.clock.advance(11)
        await room.renew("w1", [ADA.id])
        await room.renew("w2", [BEN.id])
        await room.sweep()
        assert await room.end(BEN.id, call_id, EndReason.HANGUP)

        assert await w1.hears() == EndedEvent(ADA.id, call_id, EndReason.PARTNER_LEFT)


async def test_half_a_restored_call_ends(room: Room, redis: Redis) -> None:
    """A side whose partner is not back within a lease hears partner_lost."""
    call_id = await room.call(ADA, BEN)
    await redis.flushall()
    async with listening(room, "w1") as w1:
        await room.restore(ADA, call_id, Side.A)
        room.clock.advance(12)
        await room.renew("w1", [ADA.id])
        await room.sweep()

        assert await w1.hears() == EndedEvent(ADA.id, call_id, EndReason.PARTNER_LOST)


async def test_an_old_socket_restores_nothing(room: Room) -> None:
    """The caller is elsewhere by now; the worker is told."""
    call_id = await room.call(ADA, BEN)
    await room.attach(ADA.caller, 2, "w3")
    async with listening(room, "w1") as w1:
        assert await room.renew("w1", [ADA.id]) == [ADA.id]
        assert await room.restore(ADA, call_id, Side.A) == Gone("superseded")

        assert await w1.hears() == SupersededEvent(ADA.id)


async def test_every_key_expires(room: Room, redis: Redis) -> None:
    """And all of them lie under one hash tag."""
    await room.call(ADA, BEN)
    await room.enter(ticket("cat"))
    await room.block(ADA.caller, BEN.caller)
    await room.sweep()

    keys: list[bytes] = [key async for key in redis.scan_iter()]

    assert len(keys) >= 10
    for key in keys:
        assert key.startswith(b"sotto:{test}:")
        assert 0 < await redis.pttl(key) <= 86_400_000


async def test_callers_are_forgotten_when_it_is_time(room: Room, redis: Redis) -> None:
    """Ten minutes after the last ticket nothing is left of a caller."""
    call_id = await room.call(ADA, BEN)
    await room.end(ADA.id, call_id, EndReason.HANGUP)
    room.clock.advance(600)
    await room.sweep()

    assert await redis.hlen(Keys("test").static("callers")) == 0
