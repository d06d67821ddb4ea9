"""A bot for whoever waits too long, as the mode has it: asked for, claimed, lost."""

import asyncio

import pytest
from redis.asyncio import Redis

from matcher.domain import EndReason, Hitch, Holder, Partner, Side
from matcher.events import EndedEvent, ExpiredEvent, OfferEvent, RequeuedEvent
from matcher.jobs import Jobs
from matcher.modes import FALLBACK_MS, Matching, Mode
from matcher.waiting_room import Active, Gone, Offered, Waiting
from matcher.worker import sweep_for_ever
from tests.conftest import until
from tests.integration.waiting import Room, an_id, holder, listening, ticket

# Ada would talk to a bot, Ben would not.
ADA, BEN, CAT = ticket("ada", bots=True), ticket("ben", worker="w2"), ticket("cat", bots=True)
BOT = an_id("bot")


async def later(room: Room, ms: int) -> None:
    """Let time pass, and what is due be done; the leases of those who wait are kept."""
    room.clock.advance(ms / 1000)
    await room.renew("w1", [ADA.id, CAT.id])
    await room.renew("w2", [BEN.id])
    while await room.sweep():
        pass


async def asked_for(jobs: Jobs) -> list[str]:
    """Return for whom a bot is asked by now, the oldest job first; each is done."""
    found = []
    while job := await jobs.take(1):
        await jobs.done(job)
        found.append(job.ticket_id)
    return found


async def bot_call(room: Room) -> str:
    """Bring Ada into a call with a bot; returns its id."""
    await room.enter(ADA)
    offered = await room.claim(ADA.id, room.clock.now_ms(), BOT, "bots")
    assert isinstance(offered, Offered)
    for ticket_id in (ADA.id, BOT):
        placed = await room.ack(ticket_id, offered.call_id)
    assert isinstance(placed, Active)
    return offered.call_id


async def test_a_bot_is_asked_for_after_a_while(room: Room, jobs: Jobs) -> None:
    """By default after 8 s, again every 30 s, for those who would have one, and while they wait."""
    await room.enter(ADA)
    await room.enter(ticket("ben", id=BEN.id, worker="w2", rungs=()))
    await later(room, FALLBACK_MS - 1)
    assert await asked_for(jobs) == []

    await later(room, 1)
    assert await asked_for(jobs) == [ADA.id]
    for _ in range(5):
        await later(room, 5_000)
    assert await asked_for(jobs) == []
    await later(room, 5_000)
    assert await asked_for(jobs) == [ADA.id]

    await room.leave(ADA.id)
    for _ in range(8):
        await later(room, 5_000)
    assert await asked_for(jobs) == []


async def test_a_bot_and_its_caller_are_told_of_each_other(room: Room) -> None:
    """As two people would be, but each learns what the other is; the caller is side a."""
    async with listening(room, "w1") as w1:
        await room.enter(ADA)
        room.clock.advance(1)

        offered = await room.claim(ADA.id, room.clock.now_ms(), BOT, "bots")

        assert isinstance(offered, Offered)
        assert (offered.side, offered.partner, offered.holder) == (Side.B, Partner.HUMAN, holder(ADA))
        told = OfferEvent(ADA.id, offered.call_id, Side.A, Partner.BOT, Holder("bots", BOT, BOT))
        assert await w1.hears() == told
        assert await room.claim(ADA.id, room.clock.now_ms(), BOT, "bots") == offered
        assert await room.enter(ADA) == Offered(offered.call_id, Side.A, Partner.BOT, Holder("bots", BOT, BOT))
        assert await room.ack(BOT, offered.call_id) == offered
        assert await room.ack(ADA.id, offered.call_id) == Active(offered.call_id, Side.A, Partner.BOT)


async def test_whoever_is_first_has_the_caller(room: Room) -> None:
    """A second bot comes in vain, and so does one that comes after a person, or too late, or to nobody."""
    await room.enter(ADA)
    at = room.clock.now_ms()
    bots = [room.claim(ADA.id, at, an_id(f"bot{number}"), "bots") for number in range(5)]
    placed = await asyncio.gather(*bots)
    assert [isinstance(one, Offered) for one in placed].count(True) == 1
    assert placed.count(Gone()) == 4

    await room.leave(ADA.id)
    assert await room.claim(ADA.id, at, BOT, "bots") == Gone()
    await room.offer(ticket("dee", bots=True), CAT)
    assert await room.claim(CAT.id, at, BOT, "bots") == Gone()
    await room.enter(ticket("eve", bots=True, rungs=()))
    room.clock.advance(30.001)
    await room.renew("w1", [an_id("t-eve")])
    assert await room.claim(an_id("t-eve"), at, BOT, "bots") == Gone()


@pytest.mark.claim("bot-named")
async def test_nobody_meets_a_bot_who_does_not_want_one(room: Room, jobs: Jobs) -> None:
    """Whatever the mode is, and whatever a worker tries."""
    await room.enter(BEN)
    for matching in Matching:
        await room.set_mode(Mode(matching, 0))
        await later(room, 5_000)
        assert await asked_for(jobs) == []
        assert await room.claim(BEN.id, room.clock.now_ms(), BOT, "bots") == Gone()


async def test_what_a_bot_leaves_behind(room: Room) -> None:
    """Bots count as nobody: not for estimates, not as somebody met, and their tickets never wait."""
    call_id = await bot_call(room)

    assert await room.partner_of(ADA.caller, call_id) is None
    assert await room.end(BOT, call_id, EndReason.HANGUP)
    for name in ("x", "y", "z"):
        await room.enter(ticket(name, rungs=()))
    assert (await room.position(an_id("t-x")))[1] is None
    assert await room.claim(ADA.id, room.clock.now_ms(), BOT, "bots") == Gone()


async def test_a_caller_whom_a_bot_lets_down_keeps_its_place(room: Room, jobs: Jobs) -> None:
    """A bot that claims and does not acknowledge is forgotten; another is asked for, though one was just now."""
    async with listening(room, "w1") as w1, listening(room, "bots") as bots:
        await room.set_mode(Mode(Matching.FALLBACK, 0))
        await room.enter(ADA)
        joined = room.clock.now_ms()
        assert await asked_for(jobs) == [ADA.id]
        room.clock.advance(1)
        offered = await room.claim(ADA.id, room.clock.now_ms(), BOT, "bots")
        assert isinstance(offered, Offered)
        await room.ack(ADA.id, offered.call_id)
        await w1.hears()
        await later(room, 4_000)

        assert await w1.hears() == RequeuedEvent(ADA.id, offered.call_id, joined)
        heard = await bots.hears()
        while isinstance(heard, OfferEvent):
            heard = await bots.hears()
        assert heard == ExpiredEvent(BOT)
        assert await asked_for(jobs) == [ADA.id]


async def test_a_caller_hears_soon_that_its_bot_died(room: Room) -> None:
    """A worker of bots has a short lease, and nobody comes back to a bot."""
    async with listening(room, "w1") as w1:
        call_id = await bot_call(room)
        await room.renew("bots", [], bot=True)
        room.clock.advance(4.001)
        await room.renew("w1", [ADA.id])

        await room.sweep()

        heard = await w1.hears()
        while not isinstance(heard, EndedEvent):
            heard = await w1.hears()
        assert heard == EndedEvent(ADA.id, call_id, EndReason.PARTNER_LOST)


async def test_the_mode_decides_who_is_matched(room: Room, jobs: Jobs) -> None:
    """It holds from one moment to the next, for those who wait as well."""
    assert await room.mode() == Mode(Matching.FALLBACK, FALLBACK_MS)

    await room.set_mode(Mode(Matching.PAUSED))
    room.clock.advance(1)
    await room.enter(ADA)
    room.clock.advance(1)
    assert isinstance(await room.enter(BEN), Waiting), "nobody meets anybody"
    await later(room, 9_000)
    assert await asked_for(jobs) == []
    assert await room.claim(ADA.id, room.clock.now_ms(), BOT, "bots") == Gone()

    await room.set_mode(Mode(Matching.BOTS))
    await later(room, 0)
    assert await asked_for(jobs) == [ADA.id]
    assert isinstance(await room.enter(ADA), Waiting), "no person, though one waits"

    assert await room.set_mode(Mode(Matching.HUMANS)) == Mode(Matching.HUMANS, 0)
    assert await room.mode() == Mode(Matching.HUMANS, 0)
    await later(room, 0)
    assert isinstance(await room.enter(ADA), Offered)


async def test_who_waits_is_told_what_stands_in_the_way(room: Room) -> None:
    """Nothing, as long as a person or a bot may still come soon; whom no bot comes to, that this is so."""

    async def hitches() -> list[Hitch | None]:
        return [(await room.position(one.id)).hitch for one in (ADA, BEN)]

    await room.enter(ADA)
    await room.enter(ticket("ben", id=BEN.id, worker="w2", rungs=()))
    await later(room, FALLBACK_MS)
    assert await hitches() == [None, Hitch.PEOPLE_ONLY]
    await later(room, 5_000)
    assert await hitches() == [Hitch.NO_BOT, Hitch.PEOPLE_ONLY]
    await room.set_mode(Mode(Matching.PAUSED))
    assert await hitches() == [Hitch.PAUSED, Hitch.PAUSED]
    await room.set_mode(Mode(Matching.BOTS))
    await later(room, 0)
    assert await hitches() == [Hitch.NO_BOT, Hitch.BOTS_ONLY]
    await room.set_mode(Mode(Matching.HUMANS))
    assert await hitches() == [None, None]


async def test_no_wait_is_foretold_where_people_do_not_meet(room: Room) -> None:
    """What waits for people were like says nothing about one that no person ends."""
    for number in range(3):
        await room.enter(ticket(f"early{number}"))
        room.clock.advance(3)
        await room.enter(ticket(f"late{number}"))
    await room.enter(BEN)
    for mode, estimate_s in ((Matching.HUMANS, 3.0), (Matching.BOTS, None), (Matching.PAUSED, None)):
        await room.set_mode(Mode(mode))
        assert (await room.position(BEN.id)).estimate_s == estimate_s


async def test_a_lost_mode_is_put_back(room: Room, redis: Redis) -> None:
    """By whoever remembers it, and never over one that was chosen since."""
    paused, humans = Mode(Matching.PAUSED, 0), Mode(Matching.HUMANS, 0)
    await room.set_mode(paused)
    await redis.flushall()
    assert await room.set_mode(paused, only_lost=True) == paused
    await room.set_mode(humans)
    assert await room.set_mode(paused, only_lost=True) == humans


async def test_the_sweeper_remembers_the_mode(room: Room, redis: Redis) -> None:
    """A Redis that lost its memory has it back as soon as the sweeper comes by."""
    paused = Mode(Matching.PAUSED)
    swept = 0

    class Seen(Room):
        async def sweep(self, limit: int = 50) -> int:
            nonlocal swept
            swept += 1
            return await super().sweep(limit)

    await room.set_mode(paused)
    sweeping = asyncio.create_task(sweep_for_ever(Seen(redis), period_s=0.01))
    await until(lambda: swept > 0, "the first sweep")
    await redis.flushall()
    before = swept
    await until(lambda: swept > before + 1, "a sweep of what is empty now")
    sweeping.cancel()

    assert (await room.mode()).stored == paused.stored
