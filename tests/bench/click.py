"""The part `click`: from a click, and from `ready`, to the match, over real sockets through a real server process."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from random import Random
from typing import NamedTuple

import uvloop

from matcher.settings import Secret
from tests.bench.callers import Crowd, Found, ready
from tests.bench.hub_server import serving_bare
from tests.bench.load import FORGIVEN, Shares, arrive, bounded_by, poisson, together, watched
from tests.bench.percentiles import median
from tests.bench.raw_socket import RawSocket
from tests.bench.service import pages, running_service
from tests.bench.table import Row, Section
from tests.bench.visits import Visitor, visits_nobody
from tests.bench.windows import HOW, WINDOWS, latencies
from tests.conftest import until
from tests.e2e.stack import Stack

READY_RATES = (50, 200, 400)
VISIT_RATES = (50, 200)
WINDOW_S = 0.5
SOCKETS = 400
LANGUAGES = ("de", "en", "es", "fr")
VISITORS_LANGUAGES = ("da", "fi", "it", "nl")  # so that they meet each other only

METHOD = f"""\
*Clicks/s*: the whole path. New visitors, each with an address of its own, press Connect at random (Poisson) and take
every step that a page takes with the server: `POST /v1/session`, the queue's socket, `hello`, `relay`, at once `ready`,
`matched`; without what a browser does in between, which is what the part `call` measures. The baseline takes the same
steps, in messages of the same size, at a server that answers each with an echo. *Ready/s*: the last step of it.
{SOCKETS} pages have opened their sockets and have their relay credentials; one of them says `ready`. The baseline is a
frame of the same size sent back by the echo, at the same rate over as many sockets. Every page speaks one of
{len(LANGUAGES)} languages. *Joiner*: until the page that comes has `matched`, for those who find somebody waiting.
*Partner*: from the same moment until the page that waited has `matched`. *Described*: until both also have the other's
description, which goes with the match by default and is checked to be the partner's. All acknowledge, say that they are
connected, end the call and take fresh credentials or leave, all within the load. One server process, one matcher,
Valkey; everything is behind the same uvicorn with the same options. {FORGIVEN} Windows have {WINDOW_S} s. {HOW}"""

# Seen once, at the highest rates; `ours` is server and matcher, without what they call.
READY_PROFILE = "py-spy: asyncio 30 %, the client of Redis 28 %, ours 17 %, uvicorn 7 %, tokens 3 %"
VISIT_PROFILE = "py-spy: asyncio 27 %, the client of Redis 21 %, ours 13 %, uvicorn 12 %, Starlette 6 %, tokens 5 %"
WHY = "estimate: round trips to Redis from one event loop, and whose turn it is on the cores"


class Seen(NamedTuple):
    """One window: the matches, who was busy, and the visitors, where there were any."""

    found: list[Found]
    shares: Shares
    visitors: Sequence[Visitor] = ()


class Service:
    """The service under load, and the bare server beside.

    Args:
        service: It.
        bare: The port of the bare server.
        crowd: The pages, which wait to be pressed.
        echoes: Sockets of the bare server.
    """

    def __init__(self, service: Stack, bare: int, crowd: Crowd, echoes: Sequence[RawSocket]) -> None:
        self._port = int(service.url.rpartition(":")[2])
        self._pids = {name: process.pid for name, process in service.processes.items()} | {"generator": os.getpid()}
        self._bare = bare
        self._crowd = crowd
        self._visitors = Crowd(Random(1))
        self._echoes = echoes
        self._random = Random(2)

    def _arrivals(self, rate: float) -> tuple[float, list[float]]:
        return time.monotonic() + 0.05, poisson(rate, WINDOW_S, self._random)

    async def presses(self, rate: float) -> Seen:
        """Let pages enter the queue."""
        begin, times = self._arrivals(rate)
        with watched(self._pids) as shares:
            await arrive(begin, times, self._crowd.press)
            await until(lambda: self._crowd.settled, "the last answer")
        return Seen(self._crowd.take(), shares)

    async def visits(self, rate: float) -> Seen:
        """Let visitors come; whoever still waits in the end leaves."""
        visitors, languages = [], cycle(VISITORS_LANGUAGES)

        async def one(begun: float) -> None:
            visitors.append(Visitor(self._visitors, self._port, next(languages)))
            await visitors[-1].comes(begun)

        begin, times = self._arrivals(rate)
        with watched(self._pids) as shares:
            await arrive(begin, times, one)
            await until(lambda: self._visitors.settled, "the last visitor's answer")
        for visitor in visitors:
            visitor.socket.close()
        return Seen(self._visitors.take(), shares, visitors)

    async def echoed(self, rate: float) -> list[float]:
        """Send frames as long as `ready` to the echo; return how long each took, in ms."""
        took: list[float] = []
        frame, sockets = ready(0), cycle(self._echoes)

        async def one(begun: float) -> None:
            socket = next(sockets)
            socket.heard = lambda _: took.append(1000 * (time.monotonic() - begun))
            socket.send(frame)

        begin, times = self._arrivals(rate)
        await arrive(begin, times, one)
        await until(lambda: len(took) == len(times), "the last echo")
        return took

    async def visits_to_nobody(self, rate: float) -> list[float]:
        """Take a visit's steps at the bare server; return how long each took, in ms."""
        took: list[float] = []

        async def one(begun: float) -> None:
            took.append(await visits_nobody(self._bare, begun))

        begin, times = self._arrivals(rate)
        await arrive(begin, times, one)
        return took


@asynccontextmanager
async def under_load(service: Stack, key: Secret) -> AsyncIterator[Service]:
    """Open all that stays open."""
    async with AsyncExitStack() as stack:
        bare, _ = stack.enter_context(serving_bare())
        echoes = []
        for _ in range(SOCKETS):
            echoes.append(await RawSocket.open(bare, "/echo", lambda _: None))
            stack.callback(echoes[-1].close)
        crowd = Crowd(Random(1))
        await stack.enter_async_context(pages(service, key, SOCKETS, crowd, LANGUAGES))
        yield Service(service, bare, crowd, echoes)


def rows_of(where: str, ours: Sequence[Seen], beside: Sequence[Sequence[float]], name: str, why: str) -> list[Row]:
    """Return the figures of one rate."""
    bound = bounded_by(together([window.shares for window in ours]), why)
    times: dict[str, Callable[[Found], float]] = {
        "joiner": lambda found: found.joiner_ms,
        "partner": lambda found: found.partner_ms,
        "described": lambda found: found.described_ms,
    }
    return [
        row
        for what, time_of in times.items()
        for row in latencies(
            f"{where}: {what}", [[time_of(found) for found in window.found] for window in ours], beside, name, bound
        )
    ]


def steps_of(windows: Sequence[Seen]) -> str:
    """Say how long the steps before the match take."""
    took = [visitor.took_ms() for window in windows for visitor in window.visitors]
    each = (f"{step} {median([steps[step] for steps in took]):.1f} ms" for step in took[0])
    return f"{', '.join(each)}, the rest `ready` to `matched`"


def cost_of(what: str, windows: Sequence[Seen], why: str) -> Row:
    """Return what one call costs the server, its way there included."""
    shares = together([window.shares for window in windows])
    cpu_us = shares.cpu_us("server", sum(len(window.found) for window in windows))
    return Row(f"CPU of the server for {what}, both ends", cpu_us / 1000, "ms", None, None, why)


async def _measure(service: Stack, key: Secret) -> Section:
    visits: dict[int, list[Seen]] = {rate: [] for rate in VISIT_RATES}
    presses: dict[int, list[Seen]] = {rate: [] for rate in READY_RATES}
    bare: dict[int, list[list[float]]] = {rate: [] for rate in VISIT_RATES}
    echoed: dict[int, list[list[float]]] = {rate: [] for rate in READY_RATES}
    async with under_load(service, key) as load:
        for _ in range(WINDOWS):
            for rate in VISIT_RATES:
                bare[rate].append(await load.visits_to_nobody(rate))
                visits[rate].append(await load.visits(rate))
            for rate in READY_RATES:
                echoed[rate].append(await load.echoed(rate))
                presses[rate].append(await load.presses(rate))
    rows = []
    for rate, seen in visits.items():
        rows += rows_of(f"{rate} clicks/s, whole path", seen, bare[rate], "bare path", steps_of(seen))
    for rate, seen in presses.items():
        rows += rows_of(f"{rate} ready/s", seen, echoed[rate], "echo", WHY)
    costs = [
        cost_of("a whole call from the click on", visits[VISIT_RATES[-1]], VISIT_PROFILE),
        cost_of("a whole call from `ready` on", presses[READY_RATES[-1]], READY_PROFILE),
    ]
    return Section("click", "from a click to `matched`", METHOD, [*rows, *costs])


def measure() -> Section:
    """Measure the part."""
    with running_service() as (service, key), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(service, key))
