"""From a bot to a person: who is told that somebody is free, and who has whom in the end."""

import asyncio

from matcher.domain import EndReason, Partner, Side
from matcher.events import EndedEvent, OfferEvent, PersonEvent, RequeuedEvent
from matcher.modes import Matching, Mode
from matcher.waiting_room import Active, Gone, Offered, Waiting
from tests.integration.waiting import Ear, Room, an_id, holder, listening, ticket

# Ada and Cat talk to bots, Ben waits for people only.
ADA, BEN, CAT = ticket("ada", bots=True), ticket("ben", worker="w2"), ticket("cat", bots=True)
BOT, BOT2 = an_id("bot"), an_id("bot2")
QUIET_MS = 60_000


async def bot_call(room: Room, who: str = ADA.id, bot: str = BOT) -> str:
    """Bring a caller who waits into a call with a bot, whom it hears; returns its id."""
    offered = await room.claim(who, room.clock.now_ms(), bot, "bots")
    assert isinstance(offered, Offered)
    for ticket_id in (who, bot):
        await room.ack(ticket_id, offered.call_id)
    await room.connected(who, offered.call_id)
    room.clock.advance(0.001)
    return offered.call_id


async def ada_hears_a_bot(room: Room) -> str:
    """Bring Ada into a call with a bot; returns its id."""
    await room.enter(ADA)
    return await bot_call(room)


async def later(room: Room, ms: int) -> None:
    """Let time pass, in steps that keep every lease, and what is due be done."""
    for left in range(ms, 0, -3_000):
        room.clock.advance(min(left, 3_000) / 1000)
        await room.renew("w1", [ADA.id, CAT.id])
        await room.renew("w2", [BEN.id])
        await room.renew("bots", [BOT], bot=True)
        while await room.sweep():
            pass


async def hears_of_person(ear: Ear) -> PersonEvent:
    """Return the next word about a person, passing over what else is heard."""
    while not isinstance(heard := await ear.hears(), PersonEvent):
        pass
    return heard


async def test_caller_and_bot_are_told_that_a_person_is_free(room: Room) -> None:
    """At once, when one comes who would fit; and again when that one has gone."""
    async with listening(room, "w1") as w1, listening(room, "bots") as bots:
        call_id = await ada_hears_a_bot(room)
        assert await room.enter(BEN) == Waiting(room.clock.now_ms())

        assert await hears_of_person(w1) == PersonEvent(ADA.id, call_id, free=True)
        assert await hears_of_person(bots) == PersonEvent(BOT, call_id, free=True)

        await room.leave(BEN.id)
        await later(room, 1_000)
        assert await hears_of_person(w1) == PersonEvent(ADA.id, call_id, free=False)
        assert await hears_of_person(bots) == PersonEvent(BOT, call_id, free=False)


async def test_a_switch_is_offered_to_both_at_once(room: Room) -> None:
    """The bot hears why it is left; the two remember each other, and can talk. Whoever waits hears of it last
    and is side a for it, though the other came earlier."""
    async with listening(room, "w2") as w2, listening(room, "bots") as bots:
        call_id = await ada_hears_a_bot(room)
        await room.enter(BEN)

        offered = await room.switch(ADA.id, call_id)

        assert isinstance(offered, Offered)
        assert (offered.side, offered.partner, offered.holder) == (Side.B, Partner.HUMAN, holder(BEN))
        assert offered.call_id != call_id
        assert await w2.hears() == OfferEvent(BEN.id, offered.call_id, Side.A, Partner.HUMAN, holder(ADA))
        heard = await bots.hears()
        while not isinstance(heard, EndedEvent):
            heard = await bots.hears()
        assert heard == EndedEvent(BOT, call_id, EndReason.SWITCHED)
        assert await room.switch(ADA.id, call_id) == offered, "asked again"
        assert await room.partner_of(ADA.caller, offered.call_id) == BEN.caller
        await room.ack(ADA.id, offered.call_id)
        assert isinstance(await room.ack(BEN.id, offered.call_id), Active)
        assert not await room.end(BOT, call_id, EndReason.HANGUP)


async def test_whose_person_was_taken_stays_with_the_bot(room: Room) -> None:
    """Nothing is lost: the call goes on, whoever was quicker."""
    async with listening(room, "w1") as w1:
        call_id = await ada_hears_a_bot(room)
        await room.enter(BEN)
        assert (await hears_of_person(w1)).free
        room.clock.advance(1)
        assert isinstance(await room.enter(CAT), Offered)

        assert await room.switch(ADA.id, call_id) == Active(call_id, Side.A, Partner.BOT, room.clock.now_ms() - 1_001)

        assert await hears_of_person(w1) == PersonEvent(ADA.id, call_id, free=False)
        assert await room.end(BOT, call_id, EndReason.HANGUP), "it was running"


async def test_one_person_and_two_who_want_to_switch(room: Room) -> None:
    """At the same moment: one has the person, the other its bot."""
    await room.set_mode(Mode(Matching.BOTS))
    first = await ada_hears_a_bot(room)
    await room.enter(CAT)
    second = await bot_call(room, CAT.id, BOT2)
    await room.set_mode(Mode(Matching.FALLBACK))
    await room.enter(BEN)

    placed = await asyncio.gather(room.switch(ADA.id, first), room.switch(CAT.id, second))

    assert sorted(type(one).__name__ for one in placed) == ["Active", "Offered"]


async def test_a_person_who_does_not_take_the_offer_costs_a_place_nothing(room: Room) -> None:
    """Whoever switched waits again, as old as before, and a bot may come at once."""
    async with listening(room, "w1") as w1:
        call_id = await ada_hears_a_bot(room)
        joined = room.clock.now_ms() - 1
        await room.enter(BEN)
        offered = await room.switch(ADA.id, call_id)
        assert isinstance(offered, Offered)
        await room.ack(ADA.id, offered.call_id)
        await later(room, 4_000)

        heard = await w1.hears()
        while not isinstance(heard, RequeuedEvent):
            heard = await w1.hears()
        assert heard == RequeuedEvent(ADA.id, offered.call_id, joined)
        assert isinstance(await room.claim(ADA.id, room.clock.now_ms(), BOT2, "bots"), Offered)


async def test_a_switch_from_a_bot_that_died(room: Room) -> None:
    """Before anybody noticed it the caller has the person; after that there is no call to leave, and none is made."""
    for noticed in (False, True):
        await room.enter(ticket("ada", id=ADA.id, epoch=noticed + 1, bots=True))
        call_id = await bot_call(room)
        await room.renew("bots", [], bot=True)
        await room.enter(ticket("ben", id=BEN.id, worker="w2", epoch=noticed + 1))
        room.clock.advance(5)
        await room.renew("w1", [])
        if noticed:
            await room.sweep()
        placed = await room.switch(ADA.id, call_id)
        assert isinstance(placed, Gone if noticed else Offered)
        await room.leave(ADA.id)
        await room.leave(BEN.id)


async def test_a_switch_that_crosses_with_the_end(room: Room) -> None:
    """Whoever ended the call, and whoever is in another one: it says where the ticket stands, and changes nothing."""
    call_id = await ada_hears_a_bot(room)
    await room.enter(BEN)
    await room.end(BOT, call_id, EndReason.HANGUP)
    assert await room.switch(ADA.id, call_id) == Gone()
    assert await room.switch(BEN.id, call_id) == Waiting(room.clock.now_ms())
    await room.stay(ADA.id, call_id)

    room.clock.advance(1)
    offered = await room.enter(CAT)
    assert isinstance(offered, Offered)
    assert await room.switch(CAT.id, offered.call_id) == offered, "people are not left in this way"


async def test_whoever_stays_is_asked_no_more_for_a_while(room: Room) -> None:
    """For a minute; then again, if somebody is there."""
    async with listening(room, "w1") as w1:
        call_id = await ada_hears_a_bot(room)
        await room.enter(BEN)
        assert (await hears_of_person(w1)).free

        await room.stay(ADA.id, call_id)

        assert not (await hears_of_person(w1)).free
        await later(room, QUIET_MS - 1_000)
        assert w1.silent
        await later(room, 1_000)
        assert await hears_of_person(w1) == PersonEvent(ADA.id, call_id, free=True)


async def test_a_person_whom_one_declines_is_offered_to_another(room: Room) -> None:
    """The next one who talks to a bot hears of it at once."""
    async with listening(room, "w1") as w1:
        await room.set_mode(Mode(Matching.BOTS))
        first = await ada_hears_a_bot(room)
        await room.enter(CAT)
        second = await bot_call(room, CAT.id, BOT2)
        await room.set_mode(Mode(Matching.FALLBACK))
        await room.enter(BEN)
        assert (await hears_of_person(w1)).ticket_id == ADA.id

        await room.stay(ADA.id, first)

        assert await hears_of_person(w1) == PersonEvent(ADA.id, first, free=False)
        assert await hears_of_person(w1) == PersonEvent(CAT.id, second, free=True)


async def test_nobody_is_offered_who_is_not_to_be_met(room: Room) -> None:
    """Whoever is blocked, speaks another language, or comes while the operator lets no people meet."""
    async with listening(room, "w1") as w1:
        call_id = await ada_hears_a_bot(room)
        await room.block(BEN.caller, ADA.caller)
        await room.enter(ticket("ben", id=BEN.id, worker="w2", avoid=(ADA.caller,)))
        await room.enter(ticket("dee", rungs=()))
        await room.set_mode(Mode(Matching.BOTS))
        await room.enter(CAT)
        await later(room, 20_000)

        assert isinstance(await room.switch(ADA.id, call_id), Active)
        await room.end(BOT, call_id, EndReason.HANGUP)
        while not isinstance(heard := await w1.hears(), EndedEvent):
            assert not isinstance(heard, PersonEvent)


async def test_who_talks_to_a_bot_counts_as_nobody_who_waits(room: Room) -> None:
    """Neither in places nor in estimates: a talk with a bot is no wait, and a switch after it none of 10 minutes."""
    call_id = await ada_hears_a_bot(room)
    await room.enter(ticket("ben", id=BEN.id, worker="w2", rungs=()))
    assert (await room.position(BEN.id)).place == 1
    assert (await room.position(ADA.id)).place == 0
    await room.leave(BEN.id)
    await later(room, 600_000)
    for number in range(3):
        # Three waits would be enough for an estimate.
        await room.enter(ticket(f"other{number}", worker="w2"))
        offered = await room.switch(ADA.id, call_id)
        assert isinstance(offered, Offered)
        await room.end(ADA.id, offered.call_id, EndReason.HANGUP)
        await room.enter(ticket("ada", id=ADA.id, epoch=number + 2, joined_ms=room.clock.now_ms() - 600_000, bots=True))
        call_id = await bot_call(room)

    await room.enter(ticket("x", rungs=()))
    assert (await room.position(an_id("t-x"))).estimate_s is None
