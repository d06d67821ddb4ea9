"""The part `pairing`: the waiting room under load, in a small crowd and in a large one."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle

from redis.asyncio import Redis

from matcher import redis_client
from matcher.settings import RedisSettings
from matcher.waiting_room import RENEW_BATCH, WaitingRoom
from matcher.worker import sweep_for_ever
from server.queue.switchboard import RENEW_S
from tests.bench import pairing_cost
from tests.bench.load import FORGIVEN, bounded_by, together
from tests.bench.pairing_generators import PROCESSES, Seen, generators
from tests.bench.pairing_load import LANGUAGES, cancelled_at_the_end
from tests.bench.percentiles import median
from tests.bench.table import Aim, Baseline, Row, Section
from tests.bench.waiters import LONG, crowd
from tests.bench.windows import HOW, WINDOWS, latencies
from tests.conftest import running_valkey

RATES = (100, 500, 1000, 2000)
FLOOR = "floor"
CROWDS = {"small": 100, "large": 100_000}
WINDOW_S = 0.4
P99_MS = 20.0  # at AIMED arrivals a second
AIMED = 1000

METHOD = f"""\
Callers of {len(LANGUAGES)} languages arrive at random (Poisson), in {PROCESSES} processes that use the waiting room as
the server does, through `matcher.waiting_room` and a Valkey on a unix socket; matched, they acknowledge and end their
call at once, and a sweeper runs beside. {FORGIVEN}
The crowd waits for languages that nobody else speaks. Its leases are renewed meanwhile, each every {RENEW_S:.0f} s,
{RENEW_BATCH} in a script; it is silent otherwise: nobody asks for its places, which costs what *one waiting caller per
second* says. *Joiner*: from arrival to the script's answer, for those whom it matches. *Partner*: from the same arrival
until the process of the one who waited has the message; each window ends when all have been told. The baseline is the
floor: a script that pops whoever is first in a list or else appends, through the same client, at the same rate.
Windows have {WINDOW_S} s. {HOW}
{pairing_cost.METHOD}"""


class Waiting:
    """The crowd of one room, and the servers that renew its leases."""

    def __init__(self, redis: Redis, pool: str, tickets: Sequence[str]) -> None:
        self._room = WaitingRoom(redis, pool, terms=LONG)
        self._batches = cycle([tickets[at : at + RENEW_BATCH] for at in range(0, len(tickets), RENEW_BATCH)])
        self._all = len(tickets)

    @asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Renew every lease each RENEW_S, evenly spread, for as long as the context is open."""

        async def renew() -> None:
            due = time.monotonic()
            for batch in self._batches:
                due += RENEW_S * len(batch) / self._all
                await asyncio.sleep(due - time.monotonic())
                assert not await self._room.renew("crowd", batch)

        async with cancelled_at_the_end(renew()):
            yield


def rows_of(rate: int, size: int, ours: Sequence[Seen], floor: Sequence[Seen]) -> list[Row]:
    """Return the figures of one rate with one crowd, beside the floor's."""
    where = f"{rate:,} arrivals/s, {size:,} waiters"
    bound = bounded_by(
        together([window.shares for window in ours]), "estimate: round trips, and whose turn it is on the cores"
    )
    aim = Aim(P99_MS) if rate == AIMED else None
    joiners, beside = [window.joiner_ms for window in ours], [window.joiner_ms for window in floor]
    partners, beside_them = [window.partner_ms for window in ours], [window.partner_ms for window in floor]
    pairs_s, floor_s = (median([len(window) / WINDOW_S for window in windows]) for windows in (joiners, beside))
    return [
        Row(f"{where}: pairs", pairs_s, "/s", Baseline(floor_s, FLOOR), None, "the arrivals"),
        *latencies(f"{where}: joiner", joiners, beside, FLOOR, bound, aim),
        *latencies(f"{where}: partner", partners, beside_them, FLOOR, bound, aim),
    ]


async def _measure(path: str) -> Section:
    url, rows = f"unix://{path}", []
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_client.connect(RedisSettings(redis_url=url)))
        tickets = {pool: await crowd(redis, pool, size) for pool, size in CROWDS.items()}
        waiting = {pool: Waiting(redis, pool, tickets[pool]) for pool in CROWDS}
        pids = {"Valkey": int((await redis.info("server"))["process_id"]), "crowd's server": os.getpid()}
        async with generators(url, list(CROWDS), FLOOR, pids) as arriving:
            for pool in CROWDS:
                await stack.enter_async_context(cancelled_at_the_end(sweep_for_ever(WaitingRoom(redis, pool))))
            for rate in RATES:
                seen: dict[str, list[Seen]] = {FLOOR: [], **{pool: [] for pool in CROWDS}}
                for number in range(WINDOWS + 1):
                    for pool, windows in seen.items():
                        async with waiting[pool].renewed() if pool in waiting else AsyncExitStack():
                            window = await arriving.window(pool, rate, WINDOW_S)
                        if number:  # the first one warms up
                            windows.append(window)
                for pool, size in CROWDS.items():
                    rows += rows_of(rate, size, seen[pool], seen[FLOOR])
        rows += await pairing_cost.rows(redis, CROWDS, tickets)
    return Section("pairing", "the waiting room under load", METHOD, rows)


def measure() -> Section:
    """Measure the part."""
    with running_valkey() as path:
        return asyncio.run(_measure(path))
