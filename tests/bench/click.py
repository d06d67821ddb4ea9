"""The part `click`: the whole path from `ready` to `matched`, over real sockets through a real server process."""

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import uvloop

from matcher.settings import Secret
from server.sessions import SessionTokens
from tests.bench.hub_server import serving_bare
from tests.bench.load import Shares, arrive, bounded_by, poisson, watched
from tests.bench.percentiles import percentile
from tests.bench.raw_socket import RawSocket, framed
from tests.bench.table import Baseline, Row, Section
from tests.conftest import running_coturn, running_valkey, until
from tests.e2e.stack import Stack, running

RATES = (50, 200, 400)
SECONDS = 8.0
SOCKETS = 400
LANGUAGES = ("de", "en", "es", "fr")
PATIENCE_S = 30.0

METHOD = f"""\
{SOCKETS} pages have opened their sockets and have their relay credentials. Callers press Connect at random (Poisson):
one of these pages, which speaks one of {len(LANGUAGES)} languages, says `ready`. *Joiner*: from there until this page
has `matched`, for those who find somebody waiting. *Partner*: from the same moment until the page that waited has
`matched`. Both acknowledge, say that they are connected, end the call and take fresh credentials, all within the load.
One server process, one matcher, Valkey. The baseline is a frame of the same size sent back by a bare WebSocket echo on
the same uvicorn, at the same rate over as many sockets."""

ACK_AND_CONNECTED = '{{"type":"ack","call_id":"{0}"}}', '{{"type":"connected","call_id":"{0}"}}'
READY, NEXT, HEARTBEAT = (framed(f'{{"type":"{kind}"}}') for kind in ("ready", "next", "heartbeat"))


class Word(msgspec.Struct):
    """What a page needs to know of a message."""

    type: str
    call_id: str = ""
    requeued: bool = False
    code: str = ""


_decode = msgspec.json.Decoder(Word).decode


class Crowd:
    """Pages of one server, idle or on their way through a call."""

    def __init__(self, random: Random) -> None:
        self.joiner_ms: list[float] = []
        self.partner_ms: list[float] = []
        self.faults: list[str] = []
        self.idle: list[Page] = []
        self.random = random
        self.unanswered: set[Page] = set()  # who pressed and has not heard a word since
        self.missed = 0  # arrivals for whom no page was idle
        self._first: dict[str, tuple[Page, float]] = {}  # by call, who has been told, and when

    @property
    def settled(self) -> bool:
        """Whether everybody waits or knows of their match, and the partner too: nobody is left out for being slow."""
        return not self.unanswered and not self._first

    async def press(self, begun: float) -> None:
        """Let somebody press Connect."""
        if not self.idle:
            self.missed += 1
            return
        place = self.random.randrange(len(self.idle))
        self.idle[place], self.idle[-1] = self.idle[-1], self.idle[place]
        page = self.idle.pop()
        page.begun = begun
        self.unanswered.add(page)
        page.socket.send(READY)

    def matched(self, page: "Page", call_id: str) -> None:
        """Take note that a page has its match; when both have, they talk, and part."""
        now = time.monotonic()
        first = self._first.pop(call_id, None)
        if first is None:
            self._first[call_id] = page, now
            return
        other, then = first
        # Who pressed last found the other.
        (joiner, joiner_at), (_, partner_at) = sorted(((page, now), (other, then)), key=lambda end: -end[0].begun)
        self.joiner_ms.append(1000 * (joiner_at - joiner.begun))
        self.partner_ms.append(1000 * (partner_at - joiner.begun))
        for end in (page, other):
            for word in ACK_AND_CONNECTED:
                end.socket.send(framed(word.format(call_id)))
        page.socket.send(NEXT)


class Page:
    """One socket of the queue."""

    def __init__(self, crowd: Crowd, token: str) -> None:
        self.socket: RawSocket
        self.begun = 0.0
        self.waits = False
        self._crowd = crowd
        self._token = token

    async def opens(self, port: int, language: str, number: int) -> None:
        """Open the socket, as a household of its own, and say hello."""
        headers = {"Origin": f"http://127.0.0.1:{port}", "X-Forwarded-For": f"10.0.{number >> 8}.{number & 255}"}
        self.socket = await RawSocket.open(port, "/v1/queue", self.heard, headers)
        self.socket.send(framed(f'{{"type":"hello","token":"{self._token}","prefs":{{"languages":["{language}"]}}}}'))

    def heard(self, data: bytes) -> None:
        """Do what a page does."""
        word = _decode(data)
        match word.type:
            case "relay":
                self._crowd.idle.append(self)
            case "waiting":
                self.waits = True
                self._crowd.unanswered.discard(self)
            case "matched":
                self._crowd.unanswered.discard(self)
                self._crowd.matched(self, word.call_id)
            case "ended" if not word.requeued:
                self.socket.send(NEXT)
            case "error":
                self._crowd.faults.append(word.code)


class Measured(NamedTuple):
    """ms until joiner and partner know, and who was busy."""

    joiner_ms: list[float]
    partner_ms: list[float]
    shares: Shares


@contextmanager
def running_service() -> Iterator[tuple[Stack, Secret]]:
    """Start the whole service behind a proxy that names addresses; gives the key of its sessions too."""
    key = f"bench:{secrets.token_hex(32)}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn, valkey = stack.enter_context(running_coturn()), stack.enter_context(running_valkey())
        further = {"SOTTO_SESSION_KEYS": key, "SOTTO_TRUSTED_HOPS": "1", "SOTTO_LOG_LEVEL": "warning"}
        yield stack.enter_context(running(valkey, coturn, folder, further)), Secret(key)


@asynccontextmanager
async def pages(
    service: Stack, key: Secret, count: int, crowd: Crowd, first: int = 0, languages: Sequence[str] = LANGUAGES
) -> AsyncIterator[list[Page]]:
    """Open so many pages, with credentials in hand; they go on saying that they live.

    Args:
        service: Where.
        key: Signs their sessions.
        count: So many.
        crowd: Which they belong to.
        first: The number of the first, which makes its address.
        languages: Spoken by one after the other, over and over.
    """
    port, tokens = int(service.url.rpartition(":")[2]), SessionTokens(key, 3600)
    there = [Page(crowd, tokens.mint()[0]) for _ in range(count)]

    async def live() -> None:
        while True:
            await asyncio.sleep(5)
            for page in there:
                page.socket.send(HEARTBEAT)

    already = len(crowd.idle)
    for number, page in enumerate(there):
        await page.opens(port, languages[number % len(languages)], first + number)
    await until(lambda: len(crowd.idle) >= already + count, "everybody's relay credentials", PATIENCE_S)
    living = asyncio.create_task(live())
    try:
        yield there
    finally:
        living.cancel()
        await asyncio.wait([living])
        for page in there:
            page.socket.close()


async def clicks(service: Stack, key: Secret, rate: float) -> Measured:
    """Let callers press Connect at a rate."""
    crowd = Crowd(Random(rate))
    pids = {name: process.pid for name, process in service.processes.items()} | {"generator": os.getpid()}
    async with pages(service, key, SOCKETS, crowd):
        with watched(pids) as shares:
            await arrive(time.monotonic() + 0.1, poisson(rate, SECONDS, crowd.random), crowd.press)
        await until(lambda: crowd.settled, "the last answer")
    assert not crowd.faults, crowd.faults
    assert not crowd.missed, f"{crowd.missed} arrivals found no idle page: {SOCKETS} are too few"
    return Measured(crowd.joiner_ms, crowd.partner_ms, shares)


async def echoes(port: int, rate: float) -> list[float]:
    """Send frames of the same size to the echo at the same rate; return how long each took, in ms."""
    took, random = [], Random(rate)
    async with AsyncExitStack() as stack:
        sockets = []
        for _ in range(SOCKETS):
            socket = await RawSocket.open(port, "/echo", lambda _: None)
            stack.callback(socket.close)
            sockets.append(socket)

        async def one(begun: float) -> None:
            socket = random.choice(sockets)
            socket.heard = lambda _: took.append(1000 * (time.monotonic() - begun))
            socket.send(READY)

        times = poisson(rate, SECONDS / 2, random)
        await arrive(time.monotonic() + 0.1, times, one)
        await until(lambda: len(took) == len(times), "the last echo")
    return took


def rows_of(rate: int, ours: Measured, echo: list[float]) -> list[Row]:
    """Return the figures of one rate."""
    where = f"{rate:,} presses/s"
    why = "four round trips to Redis from one event loop, and whose turn it is on the cores"
    bound = bounded_by(ours.shares, why)
    return [
        Row(f"{where}: {who} p{percent}", percentile(took, percent), "ms", Baseline(percentile(echo, percent), "echo"),
            None, bound)
        for who, took in (("joiner", ours.joiner_ms), ("partner", ours.partner_ms))
        for percent in (50, 99)
    ]  # fmt: skip


async def _measure(service: Stack, key: Secret) -> Section:
    rows = []
    with serving_bare() as (port, _):
        for rate in RATES:
            echo = await echoes(port, rate)
            ours = await clicks(service, key, rate)
            rows += rows_of(rate, ours, echo)
        calls_s = len(ours.joiner_ms) / SECONDS
        cpu_us = ours.shares.cpu_us("server", calls_s * ours.shares.seconds)
        rows.append(Row("CPU of the server for one whole call, both ends", cpu_us / 1000, "ms", None, None,
                        "Python: a dozen messages, a dozen scripts, two sets of credentials, two tokens"))  # fmt: skip
    return Section("click", "from `ready` to `matched`", METHOD, rows)


def measure() -> Section:
    """Measure the part."""
    with running_service() as (service, key), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(service, key))
