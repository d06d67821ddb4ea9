"""The processes that load the waiting room, and what they have seen together."""

import asyncio
import secrets
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from tests.bench.load import Shares, watched
from tests.bench.pairing_load import Load, Log, Recall, Window

ROOT = Path(__file__).parents[2]
PROCESSES = 2
HEAD_START_S = 0.05
TOLD_S = 10.0  # for the last partner to be told; a stuck one fails the run


class Seen(NamedTuple):
    """One window: ms from arrival to the joiner's answer, and to the message at the partner's; who was busy."""

    joiner_ms: list[float]
    partner_ms: list[float]
    shares: Shares


class Generators:
    """PROCESSES processes in which callers arrive.

    Args:
        processes: They.
        pids: Further processes to watch meanwhile, by name.
    """

    def __init__(self, processes: Sequence[Process], pids: Mapping[str, int]) -> None:
        self._processes = processes
        self._pids = {**pids, **{f"generator {n}": process.pid for n, process in enumerate(processes, 1)}}

    async def window(self, pool: str, rate: float, seconds: float) -> Seen:
        """Let callers arrive, `rate` a second altogether; return once each matched one's partner is told."""
        begin = time.monotonic() + HEAD_START_S
        with watched(self._pids) as shares:
            logs = await self._ask(Window(pool, rate / len(self._processes), seconds, begin))
        deadline = time.monotonic() + TOLD_S
        while untold(logs):
            assert time.monotonic() < deadline, f"{len(untold(logs))} partners were not told within {TOLD_S:.0f} s"
            logs = await self._ask(Recall())
        return seen(logs, shares)

    async def _ask(self, what: Window | Recall) -> list[Log]:
        for process in self._processes:
            assert process.stdin
            process.stdin.write(msgspec.json.encode(what) + b"\n")
        return [msgspec.json.decode(await _line(process), type=Log) for process in self._processes]


@asynccontextmanager
async def generators(
    redis_url: str, rooms: Sequence[str], floor: str, pids: Mapping[str, int]
) -> AsyncIterator[Generators]:
    """Start the processes, for rooms and floor by their pools; they end with the context."""
    async with AsyncExitStack() as stack:
        processes = []
        for seed in range(PROCESSES):
            load = Load(redis_url, secrets.token_urlsafe(9), seed, list(rooms), floor)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.pairing_load", msgspec.json.encode(load).decode(),
                cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**26,
            )  # fmt: skip
            assert process.stdin
            stack.push_async_callback(process.wait)
            stack.callback(process.stdin.close)
            processes.append(process)
        for process in processes:
            assert await _line(process) == b"ready\n"
        yield Generators(processes, pids)


async def _line(process: Process) -> bytes:
    assert process.stdout
    return await process.stdout.readline()


def untold(logs: Sequence[Log]) -> set[str]:
    """Return the joiners whose partners have not been told, in whatever process these are."""
    joined = {ticket for log in logs for ticket, (_, _, matched) in log.entered.items() if matched}
    return joined.difference(*(log.told for log in logs))


def seen(logs: Sequence[Log], shares: Shares) -> Seen:
    """Put together what the processes have seen; every joiner's partner has been told."""
    told = {ticket: at for log in logs for ticket, at in log.told.items()}
    joined = [
        (begun, answered, told[ticket])
        for log in logs
        for ticket, (begun, answered, matched) in log.entered.items()
        if matched
    ]
    joiner_ms = [1000 * (answered - begun) for begun, answered, _ in joined]
    return Seen(joiner_ms, [1000 * (at - begun) for begun, _, at in joined], shares)
