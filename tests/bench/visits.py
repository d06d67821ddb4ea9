"""Visitors: the whole path of a click, from `POST /v1/session` to the match, and the same steps at a bare server."""

import asyncio
import json
import time

from tests.bench.callers import LEAVE, Crowd, Page, hello, ready
from tests.bench.raw_socket import RawSocket

POST = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {address}\r\nConnection: close\r\n\r\n"


async def session(port: int, path: str, address: str) -> str:
    """Become a caller, as a household; return the token.

    Raises:
        ConnectionError: The server refuses.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(POST.format(path=path, address=address).encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 201"):
            raise ConnectionError(head.decode().partition("\r\n")[0])
        token: str = json.loads(body)["token"]
        return token
    finally:
        writer.close()


class Visitor(Page):
    """Somebody who comes, meets a partner and leaves; `steps` holds when each step was done, s."""

    def __init__(self, crowd: Crowd, port: int, language: str) -> None:
        super().__init__(crowd, port, language)
        self.steps: dict[str, float] = {}

    async def comes(self, begun: float) -> None:
        """Become a caller, open the socket and say hello; what follows is answers."""
        self.begun = begun
        self._crowd.unanswered.add(self)
        token = await session(self._port, "/v1/session", self.address)
        self.steps["session"] = time.monotonic()
        await self.opens(token)
        self.steps["socket"] = time.monotonic()

    def rest(self) -> None:
        """Relay credentials are there: enter the queue at once."""
        self.steps["hello and relay"] = time.monotonic()
        self.enter()

    def part(self) -> None:
        """Leave."""
        self.socket.send(LEAVE)
        self.socket.close()

    def over(self, *, requeued: bool) -> None:
        """Leave as well, with or without a place."""
        self.part()

    def took_ms(self) -> dict[str, float]:
        """Return how long each step took, in ms."""
        began = [self.begun, *self.steps.values()]
        return {step: 1000 * (done - at) for (step, done), at in zip(self.steps.items(), began, strict=False)}


async def visits_nobody(port: int, begun: float) -> float:
    """Take the same steps at a bare server, which answers each by an echo; return the ms that it took."""
    token = await session(port, "/session", "10.0.0.1")
    answers: asyncio.Queue[bytes] = asyncio.Queue()
    socket = await RawSocket.open(port, "/echo", answers.put_nowait)
    for frame in (hello(token, "en"), ready(0)):
        socket.send(frame)
        await answers.get()
    socket.close()
    return 1000 * (time.monotonic() - begun)
