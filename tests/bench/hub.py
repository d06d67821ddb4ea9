"""The part `hub`: how many broadcasts the built-in Realtime hub delivers, and how fast."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from random import Random
from typing import NamedTuple

import uvloop

from matcher import redis_client
from matcher.settings import RedisSettings
from tests.bench.hub_server import serving_bare
from tests.bench.hub_ways import Open, Pair, echo_at, hub_at
from tests.bench.load import FORGIVEN, Shares, arrive, bounded_by, cpu_s, poisson, together, watched
from tests.bench.percentiles import median
from tests.bench.table import Aim, Baseline, Row, Section
from tests.bench.windows import HOW, WINDOWS, latencies
from tests.conftest import running_valkey, until

PAYLOADS = {"100 B": 100, "1 KB": 1000, "10 KB": 10_000}
KINDS = ("1 process", "2 processes")
CALLS = 500


class Crowd(NamedTuple):
    """So many calls with so many messages each under way all the time."""

    calls: int
    under_way: int

    def __str__(self) -> str:
        return f"{self.calls} calls x {self.under_way}"


MANY, FEW = Crowd(CALLS, 1), Crowd(8, 8)
SLICE_S = 0.15
RATE, RATE_S = 1000, 0.3
QUIET_S = 0.03
CALM_S = 30.0
RATE_AIM, P99_AIM_MS = 3000, 10.0  # messages/s of one process; at RATE

METHOD = f"""\
One message is one frame into the server and one out of it: back to its sender (echo), or to the other end of a call
(hub, with Redis for the other processes, as the server runs it). Messages/s: {MANY}, that is {MANY.calls} calls with
one message each under way at any time, and {FEW}, where frames share reads, and what goes to Redis shares its
PUBLISHes; medians of {WINDOWS} slices of {SLICE_S} s, echo and hub in turns. The times are those at {RATE:,}
messages/s over {CALLS} calls, sent at random (Poisson), in windows of {RATE_S} s. {FORGIVEN} {HOW} With two processes
the ends of each call are at different ones, so that each message crosses Redis; the aim is per process, and it is
held against the {MANY.calls} calls. The hub's limits of 20 frames a second and 60 s of silence per socket are lifted
here (`tests/bench/hub_server.py`): what is measured is what a process can carry, not what one client may ask of it.
The baseline is a bare WebSocket echo on the same uvicorn, in one process. Where the hub's own time goes was seen
once, by py-spy at {MANY}: asyncio 47 % (time limits, queues, the loop), uvicorn 22 %, the hub 12 %, websockets 9 %,
Starlette 8 %."""

SATURATED = "Python in the hub's processes, and whose turn it is on the cores"


async def slice_of(pairs: Sequence[Pair], under_way: int) -> float:
    """Keep so many messages of each pair under way for a while; return the deliveries a second."""
    count, left, over = 0, len(pairs) * under_way, asyncio.Event()
    end = time.monotonic() + SLICE_S

    def take(pair: Pair) -> Callable[[], None]:
        def delivered() -> None:
            nonlocal count, left
            if time.monotonic() < end:
                count += 1
                pair.send()
            else:
                left -= 1
                if not left:
                    over.set()

        return delivered

    for pair in pairs:
        pair.on_delivery = take(pair)
    for pair in pairs:
        for _ in range(under_way):
            pair.send()
    async with asyncio.timeout(30):
        await over.wait()
    return count / SLICE_S


async def times_of(pairs: Sequence[Pair], random: Random) -> list[float]:
    """Send RATE messages a second over all pairs for a while; return how long each took, in ms."""
    took: list[float] = []
    sent: dict[Pair, list[float]] = {pair: [] for pair in pairs}
    for pair in pairs:

        def delivered(waiting: list[float] = sent[pair]) -> None:
            took.append(1000 * (time.monotonic() - waiting.pop(0)))

        pair.on_delivery = delivered

    async def send(begun: float) -> None:
        pair = random.choice(pairs)
        sent[pair].append(begun)
        pair.send()

    times = poisson(RATE, RATE_S, random)
    await arrive(time.monotonic() + 0.05, times, send)
    await until(lambda: len(took) == len(times), "the last message")
    return took


async def quiet(pids: Iterable[int]) -> None:
    """Wait until processes have done what was left to them: what a hub tells the other processes comes after.

    Raises:
        TimeoutError: They are still at it after CALM_S.
    """
    before = [-1.0]
    async with asyncio.timeout(CALM_S):
        while (now := [cpu_s(pid) for pid in pids]) != before:
            before = now
            await asyncio.sleep(QUIET_S)


class Measured:
    """What the turns of one kind of server have shown: deliveries a second by crowd, times at RATE, who was busy."""

    def __init__(self) -> None:
        self.per_s: dict[Crowd, list[float]] = {MANY: [], FEW: []}
        self.shares: dict[Crowd, list[Shares]] = {MANY: [], FEW: []}
        self.took_ms: list[list[float]] = []
        self.at_rate: list[Shares] = []

    async def turn(self, pairs: Sequence[Pair], pids: dict[str, int], random: Random) -> None:
        """Take one turn."""
        everybody = {**pids, "generator": os.getpid()}
        for crowd in (MANY, FEW):
            with watched(everybody) as shares:
                per_s = await slice_of(pairs[: crowd.calls], crowd.under_way)
            self.per_s[crowd].append(per_s)
            self.shares[crowd].append(shares)
            await quiet(pids.values())
        with watched(everybody) as shares:
            self.took_ms.append(await times_of(pairs, random))
        self.at_rate.append(shares)
        await quiet(pids.values())


class Kind(NamedTuple):
    """A server, alone or with another one: the ways through it, and the processes that work for it."""

    pairs: list[Pair]
    pids: dict[str, int]

    @classmethod
    async def opened(cls, stack: AsyncExitStack, way: Open, pids: dict[str, int]) -> "Kind":
        """Open all ways, for as long as the stack is open."""
        return cls([await way(stack, number) for number in range(CALLS)], pids)


async def measured(kinds: dict[str, Kind], size: int) -> dict[str, Measured]:
    """Measure all kinds in turns, with payloads of so many bytes."""
    found = {name: Measured() for name in kinds}
    warm, random = Measured(), Random(size)
    for kind in kinds.values():
        for pair in kind.pairs:
            pair.carry(size)
        await warm.turn(kind.pairs, kind.pids, random)
    for _ in range(WINDOWS):
        for name, kind in kinds.items():
            await found[name].turn(kind.pairs, kind.pids, random)
    return found


def rows_of(label: str, kind: str, processes: int, ours: Measured, echo: Measured) -> list[Row]:
    """Return the figures of one payload and number of processes."""
    where, at_rate = f"{label}, {kind}", f"{label}, {kind}, {RATE:,}/s:"
    rows = []
    for crowd, aim in ((MANY, Aim(RATE_AIM * processes, least=True)), (FEW, None)):
        bound = bounded_by(together(ours.shares[crowd]), SATURATED)
        beside = Baseline(median(echo.per_s[crowd]), "echo")
        rows.append(Row(f"{where}: messages/s, {crowd}", median(ours.per_s[crowd]), "/s", beside, aim, bound))
    bound = bounded_by(together(ours.at_rate), "estimate: whose turn it is on the cores")
    return [*rows, *latencies(at_rate, ours.took_ms, echo.took_ms, "echo", bound, Aim(P99_AIM_MS))]


async def _measure(path: str) -> Section:
    redis_url, rows = f"unix://{path}", []
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_client.connect(RedisSettings(redis_url=redis_url)))
        valkey = int((await redis.info("server"))["process_id"])
        (bare, bare_pid), (alone, alone_pid), (one, one_pid), (two, two_pid) = (
            stack.enter_context(serving_bare(redis_url)) for _ in range(4)
        )
        one_process, two_processes = KINDS
        kinds = {
            "echo": await Kind.opened(stack, echo_at(bare), {"server": bare_pid}),
            one_process: await Kind.opened(stack, hub_at(alone), {"hub": alone_pid, "Valkey": valkey}),
            two_processes: await Kind.opened(
                stack, hub_at(one, two), {"hub 1": one_pid, "hub 2": two_pid, "Valkey": valkey}
            ),
        }
        for label, size in PAYLOADS.items():
            found = await measured(kinds, size)
            for processes, kind in enumerate(KINDS, 1):
                rows += rows_of(label, kind, processes, found[kind], found["echo"])
    return Section("hub", "the built-in Realtime hub", METHOD, rows)


def measure() -> Section:
    """Measure the part."""
    with running_valkey() as path, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(path))
