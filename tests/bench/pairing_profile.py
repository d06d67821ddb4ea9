"""Where Redis's CPU time goes: the kernel's account of its main thread, and Redis's own of each command."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from redis.asyncio import Redis

from tests.bench.percentiles import median

SCRIPTS = ("evalsha", "eval")


class Spent(NamedTuple):
    """The CPU time of one operation in µs, and how much of it each command took, those within scripts included."""

    us: float
    commands: dict[str, float]


async def spent(redis: Redis, count: int, one: Callable[[int], Awaitable[object]]) -> Spent:
    """Do something so often, told which time it is, and return what it costs Redis each time."""
    commands, begun = await _commands_us(redis), await _busy_us(redis)
    for number in range(count):
        await one(number)
    us = (await _busy_us(redis) - begun) / count
    took = {name: (now - commands.get(name, 0)) / count for name, now in (await _commands_us(redis)).items()}
    return Spent(us, {name: once for name, once in took.items() if once > 0})


async def _busy_us(redis: Redis) -> float:
    usage = await redis.info("cpu")
    return (float(usage["used_cpu_user_main_thread"]) + float(usage["used_cpu_sys_main_thread"])) * 1e6


async def _commands_us(redis: Redis) -> dict[str, float]:
    stats = await redis.info("commandstats")
    by_name = {name.removeprefix("cmdstat_"): float(of["usec"]) for name, of in stats.items()}
    return {name: us for name, us in by_name.items() if name != "info"}


def profile(turns: Sequence[Spent], count: int = 3) -> str:
    """Say what took the time, the most first: sockets and parsing, Lua itself, and the commands that scripts call.

    Args:
        turns: Of one operation, which is one script.
        count: How many to name.
    """
    whole = sum(turn.us for turn in turns)
    names = {name for turn in turns for name in turn.commands}
    parts = {name.upper(): sum(turn.commands.get(name, 0) for turn in turns) for name in names}
    scripts = sum(parts.pop(name.upper(), 0) for name in SCRIPTS)
    parts["Lua"] = max(0, scripts - sum(parts.values()))
    parts["sockets and parsing"] = max(0, whole - scripts)
    longest = sorted(parts, key=lambda name: -parts[name])[:count]
    return ", ".join(f"{name} {100 * parts[name] / sum(parts.values()):.0f} %" for name in longest)


def typical_us(turns: Sequence[Spent]) -> float:
    """Return the median of the turns, in µs."""
    return median([turn.us for turn in turns])
