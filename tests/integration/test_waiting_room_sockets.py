"""Sockets and workers that come, go and die, and what becomes of tickets and calls."""

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from matcher.domain import EndReason, Partner, Side
from matcher.events import EndedEvent, ExpiredEvent, OfferEvent, SupersededEvent
from matcher.keys import Keys
from matcher.waiting_room import Active, Gone, Offered, Waiting, WaitingRoom
from tests.integration.waiting import Room, an_id, holder, listening, ticket

ADA, BEN = ticket("ada"), ticket("ben", worker="w2")


async def test_a_socket_comes_back_to_another_worker(room: Room) -> None:
    """The new worker has the ticket and hears its events, the old one is told, and its late goodbyes do nothing."""
    async with listening(room, "w1") as w1, listening(room, "w3") as w3:
        joined = room.clock.now_ms()
        await room.enter(ADA)

        assert (await room.attach(ADA.caller, "w3"))[1] == (ADA.id, Waiting(joined))

        assert await w1.hears() == SupersededEvent(ADA.id)
        await room.leave(ADA.id, epoch=1)
        await room.detach(ADA.id, 1000, epoch=1)
        offered = await room.enter(BEN)
        assert isinstance(offered, Offered)
        assert await w3.hears() == OfferEvent(ADA.id, offered.call_id, Side.A, Partner.HUMAN, holder(BEN))
        assert await room.enter(ADA) == Gone("superseded")


async def test_a_socket_comes_back_to_its_call_within_the_grace(room: Room) -> None:
    """The call runs on, whichever worker has it now, and its length still counts from its first sound."""
    call_id = await room.call(ADA, BEN)
    await room.detach(ADA.id, 60_000)
    room.clock.advance(59)
    await room.renew("w2", [BEN.id])
    await room.sweep()

    assert (await room.attach(ADA.caller, "w3"))[1] == (ADA.id, Active(call_id, Side.A, Partner.HUMAN))

    room.clock.advance(11)
    await room.sweep()
    assert await room.renew("w3", [ADA.id]) == []
    connected_ms = room.clock.now_ms()
    assert await room.connected(ADA.id, call_id) is False
    room.clock.advance(5)
    assert await room.connected(ADA.id, call_id) is False
    running = Active(call_id, Side.A, Partner.HUMAN, connected_ms)
    assert (await room.attach(ADA.caller, "w4"))[1] == (ADA.id, running)


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
        assert (await room.attach(ADA.caller, "w1"))[1] is None


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
    """No ticket, or a dead one: only an epoch."""
    assert await room.attach(ADA.caller, "w1") == (room.clock.now_ms(), None)
    await room.enter(ADA)
    room.clock.advance(12.001)
    assert await room.attach(ADA.caller, "w1") == (room.clock.now_ms(), None)
    assert await room.renew("w1", [ADA.id]) == [ADA.id]


async def test_the_newest_socket_counts_whatever_the_clock_says(room: Room, redis: Redis) -> None:
    """Redis's clock is set back far, or Redis forgets that it was ahead: whoever comes back is not superseded."""
    epoch, _ = await room.attach(ADA.caller, "w1")
    await room.enter(replace(ADA, epoch=epoch))
    room.clock.advance(-300)
    again, held = await room.attach(ADA.caller, "w2")
    assert again > epoch
    assert held

    await redis.flushall()
    assert isinstance(await room.enter(replace(ADA, epoch=again)), Waiting)
    newest, held = await room.attach(ADA.caller, "w1")
    assert newest > again
    assert held
    assert await room.enter(replace(ADA, epoch=again)) == Gone("superseded")


async def test_time_goes_on_after_the_clock_was_set_back(room: Room) -> None:
    """By little or much: nobody's age shrinks, and leases and rungs take no longer than they do anyway."""
    async with listening(room, "w1") as w1:
        await room.enter(ADA)
        for step in (-1, -3600, 7200, -86_400):
            before = await room.now_ms()
            room.clock.advance(step)
            assert await room.now_ms() >= before
            room.clock.advance(1)
            assert await room.now_ms() >= before + 1000
        assert await room.renew("w1", [ADA.id]) == []
        room.clock.advance(12.001)
        await room.sweep()

        assert await w1.hears() == ExpiredEvent(ADA.id)


async def test_what_a_worker_knows_of_the_time_survives_redis(redis: Redis) -> None:
    """Redis forgets that it was ahead of its clock: a worker that has heard it sets the room right."""
    elsewhere = WaitingRoom(redis, "late")
    now_ms = await elsewhere.now_ms()
    await redis.set(Keys("late").static("clock"), f"{now_ms} 100000")
    assert await elsewhere.renew("w1", []) == []
    await redis.flushall()

    assert await elsewhere.now_ms() >= now_ms + 100_000
    assert await WaitingRoom(redis, "late").now_ms() >= now_ms + 100_000


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
            assert await room.restore(BEN, call_id, Side.B, connected_ms=7) == Active(call_id, Side.B, Partner.HUMAN, 7)
        assert await room.restore(ADA, call_id, Side.A) == Active(call_id, Side.A, Partner.HUMAN)
        assert await room.connected(ADA.id, call_id)
        assert await room.partner_of(ADA.caller, call_id) == BEN.caller
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


async def test_a_restored_side_knows_its_partner_before_that_one_is_back(room: Room, redis: Redis) -> None:
    """Where its worker does, so that a block can be kept even if the partner never comes."""
    call_id = await room.call(ADA, BEN)
    await redis.flushall()
    await room.restore(ADA, call_id, Side.A, partner=BEN.caller)

    assert await room.partner_of(ADA.caller, call_id) == BEN.caller


async def test_an_old_socket_restores_nothing(room: Room) -> None:
    """The caller is elsewhere by now; the worker is told."""
    call_id = await room.call(ADA, BEN)
    await room.attach(ADA.caller, "w3")
    async with listening(room, "w1") as w1:
        assert await room.renew("w1", [ADA.id]) == [ADA.id]
        assert await room.restore(ADA, call_id, Side.A) == Gone("superseded")

        assert await w1.hears() == SupersededEvent(ADA.id)


async def test_what_redis_remembers_to_be_over_is_not_restored(room: Room) -> None:
    """A worker that missed the end of a call learns it."""
    call_id = await room.call(ADA, BEN)
    await room.end(BEN.id, call_id, EndReason.HANGUP)

    assert await room.restore(ADA, call_id, Side.A) == Gone()

    assert await room.renew("w1", [ADA.id]) == [ADA.id]


async def test_a_block_binds_who_waits_already(room: Room) -> None:
    """Whoever blocks the last partner while waiting for the next does not meet that one again, on any rung."""
    await room.enter(ADA)
    await room.block(ADA.caller, BEN.caller)
    room.clock.advance(11)
    await room.renew("w1", [ADA.id])
    room.clock.advance(11)
    await room.sweep()

    assert isinstance(await room.enter(BEN), Waiting)
    assert isinstance(await room.enter(ticket("cat")), Offered)


@pytest.mark.claim("everything-ends")
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


@pytest.mark.claim("everything-ends")
async def test_callers_are_forgotten_when_it_is_time(room: Room, redis: Redis) -> None:
    """Ten minutes after the last ticket nothing is left of a caller."""
    call_id = await room.call(ADA, BEN)
    await room.end(ADA.id, call_id, EndReason.HANGUP)
    room.clock.advance(600)
    await room.sweep()

    assert await redis.hlen(Keys("test").static("callers")) == 0
