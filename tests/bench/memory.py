"""The part `memory`: what a waiting caller and a hub's socket hold, in Valkey and in the server process."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from random import Random

import uvloop
from redis.asyncio import Redis

from matcher.domain import Side, topic_of
from matcher.policy import rungs
from matcher.settings import Secret
from matcher.wire import Prefs
from tests.bench.click import READY, Crowd, pages, running_service
from tests.bench.hub_server import serving_bare
from tests.bench.hub_ways import join
from tests.bench.load import uss_bytes
from tests.bench.raw_socket import RawSocket
from tests.bench.table import Aim, Baseline, Row, Section
from tests.bench.waiters import crowd
from tests.conftest import running_valkey, until
from tests.e2e.stack import Stack

WAITERS = 20_000
WARM, SOCKETS = 200, 1000
PER_GB_AIM = 20_000
GB = 10**9

METHOD = f"""\
*In Valkey*: growth of `used_memory` over {WAITERS:,} waiters, each with a language and every rung begun, beside the
bytes of its ids, age and preferences alone. *Sockets*: growth of the server process's private memory (USS) over
{SOCKETS:,} sockets, after {WARM} that are not counted, beside as many sockets of a bare echo on the same uvicorn. A
queue socket waits in the queue with its relay credentials; a hub socket has joined its call's channel, two to each.
*Waiting callers per GB* is 10⁹ bytes over what one of them holds in Valkey and in the server together."""


async def in_valkey(redis: Redis) -> tuple[float, float]:
    """Return the bytes of one waiter, and those of the least that must be known of it."""

    async def used() -> int:
        return int((await redis.info("memory"))["used_memory"])

    await crowd(redis, "main", 100)
    before = await used()
    await crowd(redis, "main", WAITERS, first=100)
    buckets = sum(len(bucket) for rung in rungs(Prefs(("en",))) for bucket in rung.buckets)
    return (await used() - before) / WAITERS, 2 * 22 + 13 + buckets


async def growth(pid: int, more: Callable[[int], Awaitable[None]]) -> float:
    """Return the bytes that one of SOCKETS adds to a process; `more` opens so many."""
    await more(WARM)
    before = uss_bytes(pid)
    await more(SOCKETS)
    return (uss_bytes(pid) - before) / SOCKETS


async def echo_socket() -> float:
    """Return the bytes of a bare socket."""
    async with AsyncExitStack() as stack:
        port, pid = stack.enter_context(serving_bare())

        async def more(count: int) -> None:
            for _ in range(count):
                socket = await RawSocket.open(port, "/echo", lambda _: None)
                stack.callback(socket.close)

        return await growth(pid, more)


async def hub_socket() -> float:
    """Return the bytes of a socket in a call's channel."""
    async with AsyncExitStack() as stack:
        port, pid = stack.enter_context(serving_bare())

        async def more(count: int) -> None:
            for _ in range(count // 2):
                topic = topic_of(secrets.token_urlsafe(16))
                for side in Side:
                    await join(stack, port, topic, side, lambda _: None)

        return await growth(pid, more)


async def queue_socket(service: Stack, key: Secret) -> float:
    """Return the bytes of a socket whose page waits in the queue."""
    everybody = Crowd(Random(1))
    async with AsyncExitStack() as stack:
        opened = 0

        async def more(count: int) -> None:
            nonlocal opened
            spoken = languages(opened, count)
            there = await stack.enter_async_context(pages(service, key, count, everybody, opened, spoken))
            opened += count
            for page in there:
                page.socket.send(READY)
            await until(lambda: all(page.waits for page in there), "all to wait", 60)

        return await growth(service.processes["server"].pid, more)


def languages(first: int, count: int) -> list[str]:
    """Return so many languages, all different, of three letters."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [letters[n // 676 % 26] + letters[n // 26 % 26] + letters[n % 26] for n in range(first, first + count)]


async def _measure(path: str, service: Stack, key: Secret) -> Section:
    async with Redis(unix_socket_path=path, socket_timeout=None) as redis:
        waiter, least = await in_valkey(redis)
    echo, queue, hub = await echo_socket(), await queue_socket(service, key), await hub_socket()
    index = "index entries for each rung, ticket, caller and lease, each with its ids"
    state = "TCP, uvicorn and Starlette as in the echo; two tasks, an inbox, credentials, the last messages"
    return Section("memory", "what one more caller holds", METHOD, [
        Row("waiting caller in Valkey", waiter, "B", Baseline(least, "ids alone"), None, index),
        Row("waiting caller's queue socket in the server", queue, "B", Baseline(echo, "echo socket"), None, state),
        Row("hub socket in the server", hub, "B", Baseline(echo, "echo socket"), None, state),
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
