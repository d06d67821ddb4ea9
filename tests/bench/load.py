"""Arrivals that do not wait for answers, and who is busy meanwhile."""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

TICKS = os.sysconf("SC_CLK_TCK")
# Event loops sleep in whole ms: an arrival that is begun so much late counts from its begin, not from its time.
GRAIN_S = 0.002
FORGIVEN = (
    "Arrivals do not wait for answers; one that the generator begins late counts from when it was due, unless it is "
    f"late by no more than {1000 * GRAIN_S:.0f} ms, the grain of its own timer."
)
FULL = 0.85  # of a core, from which on a process is taken to have no more to give


def poisson(rate: float, seconds: float, random: Random) -> list[float]:
    """Return when they come, in s from the begin: `rate` a second on average, each by itself."""
    times, at = [], random.expovariate(rate)
    while at < seconds:
        times.append(at)
        at += random.expovariate(rate)
    return times


async def arrive(begin: float, times: list[float], one: Callable[[float], Coroutine[None, None, None]]) -> None:
    """Let each arrive at its time, whether the earlier ones are served or not; return when all are.

    Args:
        begin: `time.monotonic()` of the begin.
        times: s from there, in order.
        one: Serves one arrival; told the `time.monotonic()` from which its wait counts, so that an arrival for which
            this very process was too busy counts as late, not as fast.
    """
    async with asyncio.TaskGroup() as group:
        for at in times:
            due = begin + at
            while (now := time.monotonic()) < due:
                await asyncio.sleep(due - now)
            group.create_task(one(now if now - due < GRAIN_S else due))


def cpu_s(pid: int) -> float:
    """Return the CPU time that a process has used, in s."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def uss_bytes(pid: int) -> int:
    """Return the memory that a process shares with nobody (proc(5), smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


class Shares(dict[str, float]):
    """How much of a core each process has used, by name; `seconds` is how long that was."""

    seconds = 0.0

    def cpu_us(self, name: str, count: float) -> float:
        """Return the CPU time of one of `count` things, in µs."""
        return self[name] * self.seconds * 1e6 / count


@contextmanager
def watched(pids: Mapping[str, int]) -> Iterator[Shares]:
    """Watch processes for as long as the context is open; the shares are there afterwards."""
    shares = Shares()
    before, begun = {name: cpu_s(pid) for name, pid in pids.items()}, time.monotonic()
    yield shares
    shares.seconds = time.monotonic() - begun
    shares.update({name: (cpu_s(pid) - before[name]) / shares.seconds for name, pid in pids.items()})


def together(stretches: Sequence[Shares]) -> Shares:
    """Return the shares over several stretches of time, in which the same processes were watched."""
    whole = Shares()
    whole.seconds = sum(stretch.seconds for stretch in stretches)
    for name in stretches[0]:
        whole[name] = sum(stretch[name] * stretch.seconds for stretch in stretches) / whole.seconds
    return whole


def bounded_by(shares: Mapping[str, float], otherwise: str) -> str:
    """Say what bounds a figure: what fills its core, the busiest first, else `otherwise`; and how busy all are."""
    busiest = sorted(shares, key=lambda name: -shares[name])
    full = [name for name in busiest if shares[name] >= FULL]
    all_of_them = ", ".join(f"{name} {shares[name]:.0%}".replace("%", " %") for name in busiest)
    return f"{' and '.join(full) or otherwise} ({all_of_them})"
