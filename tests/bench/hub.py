"""The part `hub`: how many broadcasts the built-in Realtime hub delivers, and how fast."""

import asyncio
import json
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import NamedTuple

import uvloop

from matcher import redis_client
from matcher.domain import Side, topic_of
from matcher.settings import RedisSettings
from tests.bench.hub_server import serving_bare
from tests.bench.load import Shares, arrive, bounded_by, cpu_s, poisson, watched
from tests.bench.percentiles import median, percentile
from tests.bench.raw_socket import RawSocket, framed
from tests.bench.table import Aim, Baseline, Row, Section
from tests.conftest import running_valkey, until
from tests.integration.realtime_server import KEY, TOKENS

ROOT = Path(__file__).parents[2]
PAYLOADS = {"100 B": 100, "1 KB": 1000, "10 KB": 10_000}
PAIRS = 8
IN_FLIGHT = 8  # per pair
SLICES, SLICE_S = 20, 0.2
RATE, RATE_S = 1000, 4.0
QUIET_S = 0.03
RATE_AIM, P99_AIM_MS = 3000, 10.0  # messages/s of one process; at RATE

METHOD = f"""\
One message is one frame into the server and one out of it: back to its sender (echo), or to the other end of a call
(hub, with Redis for the other processes, as the server runs it). Messages/s: {PAIRS} calls with {IN_FLIGHT} messages
each under way, medians of {SLICES} slices of {SLICE_S} s, echo and hub in turns. The times are those at {RATE:,}
messages/s, sent at random (Poisson) whether earlier ones have arrived or not. With two processes the ends of each call
are at different ones, so that each message crosses Redis; the aim is per process. The baseline is a bare WebSocket
echo on the same uvicorn, in one process."""


class Pair:
    """A way through the server: what is sent comes out at the other end, in order."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame
        self.sender: RawSocket
        self.on_delivery: Callable[[], None] = lambda: None

    def heard(self, _: bytes) -> None:
        """Take one delivery."""
        self.on_delivery()

    def send(self) -> None:
        """Send one message."""
        self.sender.send(self.frame)


Open = Callable[[AsyncExitStack, int, int], Awaitable[Pair]]


async def _socket(stack: AsyncExitStack, port: int, path: str, heard: Callable[[bytes], None]) -> RawSocket:
    socket = await RawSocket.open(port, path, heard)
    stack.callback(socket.close)
    return socket


def echo_at(port: int) -> Open:
    """Return what opens a socket that hears itself."""

    async def opened(stack: AsyncExitStack, number: int, size: int) -> Pair:
        pair = Pair(framed("x" * size))
        pair.sender = await _socket(stack, port, "/echo", pair.heard)
        return pair

    return opened


async def join(stack: AsyncExitStack, port: int, topic: str, side: Side, heard: Callable[[bytes], None]) -> RawSocket:
    """Open a socket in a call's channel; `heard` is told what comes after the join."""
    joined = asyncio.get_running_loop().create_future()
    socket = await _socket(stack, port, f"/realtime/v1/websocket?vsn=2.0.0&apikey={KEY}", joined.set_result)
    joining = {"config": {"private": True}, "access_token": TOKENS.mint(topic, side, 600)}
    socket.send(framed(json.dumps(["1", "1", f"realtime:{topic}", "phx_join", joining])))
    assert json.loads(await joined)[4]["status"] == "ok"
    socket.heard = heard
    return socket


def hub_at(*ports: int) -> Open:
    """Return what opens a call's channel, with its ends at the first and the last port, and the next the other way."""

    async def opened(stack: AsyncExitStack, number: int, size: int) -> Pair:
        topic = topic_of(secrets.token_urlsafe(16))
        broadcast = {"event": "s", "payload": {"frame": "x" * size}}
        pair = Pair(framed(json.dumps(["1", None, f"realtime:{topic}", "broadcast", broadcast])))
        ends = ports if number % 2 else ports[::-1]
        pair.sender = await join(stack, ends[0], topic, Side.A, lambda _: None)
        await join(stack, ends[-1], topic, Side.B, pair.heard)
        return pair

    return opened


async def slice_of(pairs: Sequence[Pair]) -> float:
    """Keep IN_FLIGHT messages of each pair under way for a while; return the deliveries a second."""
    count, under_way, over = 0, 0, asyncio.Event()
    begun = time.monotonic()
    end = begun + SLICE_S

    def take(pair: Pair) -> Callable[[], None]:
        def delivered() -> None:
            nonlocal count, under_way
            if time.monotonic() < end:
                count += 1
                pair.send()
            else:
                under_way -= 1
                if not under_way:
                    over.set()

        return delivered

    for pair in pairs:
        pair.on_delivery = take(pair)
        under_way += IN_FLIGHT
        for _ in range(IN_FLIGHT):
            pair.send()
    async with asyncio.timeout(30):
        await over.wait()
    return count / SLICE_S


async def times_of(pairs: Sequence[Pair]) -> list[float]:
    """Send RATE messages a second over all pairs; return how long each took, in ms."""
    took: list[float] = []
    sent: dict[Pair, list[float]] = {pair: [] for pair in pairs}
    random = Random(1)
    for pair in pairs:

        def delivered(waiting: list[float] = sent[pair]) -> None:
            took.append(1000 * (time.monotonic() - waiting.pop(0)))

        pair.on_delivery = delivered

    async def send(begun: float) -> None:
        pair = random.choice(pairs)
        sent[pair].append(begun)
        pair.send()

    times = poisson(RATE, RATE_S, random)
    await arrive(time.monotonic() + 0.1, times, send)
    await until(lambda: len(took) == len(times), "the last message")
    return took


async def quiet(pids: Iterable[int]) -> None:
    """Wait until processes have done what was left to them: what a hub tells the other processes comes after."""
    before = [-1.0]
    while (now := [cpu_s(pid) for pid in pids]) != before:
        before = now
        await asyncio.sleep(QUIET_S)


class Measured(NamedTuple):
    """Messages a second when as many as possible are sent, with who is busy then; ms of each at RATE."""

    per_s: float
    shares: Shares
    took_ms: list[float]
    at_rate: Shares


async def measured(kinds: dict[str, tuple[Open, dict[str, int]]], size: int) -> dict[str, Measured]:
    """Measure ways through the servers in turns.

    Args:
        kinds: By name, what opens a pair, and the processes that work for it.
        size: Of the payload, bytes.
    """
    own = {"generator": os.getpid()}
    async with AsyncExitStack() as stack:
        pairs = {name: [await opened(stack, n, size) for n in range(PAIRS)] for name, (opened, _) in kinds.items()}
        rates: dict[str, list[float]] = {name: [] for name in kinds}
        shares: dict[str, list[Shares]] = {name: [] for name in kinds}
        for number in range(SLICES + 1):
            for name, (_, pids) in kinds.items():
                with watched({**pids, **own}) as share:
                    rate = await slice_of(pairs[name])
                await quiet(pids.values())
                if number:  # the first one warms up
                    rates[name].append(rate)
                    shares[name].append(share)
        found = {}
        for name, (_, pids) in kinds.items():
            together = Shares({who: sum(share[who] for share in shares[name]) / SLICES for who in shares[name][0]})
            with watched({**pids, **own}) as at_rate:
                took = await times_of(pairs[name])
            found[name] = Measured(median(rates[name]), together, took, at_rate)
        return found


def rows_of(label: str, kind: str, processes: int, ours: Measured, echo: Measured) -> list[Row]:
    """Return the figures of one payload and number of processes."""
    where = f"{label}, {kind}"
    limit = bounded_by(ours.shares, "whose turn it is on the cores")
    waits = bounded_by(ours.at_rate, "whose turn it is on the cores")
    aim = Aim(RATE_AIM * processes, least=True)
    return [
        Row(f"{where}: messages/s", ours.per_s, "/s", Baseline(echo.per_s, "echo"), aim, limit),
        Row(f"{where}: p50 at {RATE:,}/s", percentile(ours.took_ms, 50), "ms",
            Baseline(percentile(echo.took_ms, 50), "echo"), None, waits),
        Row(f"{where}: p99 at {RATE:,}/s", percentile(ours.took_ms, 99), "ms",
            Baseline(percentile(echo.took_ms, 99), "echo"), Aim(P99_AIM_MS), waits),
    ]  # fmt: skip


async def _measure(path: str) -> Section:
    redis_url, rows = f"unix://{path}", []
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_client.connect(RedisSettings(redis_url=redis_url)))
        valkey = int((await redis.info("server"))["process_id"])
        (bare, bare_pid), (alone, alone_pid), (one, one_pid), (two, two_pid) = (
            stack.enter_context(serving_bare(redis_url)) for _ in range(4)
        )
        kinds = {
            "echo": (echo_at(bare), {"server": bare_pid}),
            "1 process": (hub_at(alone), {"hub": alone_pid, "Valkey": valkey}),
            "2 processes": (hub_at(one, two), {"hub 1": one_pid, "hub 2": two_pid, "Valkey": valkey}),
        }
        for label, size in PAYLOADS.items():
            found = await measured(kinds, size)
            for processes, kind in enumerate(("1 process", "2 processes"), 1):
                rows += rows_of(label, kind, processes, found[kind], found["echo"])
    return Section("hub", "the built-in Realtime hub", METHOD, rows)


def measure() -> Section:
    """Measure the part."""
    with running_valkey() as path, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(path))
