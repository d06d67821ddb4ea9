"""The part `pairing`: the waiting room under load, in a small crowd and in a large one."""

import asyncio
import secrets
import sys
import time
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import msgspec

from matcher import redis_client
from matcher.settings import RedisSettings
from matcher.waiting_room import WaitingRoom
from matcher.worker import sweep_for_ever
from tests.bench import pairing_cost
from tests.bench.load import Shares, bounded_by, watched
from tests.bench.pairing_load import LANGUAGES, Load, Log, cancelled_at_the_end
from tests.bench.percentiles import percentile
from tests.bench.table import Aim, Baseline, Row, Section
from tests.bench.waiters import crowd
from tests.conftest import running_valkey

ROOT = Path(__file__).parents[2]
RATES = (100, 500, 1000, 2000)
SMALL, LARGE = 100, 100_000
SECONDS = 6.0
WORKERS = 2
P99_MS = 20.0  # at 1,000 arrivals a second
AIMED = 1000
HEAD_START_S = 0.3

METHOD = f"""\
Callers of {len(LANGUAGES)} languages arrive at random (Poisson), in {WORKERS} processes that use the waiting room as
the server does, through `matcher.waiting_room` and a Valkey on a unix socket; matched, they acknowledge and end their
call at once, and a sweeper runs beside. The crowd waits for languages that nobody else speaks. *Joiner*: from arrival
to the script's answer, for those whom it matches. *Partner*: from the same arrival until the process of the one who
waited has the message. The baseline is the floor: a script that pops whoever is first in a list or else appends,
through the same client, at the same rate. CPU times are Redis's own, medians of {pairing_cost.TURNS} turns of
{pairing_cost.EACH} operations, the rooms in turns."""


class Measured(NamedTuple):
    """One load: ms from arrival to the answer and to the partner's message, pairs a second, who was busy."""

    joiner_ms: list[float]
    partner_ms: list[float]
    pairs_s: float
    shares: Shares


async def under_load(url: str, valkey: int, kind: str, pool: str, rate: float) -> Measured:
    """Let callers arrive in WORKERS processes, `rate` a second altogether."""
    async with AsyncExitStack() as stack:
        processes = []
        for number in range(WORKERS):
            load = Load(kind, url, pool, secrets.token_urlsafe(9), rate / WORKERS, SECONDS, 1000 * number + int(rate))
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.pairing_load", msgspec.json.encode(load).decode(),
                cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**26,
            )  # fmt: skip
            stack.push_async_callback(process.wait)
            processes.append(process)
        for process in processes:
            assert process.stdout
            assert await process.stdout.readline() == b"ready\n"
        begin = time.monotonic() + HEAD_START_S
        pids = {"Valkey": valkey, **{f"generator {n}": process.pid for n, process in enumerate(processes, 1)}}
        with watched(pids) as shares:
            for process in processes:
                assert process.stdin
                process.stdin.write(f"{begin}\n".encode())
            await asyncio.sleep(begin + SECONDS - time.monotonic())
        logs = [msgspec.json.decode((await process.communicate())[0], type=Log) for process in processes]
    return summed(logs, shares)


def summed(logs: list[Log], shares: Shares) -> Measured:
    """Put what the processes have seen together."""
    entered = {ticket: seen for log in logs for ticket, seen in log.entered.items()}
    told = {ticket: at for log in logs for ticket, at in log.told.items()}
    joiners = [1000 * (answered - begun) for begun, answered, matched in entered.values() if matched]
    partners = [1000 * (at - entered[ticket][0]) for ticket, at in told.items() if ticket in entered]
    return Measured(joiners, partners, len(joiners) / SECONDS, shares)


def rows_of(rate: int, size: int, ours: Measured, floor: Measured) -> list[Row]:
    """Return the figures of one rate with one crowd, beside the floor's."""
    where = f"{rate:,} arrivals/s, {size:,} waiters"
    bound = bounded_by(ours.shares, "round trips, and whose turn it is on the cores")
    aim = Aim(P99_MS) if rate == AIMED else None
    return [
        Row(f"{where}: pairs", ours.pairs_s, "/s", Baseline(floor.pairs_s, "floor"), None, "the arrivals"),
        Row(f"{where}: joiner p50", percentile(ours.joiner_ms, 50), "ms",
            Baseline(percentile(floor.joiner_ms, 50), "floor"), None, bound),
        Row(f"{where}: joiner p99", percentile(ours.joiner_ms, 99), "ms",
            Baseline(percentile(floor.joiner_ms, 99), "floor"), aim, bound),
        Row(f"{where}: partner p50", percentile(ours.partner_ms, 50), "ms",
            Baseline(percentile(floor.partner_ms, 50), "floor"), None, bound),
        Row(f"{where}: partner p99", percentile(ours.partner_ms, 99), "ms",
            Baseline(percentile(floor.partner_ms, 99), "floor"), aim, bound),
    ]  # fmt: skip


async def _measure(path: str) -> Section:
    url = f"unix://{path}"
    async with redis_client.connect(RedisSettings(redis_url=url)) as redis:
        valkey = int((await redis.info("server"))["process_id"])
        await crowd(redis, "small", SMALL)
        some = (await crowd(redis, "large", LARGE))[:200]
        rows = []
        for rate in RATES:
            floor = await under_load(url, valkey, "floor", secrets.token_hex(4), rate)
            for pool, size in (("small", SMALL), ("large", LARGE)):
                async with cancelled_at_the_end(sweep_for_ever(WaitingRoom(redis, pool))):
                    ours = await under_load(url, valkey, "room", pool, rate)
                rows += rows_of(rate, size, ours, floor)
                if rate == AIMED:
                    rows.append(_per_core(ours, size))
        rows += await pairing_cost.rows(redis, ("small", SMALL), ("large", LARGE), some)
    return Section("pairing", "the waiting room under load", METHOD, rows)


def _per_core(ours: Measured, size: int) -> Row:
    calls_s = 1e6 / ours.shares.cpu_us("Valkey", ours.pairs_s * ours.shares.seconds)
    why = "Redis's one thread: two entries, two acknowledgements, an end, sockets included"
    return Row(f"whole calls that one core of Valkey carries, {size:,} waiters", calls_s, "/s", None, None, why)


def measure() -> Section:
    """Measure the part."""
    with running_valkey() as path:
        return asyncio.run(_measure(path))
