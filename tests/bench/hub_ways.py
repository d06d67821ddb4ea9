"""Ways through a server that messages take: a call's channel in the hub, or a bare echo."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from matcher.domain import Side, topic_of
from tests.bench.raw_socket import RawSocket, framed
from tests.integration.realtime_server import KEY, TOKENS


class Pair:
    """A way through the server: what is sent comes out at the other end, in order.

    Args:
        frame: Makes a frame of a payload.
    """

    def __init__(self, frame: Callable[[str], bytes]) -> None:
        self.sender: RawSocket
        self.on_delivery: Callable[[], None] = lambda: None
        self._framed = frame
        self._frame = b""

    def carry(self, size: int) -> None:
        """Let messages have so many bytes of payload from now on."""
        self._frame = self._framed("x" * size)

    def heard(self, _: bytes) -> None:
        """Take one delivery."""
        self.on_delivery()

    def send(self) -> None:
        """Send one message."""
        self.sender.send(self._frame)


Open = Callable[[AsyncExitStack, int], Awaitable[Pair]]  # opens the pair of that number


async def _socket(stack: AsyncExitStack, port: int, path: str, heard: Callable[[bytes], None]) -> RawSocket:
    socket = await RawSocket.open(port, path, heard)
    stack.callback(socket.close)
    return socket


def echo_at(port: int) -> Open:
    """Return what opens a socket that hears itself."""

    async def opened(stack: AsyncExitStack, number: int) -> Pair:
        pair = Pair(framed)
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

    async def opened(stack: AsyncExitStack, number: int) -> Pair:
        topic = topic_of(secrets.token_urlsafe(16))

        def frame(payload: str) -> bytes:
            broadcast = {"event": "s", "payload": {"frame": payload}}
            return framed(json.dumps(["1", None, f"realtime:{topic}", "broadcast", broadcast]))

        pair = Pair(frame)
        ends = ports if number % 2 else ports[::-1]
        pair.sender = await join(stack, ends[0], topic, Side.A, lambda _: None)
        await join(stack, ends[-1], topic, Side.B, pair.heard)
        return pair

    return opened
