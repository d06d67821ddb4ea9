"""What one operation of the waiting room costs Redis in CPU time, in a small crowd and in a large one."""

import secrets
from collections.abc import Awaitable, Callable, Sequence

from redis.asyncio import Redis

from matcher.domain import EndReason
from matcher.waiting_room import Offered, WaitingRoom
from tests.bench.floor import Floor
from tests.bench.percentiles import median
from tests.bench.table import Aim, Baseline, Row
from tests.bench.waiters import LONG, a_ticket, speaking

TURNS = 24
EACH = 50  # operations of one kind in a turn

Costs = dict[str, float]  # operation → µs


async def busy_us(redis: Redis) -> float:
    """Return the CPU time that Redis's main thread has used, in µs."""
    usage = await redis.info("cpu")
    return (float(usage["used_cpu_user_main_thread"]) + float(usage["used_cpu_sys_main_thread"])) * 1e6


async def _each(redis: Redis, one: Callable[[int], Awaitable[object]]) -> float:
    begun = await busy_us(redis)
    for number in range(EACH):
        await one(number)
    return (await busy_us(redis) - begun) / EACH


async def turn(redis: Redis, pool: str) -> Costs:
    """Return what each operation costs in this room: entering in vain, entering and being matched, ending."""
    room = WaitingRoom(redis, pool)
    # Each of a turn's tickets finds exactly one other.
    mark = secrets.token_hex(4)
    first = [a_ticket(speaking(f"{mark}-{number}")) for number in range(EACH)]
    second = [a_ticket(speaking(f"{mark}-{number}")) for number in range(EACH)]
    calls: list[str] = []

    async def matched(number: int) -> None:
        placed = await room.enter(second[number])
        assert isinstance(placed, Offered)
        calls.append(placed.call_id)

    return {
        "in vain": await _each(redis, lambda number: room.enter(first[number])),
        "matched": await _each(redis, matched),
        "end": await _each(redis, lambda number: room.end(first[number].id, calls[number], EndReason.HANGUP)),
    }


async def floor_turn(redis: Redis) -> Costs:
    """Return what the same costs where nobody wishes anything."""
    floor = Floor(redis, secrets.token_hex(4))
    await floor.load()
    in_vain_and_matched = await _each(redis, lambda number: floor.enter("bench", str(number)))
    return {"in vain": in_vain_and_matched, "matched": in_vain_and_matched}


async def rows(redis: Redis, small: tuple[str, int], large: tuple[str, int], renewed: Sequence[str]) -> list[Row]:
    """Measure two rooms and the floor in turns.

    Args:
        redis: Where the rooms are.
        small: Pool and size of the room with the small crowd.
        large: The same of the large one.
        renewed: Some tickets of the large crowd, to be renewed.
    """
    room = WaitingRoom(redis, large[0], terms=LONG)
    taken: dict[str, list[Costs]] = {"floor": [], "small": [], "large": []}
    renewals = []
    for number in range(TURNS + 1):
        costs = {
            "floor": await floor_turn(redis),
            "small": await turn(redis, small[0]),
            "large": await turn(redis, large[0]),
        }
        begun = await busy_us(redis)
        await room.renew("crowd", renewed)
        renewal = (await busy_us(redis) - begun) / len(renewed)
        if number:  # the first one loads the scripts
            renewals.append(renewal)
            for name, once in costs.items():
                taken[name].append(once)

    def cost(name: str, operation: str) -> float:
        return median([costs[operation] for costs in taken[name]])

    why = "one script in Redis's one thread: Lua, a dozen commands, a skip list as the index"
    found = []
    for operation, title in (
        ("in vain", "enter, nobody fits"),
        ("matched", "enter, matched"),
        ("end", "end of a call"),
    ):
        here, there = cost("small", operation), cost("large", operation)
        floor = Baseline(cost("floor", operation), "floor") if operation in taken["floor"][0] else None
        beside = Baseline(here, f"with {small[1]:,}")
        found += [
            Row(f"CPU of one {title}, {small[1]:,} waiters", here, "µs", floor, None, why),
            Row(f"CPU of one {title}, {large[1]:,} waiters", there, "µs", beside, Aim(1.5, ratio=True), why),
        ]
    share = "a batch of 200 in one script, each ticket every 4 s"
    return [*found, Row("CPU of one lease's renewal", median(renewals), "µs", None, None, share)]
