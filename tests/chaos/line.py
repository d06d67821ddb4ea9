"""One caller's session and socket: made again whenever they are lost, and what may be said and heard there."""

import asyncio
import base64
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.chaos.cluster import Cluster
from tests.chaos.ledger import Ledger, Span
from tests.chaos.terms import LEASE_S, RETRY_S, SILENT_S

Act = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Scene:
    """Where callers are: what they call, where they write down what they see, and how things are.

    Args:
        cluster: The service.
        ledger: The books.
        spawn: Does something beside.
        talk_s: How long they talk on average, in s.
        enough: Who has blocked so many comes back as somebody else: else nobody would be left to meet.
        client: Opens sessions.
        calm: Set when no page is lost, away, asleep or slow to answer.
        open: Whether anybody calls at all.
    """

    cluster: Cluster
    ledger: Ledger
    spawn: Callable[[Act], None]
    talk_s: float
    enough: int
    client: httpx2.AsyncClient = field(default_factory=lambda: httpx2.AsyncClient(timeout=5))
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    open: bool = False

    @property
    def rough(self) -> bool:
        """Whether pages are lost as well, and do not answer."""
        return not self.calm.is_set()

    async def absent(self, seconds: float) -> None:
        """Let time pass, but no more than the storm lasts."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.calm.wait()


class Line(ABC):
    """The session and the socket of one caller.

    Args:
        scene: Where the caller is.
        number: Its own address comes of it.
        dice: What it does comes of these.
    """

    def __init__(self, scene: Scene, number: int, dice: random.Random) -> None:
        self.caller = ""
        self._scene = scene
        self._ledger = scene.ledger
        self._dice = dice
        # RFC 2544's network for benchmarks.
        self._headers = {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250 + 1}"}
        self._prefs = {"languages": ["en"], "interests": ["music"] if number % 6 == 0 else []}
        self._token = ""
        self._socket: ClientConnection | None = None
        self._span = Span(0, 0)
        self._beats = [0, 0]  # sent and answered on this socket
        self._away_s = 0.0  # until it comes back, this once
        self._asleep = False
        self._story: deque[str] = deque(maxlen=16)  # what was said (>) and heard (<) last, but for heartbeats

    @abstractmethod
    async def greet(self, hello: dict[str, Any]) -> None:
        """Say hello on a new socket."""

    @abstractmethod
    async def hear(self, message: dict[str, Any]) -> None:
        """Take a message of the server."""

    @abstractmethod
    def dismissed(self) -> None:
        """The server has closed the socket in order, as a page that leaves asks for."""

    @abstractmethod
    def forget(self) -> None:
        """Become somebody else."""

    async def live(self) -> None:
        """Connect, and connect again, for as long as the crowd stays."""
        while self._scene.open:
            try:
                if not self._token:
                    await self._become_somebody()
                door = self._scene.cluster.door(self._dice)
                async with connect(
                    f"ws://{door}/v1/queue", origin=f"http://{door}", additional_headers=self._headers,  # type: ignore[arg-type] # Origin is a NewType of str
                    compression=None, ping_interval=None, proxy=None, open_timeout=SILENT_S, close_timeout=1,
                ) as socket:  # fmt: skip
                    await self._converse(socket)
                    self.dismissed()  # else it is lost, by an exception
            # AttributeError: uvloop's, where the peer of a connection that was just made has closed it by now.
            except (OSError, WebSocketException, TimeoutError, httpx2.HTTPError, AttributeError):
                self._ledger.counts["sockets refused or lost"] += 1
            self._socket = None
            # Not all at once, and not in a tight loop while nobody answers.
            await asyncio.sleep(self._dice.uniform(0.05, RETRY_S))
            if self._away_s:
                await self._stay_away()

    async def _stay_away(self) -> None:
        gone_s = self.now()
        await self._scene.absent(self._away_s)
        self._away_s = 0.0
        if self.now() - gone_s > LEASE_S:
            self._ledger.counts["pages away for longer than a lease"] += 1

    async def _become_somebody(self) -> None:
        door = self._scene.cluster.door(self._dice)
        answer = await self._scene.client.post(f"http://{door}/v1/session", headers=self._headers)
        if answer.status_code != 201:
            raise ConnectionError
        self._token = answer.json()["token"]
        claims = self._token.split(".")[1]
        self.caller = msgspec.json.decode(base64.urlsafe_b64decode(claims + "=="))["sub"]
        self.forget()
        self._ledger.counts["sessions"] += 1

    async def _converse(self, socket: ClientConnection) -> None:
        if not self._token:
            return  # it has become nobody while this socket was opened
        self._socket, self._beats = socket, [0, 0]
        self._span = Span(self.now(), self.now())
        await self.greet({"token": self._token, "prefs": self._prefs})
        async for frame in socket:
            self._span.until_s = self.now()
            await self.hear(msgspec.json.decode(frame))

    async def say(self, kind: str, **fields: Any) -> None:
        """Send a message; one that finds no socket is lost, as from a page that is offline."""
        if kind != "heartbeat":
            self._story.append(f">{kind}")
        if self._socket:
            with suppress(ConnectionClosed):
                await self._socket.send(msgspec.json.encode({"type": kind, **fields}).decode())

    async def beat(self) -> None:
        """Send a heartbeat, and give up a socket that has been silent for too long."""
        if self._asleep:
            return
        if self._socket and self.now() - self._span.until_s > SILENT_S:
            self._ledger.counts["sockets given up as silent"] += 1
            self.abort()
        elif self._socket:
            self._beats[0] += 1
            await self.say("heartbeat")

    async def sleep(self, seconds: float) -> None:
        """Neither read nor say anything for a while, and go on with whatever has come meanwhile."""
        self._asleep = True
        try:
            await self._scene.absent(seconds)
        finally:
            self._asleep = False
        # What it reads now may be old, and the socket closed long since: only a new answer proves that it is served.
        self._span = Span(self.now(), self.now())

    def abort(self) -> None:
        """Lose the socket."""
        if self._socket:
            self._socket.transport.abort()

    def plight(self) -> str:
        """Say how this caller came where it is, for whoever has to find out why."""
        return f"{'connected' if self._socket else 'without a socket'}: {' '.join(self._story)}"

    def now(self) -> float:
        """Return the time, in s."""
        return asyncio.get_running_loop().time()
