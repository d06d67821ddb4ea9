"""What each operation of the waiting room costs Redis in CPU time, in a small crowd and in a large one."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from matcher.clock import SystemClock
from matcher.domain import EndReason, Holder
from matcher.events import Resync
from matcher.waiting_room import RENEW_BATCH, Active, Offered, WaitingRoom
from server.limits import Limit, Limiter
from server.queue.desk import Terms
from server.queue.switchboard import RENEW_S
from tests.bench.callers import description
from tests.bench.floor import Floor
from tests.bench.pairing_load import cancelled_at_the_end
from tests.bench.pairing_profile import Spent, profile, spent, typical_us
from tests.bench.table import Aim, Baseline, Row
from tests.bench.waiters import LONG, a_ticket, speaking

TURNS = 24
EACH = 50  # operations of one kind in a turn
WORKER = "bench"
AIM = Aim(1.5, ratio=True)

# What Redis does for a whole call of two who pressed Next, one of whom had to wait, at two server processes: how often.
WHOLE_CALL = {
    "a limit": 4,  # credentials and joins, for each
    "the room's time": 2,
    "blocks": 2,
    "enter, nobody fits": 1,
    "position": 1,
    "enter, matched": 1,
    "description": 2,
    "acknowledge": 2,
    "connected": 2,
    "end of a call": 1,
}
# Those that the issue asks about, and what waiting goes on costing.
SHOWN = {"enter, nobody fits": AIM, "enter, matched": AIM, "end of a call": AIM, "position": None}

METHOD = f"""\
*CPU* is that of Redis's main thread by the kernel's account, medians of {TURNS} turns of {EACH} operations, one after
the other from one client, the rooms in turns; what bounds it is from `INFO commandstats` of the same turns. *One whole
call* is all that Redis does for two who pressed Next and were matched by two server processes:
{"; ".join(f"{often} x {what}" for what, often in WHOLE_CALL.items())}."""

Costs = dict[str, Spent]


async def turn(redis: Redis, pool: str) -> Costs:
    """Return what each operation costs in this room."""
    room = WaitingRoom(redis, pool)
    limiter = Limiter(redis, pool, SystemClock(), lambda _: None)
    # Each of a turn's tickets finds exactly one other.
    mark = secrets.token_hex(4)
    first = [a_ticket(speaking(f"{mark}-{number}"), WORKER) for number in range(EACH)]
    second = [a_ticket(speaking(f"{mark}-{number}"), WORKER) for number in range(EACH)]
    calls: list[str] = []
    told = description(0)

    async def matched(number: int) -> None:
        placed = await room.enter(second[number])
        assert isinstance(placed, Offered)
        calls.append(placed.call_id)

    async def acknowledge(number: int) -> None:
        """For one call after the other: the one end, then the other."""
        ticket = (first, second)[number % 2][number // 2]
        assert isinstance(await room.ack(ticket.id, calls[number // 2]), Active) is (number % 2 == 1)

    operations = {
        "a limit": (EACH, lambda n: limiter.take(Limit.JOINS, f"{mark}-{n}")),
        "the room's time": (EACH, lambda _: room.now_ms()),
        "blocks": (EACH, lambda n: room.blocked(first[n].caller)),
        "enter, nobody fits": (EACH, lambda n: room.enter(first[n])),
        "position": (EACH, lambda n: room.position(first[n].id)),
        "enter, matched": (EACH, matched),
        "description": (EACH, lambda n: room.describe(Holder(WORKER, first[n].id, second[n].caller), calls[n], told)),
        "acknowledge": (2 * EACH, acknowledge),
        "connected": (EACH, lambda n: room.connected(first[n].id, calls[n])),
        "end of a call": (EACH, lambda n: room.end(first[n].id, calls[n], EndReason.HANGUP)),
    }
    return {name: await spent(redis, count, one) for name, (count, one) in operations.items()}


async def floor_turn(redis: Redis) -> Costs:
    """Return what entering costs where nobody wishes anything."""
    floor = Floor(redis, secrets.token_hex(4))
    await floor.load()
    either = await spent(redis, EACH, lambda number: floor.enter(WORKER, str(number)))
    return {"enter, nobody fits": either, "enter, matched": either}


@asynccontextmanager
async def heard(redis: Redis, pool: str) -> AsyncIterator[None]:
    """Listen for what the tickets' worker is told, as a server does, so that telling it costs what it does there."""
    subscribed = asyncio.Event()

    async def listen() -> None:
        async with WaitingRoom(redis, pool).events(WORKER) as stream:
            async for event in stream:
                if isinstance(event, Resync):
                    subscribed.set()

    async with cancelled_at_the_end(listen()):
        await subscribed.wait()
        yield


async def rows(redis: Redis, crowds: Mapping[str, int], tickets: Mapping[str, Sequence[str]]) -> list[Row]:
    """Measure two rooms and the floor in turns.

    Args:
        redis: Where the rooms are.
        crowds: Pool and size of the room with the small crowd, then of the one with the large crowd.
        tickets: Those of each crowd.
    """
    small, large = crowds
    crowded = WaitingRoom(redis, large, terms=LONG)
    renewed = tickets[large][:RENEW_BATCH]
    taken: dict[str, list[Costs]] = {"floor": [], small: [], large: []}
    renewals = []
    async with heard(redis, small), heard(redis, large):
        for number in range(TURNS + 1):
            costs = {"floor": await floor_turn(redis), small: await turn(redis, small), large: await turn(redis, large)}
            renewal = await spent(redis, 1, lambda _: crowded.renew("crowd", renewed))
            if number:  # the first one loads the scripts
                renewals.append(renewal)
                for pool, once in costs.items():
                    taken[pool].append(once)
    shown = [row for what, aim in SHOWN.items() for row in _beside(what, aim, taken, crowds)]
    return [*shown, *_whole_calls(taken, crowds), *_waiting(taken[large], renewals, crowds[large])]


def _turns(costs: Sequence[Costs], what: str) -> list[Spent]:
    return [once[what] for once in costs]


def _beside(what: str, aim: Aim | None, taken: Mapping[str, Sequence[Costs]], crowds: Mapping[str, int]) -> list[Row]:
    """Return an operation's cost in both rooms, the small one beside the floor, the large one beside the small one."""
    (small, few), (large, many) = crowds.items()
    here, there = _turns(taken[small], what), _turns(taken[large], what)
    floor = Baseline(typical_us(_turns(taken["floor"], what)), "floor") if what in taken["floor"][0] else None
    beside = Baseline(typical_us(here), f"with {few:,}")
    return [
        Row(f"CPU of one {what}, {few:,} waiters", typical_us(here), "µs", floor, None, profile(here)),
        Row(f"CPU of one {what}, {many:,} waiters", typical_us(there), "µs", beside, aim, profile(there)),
    ]


def _whole_calls(taken: Mapping[str, Sequence[Costs]], crowds: Mapping[str, int]) -> list[Row]:
    found = []
    for pool, size in crowds.items():
        parts = {what: often * typical_us(_turns(taken[pool], what)) for what, often in WHOLE_CALL.items()}
        whole = sum(parts.values())
        most = "; ".join(f"{what} {parts[what]:.0f} µs" for what in sorted(parts, key=lambda what: -parts[what])[:4])
        found += [
            Row(f"CPU of one whole call, both ends, {size:,} waiters", whole, "µs", None, None, most),
            Row(f"whole calls that one core of Valkey carries, {size:,} waiters", 1e6 / whole, "/s", None, None, most),
        ]
    return found


def _waiting(costs: Sequence[Costs], renewals: Sequence[Spent], size: int) -> list[Row]:
    """Return what it costs that somebody goes on waiting, in the large crowd."""
    position_s = Terms().position_s
    renewal, position = typical_us(renewals) / RENEW_BATCH, typical_us(_turns(costs, "position"))
    second = renewal / RENEW_S + position / position_s
    why = f"position {position:.0f} µs every {position_s:.0f} s, renewal {renewal:.1f} µs every {RENEW_S:.0f} s"
    return [
        Row("CPU of one lease's renewal", renewal, "µs", None, None, f"{RENEW_BATCH} at once: {profile(renewals)}"),
        Row(f"CPU of one waiting caller per second, {size:,} waiters", second, "µs", None, None, why),
        Row("waiting callers who fill one core of Valkey by waiting", 1e6 / second, "", None, None, why),
    ]
