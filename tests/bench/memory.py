"""The part `memory`: what a waiting caller and a hub's socket hold, in Valkey and in the server process."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import islice, product
from random import Random
from string import ascii_lowercase
from typing import Any

import uvloop
from redis.asyncio import Redis

from matcher.domain import Side, topic_of
from matcher.policy import rungs
from matcher.settings import Secret
from matcher.wire import Prefs
from tests.bench.callers import Crowd
from tests.bench.hub_server import serving_bare
from tests.bench.hub_ways import join
from tests.bench.load import uss_bytes
from tests.bench.percentiles import slope
from tests.bench.raw_socket import RawSocket
from tests.bench.service import pages, running_service
from tests.bench.table import Aim, Baseline, Row, Section
from tests.bench.waiters import crowd
from tests.conftest import running_valkey, until
from tests.e2e.stack import Stack

STEPS = 20
WAITERS, SOCKETS = 1000, 60  # in each step
WARM = 200  # sockets before
PER_GB_AIM = 20_000
GB = 10**9

METHOD = f"""\
All grow in {STEPS} steps, and each figure is the slope of a line through the {STEPS + 1} readings: the median over all
pairs of them (Theil and Sen). A median of the steps alone would leave out what grows in jumps, such as a table that
doubles, and a difference of first and last would depend on where they fall. *In Valkey*: `used_memory` over
{STEPS * WAITERS:,} waiters, each with a language and every rung begun, beside the bytes of its ids, age and preferences
alone. *Sockets*: the server process's private memory (USS) over {STEPS * SOCKETS:,} sockets, after {WARM} that are not
counted, beside as many sockets of a bare echo on the same uvicorn. A queue socket waits in the queue with its relay
credentials and the description that its page gave with `ready`; a hub socket has joined its call's channel, two to
each. Whose objects a socket consists of was seen once, by tracemalloc, which counts those of Python alone: an echo's
are uvicorn's 7 KB, Starlette's 5, asyncio's 5 and websockets' 4. *Waiting callers per GB* is 10⁹ bytes over what one
of them holds in Valkey and in the server together."""

QUEUE_SOCKET = "Python's objects: asyncio 10 KB (tasks, inbox, locks), uvicorn 8, Starlette 7, websockets 6, ours 5"
HUB_SOCKET = "Python's objects: asyncio 8 KB (tasks, locks, time limits), uvicorn 7, Starlette 7, ours 6, websockets 5"


async def growth(read: Callable[[], Awaitable[int]], more: Callable[[int], Awaitable[None]], each: int) -> float:
    """Return the bytes that one more adds to what `read` tells; `more` adds so many."""
    readings = [(0.0, float(await read()))]
    for step in range(1, STEPS + 1):
        await more(each)
        readings.append((float(step * each), float(await read())))
    return slope(readings)


async def in_valkey(redis: Redis) -> tuple[float, float, str]:
    """Return the bytes of one waiter, those of the least that must be known of it, and which keys hold how many."""
    there = 0

    async def used() -> int:
        return int((await redis.info("memory"))["used_memory"])

    async def more(number: int) -> None:
        nonlocal there
        await crowd(redis, "main", number, first=there)
        there += number

    await more(100)
    waiter = await growth(used, more, WAITERS)
    buckets = sum(len(bucket) for rung in rungs(Prefs(("en",))) for bucket in rung.buckets)
    return waiter, 2 * 22 + 13 + buckets, await largest_keys(redis, there)


async def largest_keys(redis: Redis, waiters: int, count: int = 4) -> str:
    """Say how many bytes of each waiter are in which key, by MEMORY USAGE, the largest first."""
    keys: Any = await redis.keys()
    sizes = [(int(await redis.memory_usage(key, samples=0) or 0), key.decode()) for key in keys]
    largest = sorted(sizes, reverse=True)[:count]
    return ", ".join(f"{key.rpartition(':')[2]} {size / waiters:.0f} B" for size, key in largest)


async def in_process(pid: int, more: Callable[[int], Awaitable[None]]) -> float:
    """Return the bytes that one more socket adds to a process; `more` opens so many."""

    async def used() -> int:
        return uss_bytes(pid)

    await more(WARM)
    return await growth(used, more, SOCKETS)


async def echo_socket() -> float:
    """Return the bytes of a bare socket."""
    async with AsyncExitStack() as stack:
        port, pid = stack.enter_context(serving_bare())

        async def more(number: int) -> None:
            for _ in range(number):
                socket = await RawSocket.open(port, "/echo", lambda _: None)
                stack.callback(socket.close)

        return await in_process(pid, more)


async def hub_socket() -> float:
    """Return the bytes of a socket in a call's channel."""
    async with AsyncExitStack() as stack:
        port, pid = stack.enter_context(serving_bare())

        async def more(number: int) -> None:
            for _ in range(number // 2):
                topic = topic_of(secrets.token_urlsafe(16))
                for side in Side:
                    await join(stack, port, topic, side, lambda _: None)

        return await in_process(pid, more)


async def queue_socket(service: Stack, key: Secret) -> float:
    """Return the bytes of a socket whose page waits in the queue."""
    everybody = Crowd(Random(1))
    languages = map("".join, product(ascii_lowercase, repeat=3))  # nobody speaks another one's
    async with AsyncExitStack() as stack:

        async def more(number: int) -> None:
            spoken = list(islice(languages, number))
            there = await stack.enter_async_context(pages(service, key, number, everybody, spoken))
            for page in there:
                page.enter()
            await until(lambda: everybody.settled, "all to wait", 60)

        return await in_process(service.processes["server"].pid, more)


async def _measure(path: str, service: Stack, key: Secret) -> Section:
    async with Redis(unix_socket_path=path, socket_timeout=None) as redis:
        waiter, least, keys = await in_valkey(redis)
    echo, queue, hub = await echo_socket(), await queue_socket(service, key), await hub_socket()
    beside = Baseline(echo, "echo socket")
    return Section("memory", "what one more caller holds", METHOD, [
        Row("waiting caller in Valkey", waiter, "B", Baseline(least, "ids alone"), None, keys),
        Row("waiting caller's queue socket in the server", queue, "B", beside, None, QUEUE_SOCKET),
        Row("hub socket in the server", hub, "B", beside, None, HUB_SOCKET),
        Row("waiting callers per GB, Valkey and server", GB / (waiter + queue), "", Baseline(GB / echo, "echo sockets"),
            Aim(PER_GB_AIM, least=True), "the socket's share"),
    ])  # fmt: skip


def measure() -> Section:
    """Measure the part."""
    with (
        running_valkey() as path,
        running_service() as (service, key),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(path, service, key))
