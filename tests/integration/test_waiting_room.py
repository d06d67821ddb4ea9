"""The waiting room on a real Redis, method by method."""

import pytest

from matcher.domain import EndReason, Hitch, Partner, Side
from matcher.events import ActiveEvent, EndedEvent, ExpiredEvent, OfferEvent, RequeuedEvent, SupersededEvent
from matcher.placed import Position
from matcher.waiting_room import Active, Gone, Offered, Waiting
from matcher.wire import Prefs
from tests.integration.waiting import Room, an_id, holder, listening, ticket

ADA, BEN, CAT = ticket("ada"), ticket("ben", worker="w2"), ticket("cat")


async def test_who_waits_is_told_about_whoever_comes(room: Room) -> None:
    """The joiner learns it from the reply, the other one's worker by an event; `a` waited longer."""
    async with listening(room, "w1") as w1:
        assert await room.enter(ADA) == Waiting(room.clock.now_ms())
        room.clock.advance(1)
        offered = await room.enter(BEN)

        assert isinstance(offered, Offered)
        assert (offered.side, offered.partner, len(offered.call_id)) == (Side.B, Partner.HUMAN, 22)
        assert offered.holder == holder(ADA)
        assert await w1.hears() == OfferEvent(ADA.id, offered.call_id, Side.A, Partner.HUMAN, holder(BEN))


async def test_entering_again_says_where_the_ticket_stands(room: Room) -> None:
    """A reply that was lost costs nothing: waiting, offered and active are answered as they are."""
    waiting = await room.enter(ADA)
    room.clock.advance(1)
    assert await room.enter(ADA) == waiting
    offered = await room.enter(BEN)
    assert await room.enter(BEN) == offered
    assert isinstance(offered, Offered)
    await room.ack(ADA.id, offered.call_id)
    await room.ack(BEN.id, offered.call_id)
    assert await room.enter(ADA) == Active(offered.call_id, Side.A, Partner.HUMAN)


async def test_a_newer_epoch_supersedes_and_an_older_one_is_refused(room: Room) -> None:
    """The old ticket's worker is told, its partner keeps the place, and the newest ticket is the only one."""
    async with listening(room, "w1") as w1, listening(room, "w2") as w2:
        await room.offer(ADA, BEN)
        joined = room.clock.now_ms()
        await w1.hears()
        newer = ticket("ada", id=an_id("t-ada-2"), worker="w3", epoch=2)

        await room.enter(newer)

        assert await w1.hears() == SupersededEvent(ADA.id)
        requeued = await w2.hears()
        assert isinstance(requeued, RequeuedEvent)
        assert (requeued.ticket_id, requeued.joined_ms) == (BEN.id, joined)
        assert await room.enter(ADA) == Gone("superseded")
        assert (await room.position(ADA.id))[0] == 0


async def test_both_acknowledge_and_it_is_a_call(room: Room) -> None:
    """The first acknowledgement changes nothing, the second makes it active for both."""
    async with listening(room, "w1") as w1:
        offered = await room.offer(ADA, BEN)
        await w1.hears()

        assert await room.ack(ADA.id, offered.call_id) == Offered(offered.call_id, Side.A, Partner.HUMAN, holder(BEN))
        assert await room.ack(ADA.id, offered.call_id) == Offered(offered.call_id, Side.A, Partner.HUMAN, holder(BEN))
        assert await room.ack(BEN.id, offered.call_id) == Active(offered.call_id, Side.B, Partner.HUMAN)

        assert await w1.hears() == ActiveEvent(ADA.id, offered.call_id)
        assert await room.ack(CAT.id, offered.call_id) == Gone()


async def test_both_hear_each_other(room: Room) -> None:
    """Connected is true from the second side on."""
    call_id = await room.call(ADA, BEN)

    assert not await room.connected(ADA.id, call_id)
    assert not await room.connected(ADA.id, call_id)
    assert await room.connected(BEN.id, call_id)
    assert not await room.connected(BEN.id, an_id("other"))


@pytest.mark.parametrize(
    ("reason", "seen"),
    [
        (EndReason.HANGUP, EndReason.PARTNER_LEFT),
        (EndReason.FAILED, EndReason.FAILED),
        (EndReason.MAX_LENGTH, EndReason.MAX_LENGTH),
    ],
)
async def test_a_call_ends_once(room: Room, reason: EndReason, seen: EndReason) -> None:
    """The partner's worker hears the reason as the partner sees it, and neither ticket remains."""
    async with listening(room, "w1") as w1:
        call_id = await room.call(ADA, BEN)
        await w1.hears()
        await w1.hears()

        assert await room.end(BEN.id, call_id, reason)
        assert not await room.end(BEN.id, call_id, reason)
        assert not await room.end(ADA.id, call_id, reason)

        assert await w1.hears() == EndedEvent(ADA.id, call_id, seen)
        assert await room.ack(ADA.id, call_id) == Gone()
        assert await room.renew("w1", [ADA.id]) == [ADA.id]


async def test_leaving_an_offer_costs_the_partner_no_place(room: Room) -> None:
    """The partner waits again with its old age, whether or not it had acknowledged."""
    async with listening(room, "w1") as w1:
        joined = room.clock.now_ms()
        offered = await room.offer(ADA, BEN)
        room.clock.advance(2)

        await room.leave(BEN.id)

        await w1.hears()
        assert await w1.hears() == RequeuedEvent(ADA.id, offered.call_id, joined)
        assert await room.enter(ADA) == Waiting(joined)


async def test_leaving_a_call_ends_it(room: Room) -> None:
    """The partner hears partner_left."""
    async with listening(room, "w2") as w2:
        call_id = await room.call(ADA, BEN)
        await room.leave(ADA.id)

        assert await w2.hears() == EndedEvent(BEN.id, call_id, EndReason.PARTNER_LEFT)


async def test_leaving_the_queue_leaves_nothing_to_find(room: Room) -> None:
    """The next one waits; a ticket that a newer socket holds is not touched by the older one's goodbye."""
    await room.enter(ADA)
    await room.leave(ADA.id, epoch=99)
    assert (await room.position(ADA.id))[0] == 1
    await room.leave(ADA.id, epoch=1)
    await room.leave(ADA.id)

    assert isinstance(await room.enter(BEN), Waiting)


async def test_who_does_not_acknowledge_is_forgotten_and_the_other_waits_on(room: Room) -> None:
    """After the deadline the one is told Expired, the other is requeued with its age; offers are told again before."""
    async with listening(room, "w1") as w1, listening(room, "w2") as w2:
        joined = room.clock.now_ms()
        offered = await room.offer(ADA, BEN)
        told = await w1.hears()
        room.clock.advance(1)
        await room.sweep()
        assert await w1.hears() == told
        await w2.hears()
        await room.ack(ADA.id, offered.call_id)
        room.clock.advance(3)

        await room.sweep()

        assert await w1.hears() == RequeuedEvent(ADA.id, offered.call_id, joined)
        assert await w2.hears() == ExpiredEvent(BEN.id)
        assert await room.ack(BEN.id, offered.call_id) == Gone()


async def test_preferences_relax_with_waiting(room: Room) -> None:
    """Shared interests meet at once, a shared language alone after 5 s, and no language never."""
    music, books = Prefs(("en",), ("music",)), Prefs(("en",), ("books",))
    assert isinstance(await room.enter(ticket("ada", music)), Waiting)
    assert isinstance(await room.enter(ticket("ben", books)), Waiting)
    assert isinstance(await room.enter(ticket("cat", music)), Offered)
    assert isinstance(await room.enter(ticket("dan", Prefs(("de",), ("books",)))), Waiting)
    assert isinstance(await room.enter(ticket("eve", Prefs(("en",), ("chess",)))), Waiting)
    async with listening(room, "w1") as w1:
        room.clock.advance(5)
        await room.renew("w1", [an_id("t-ben"), an_id("t-dan"), an_id("t-eve")])
        await room.sweep()

        told = [await w1.hears() for _ in range(4)]

    offers = {event.ticket_id for event in told if isinstance(event, OfferEvent)}
    assert {an_id("t-ben"), an_id("t-eve")} <= offers
    assert (await room.position(an_id("t-dan")))[0] == 1


async def test_partners_just_met_meet_again_only_on_the_last_rung(room: Room) -> None:
    """Not at once; after 15 s of waiting, when nobody else came."""
    call_id = await room.call(ADA, BEN)
    await room.end(ADA.id, call_id, EndReason.HANGUP)
    again = [ticket(name, id=an_id(f"t2-{name}"), epoch=2) for name in ("ada", "ben")]
    for one in again:
        assert isinstance(await room.enter(one), Waiting)
    room.clock.advance(14)
    await room.renew("w1", [one.id for one in again])
    await room.sweep()
    assert (await room.position(again[1].id))[0] == 2

    room.clock.advance(1)
    await room.sweep()

    assert isinstance(await room.enter(again[0]), Offered)


async def test_blocks_hold_both_ways_on_every_rung(room: Room) -> None:
    """Whoever blocked or was blocked waits on, however long."""
    await room.block(an_id("ada"), an_id("ben"))
    assert await room.blocked(an_id("ada")) == (an_id("ben"),)
    assert await room.blocked(an_id("ben")) == ()
    long_ago = room.clock.now_ms() - 60_000
    await room.enter(ticket("ben", joined_ms=long_ago))

    blocking = ticket("ada", joined_ms=long_ago, avoid=await room.blocked(an_id("ada")))

    assert isinstance(await room.enter(blocking), Waiting)
    await room.leave(an_id("t-ben"))
    assert isinstance(await room.enter(ticket("ben", joined_ms=long_ago, epoch=2)), Waiting)


async def test_only_the_newest_blocks_are_kept(room: Room) -> None:
    """64 of them, newest first, for a day."""
    for number in range(70):
        room.clock.advance(0.001)
        await room.block(an_id("ada"), an_id(str(number)))

    blocked = await room.blocked(an_id("ada"))

    assert [name.strip("_") for name in blocked] == [str(number) for number in range(69, 5, -1)]


@pytest.mark.claim("blocked-stays-blocked")
async def test_the_newest_64_blocks_hold(room: Room) -> None:
    """With the 65th the oldest goes: that one may be met again, and none of the others."""
    for number in range(65):
        room.clock.advance(0.001)
        await room.block(an_id("ada"), an_id(str(number)))
    avoid = await room.blocked(an_id("ada"))

    for number in range(64, 0, -1):
        await room.enter(ticket(str(number)))
        assert isinstance(await room.enter(ticket("ada", epoch=65 - number, avoid=avoid)), Waiting), number
        for name in (str(number), "ada"):
            await room.leave(an_id(f"t-{name}"))

    await room.enter(ticket("0"))
    assert isinstance(await room.enter(ticket("ada", epoch=100, avoid=avoid)), Offered)


async def test_the_other_end_of_a_call_is_known_to_the_server(room: Room) -> None:
    """By caller and call, while it runs and for as long as recents last; to nobody else."""
    call_id = await room.call(ADA, BEN)

    for _ in range(2):
        assert await room.partner_of(ADA.caller, call_id) == BEN.caller
        assert await room.partner_of(BEN.caller, call_id) == ADA.caller
        assert await room.partner_of(CAT.caller, call_id) is None
        assert await room.partner_of(ADA.caller, an_id("other")) is None
        await room.end(ADA.id, call_id, EndReason.HANGUP)

    room.clock.advance(601)
    await room.sweep()
    assert await room.partner_of(ADA.caller, call_id) is None


async def test_meeting_somebody_again_pushes_nobody_out_of_memory(room: Room) -> None:
    """Of as many partners as are remembered the oldest is still known after another one has come twice."""
    calls = []
    for number, name in enumerate([*(f"other{n}" for n in range(8)), "other7"]):
        long_ago = room.clock.now_ms() - 20_000
        one = ticket("ada", id=an_id(f"t-ada-{number}"), epoch=number + 1, joined_ms=long_ago)
        other = ticket(name, id=an_id(f"t-{name}-{number}"), epoch=number + 1, joined_ms=long_ago)
        calls.append(await room.call(one, other))
        await room.end(one.id, calls[-1], EndReason.HANGUP)
        room.clock.advance(1)

    known = [await room.partner_of(ADA.caller, call_id) for call_id in calls]

    assert known == [*(an_id(f"other{n}") for n in range(7)), None, an_id("other7")]


async def test_position_and_estimate(room: Room) -> None:
    """Places count by age; there is no estimate before there were matches that took as long."""
    languages = [Prefs((f"x{letter}",)) for letter in "abcd"]
    for number, prefs in enumerate(languages):
        await room.enter(ticket(f"early{number}", prefs))
        room.clock.advance(1)
    for number in range(4):
        assert await room.position(an_id(f"t-early{number}")) == Position(number + 1, None, Hitch.PEOPLE_ONLY)
    for number, prefs in enumerate(languages[:3]):
        await room.enter(ticket(f"late{number}", prefs))

    # Three waits of 4, 3 and 2 s; the fourth has waited 1 s.
    assert await room.position(an_id("t-early3")) == Position(1, 2.0, Hitch.PEOPLE_ONLY)
    room.clock.advance(1.5)
    assert await room.position(an_id("t-early3")) == Position(1, None, Hitch.PEOPLE_ONLY)
