"""A WebSocket client (RFC 6455) that does next to nothing, so that what it loads is measured, not it itself.

It sends text; each frame in one piece, as this project's servers send them.
"""

import asyncio
import struct
from collections.abc import Callable, Mapping
from typing import Self

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
NORMAL = struct.pack("!H", 1000)  # a close code


def framed(content: str | bytes, opcode: int = TEXT) -> bytes:
    """Return a client's frame. It is masked with zeros: as legal as any mask, and nothing to compute."""
    payload = content.encode() if isinstance(content, str) else content
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 65_536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + bytes(4) + payload


class RawSocket(asyncio.Protocol):
    """One open socket.

    Args:
        heard: Told the payload of each frame.
    """

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self.heard = heard
        self.closed = False
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = bytearray()
        self._transport: asyncio.Transport

    @classmethod
    async def open(
        cls, port: int, path: str, heard: Callable[[bytes], None], headers: Mapping[str, str] | None = None
    ) -> Self:
        """Open a socket to a server on loopback.

        Raises:
            ConnectionError: The server refuses.
        """
        transport, socket = await asyncio.get_running_loop().create_connection(lambda: cls(heard), "127.0.0.1", port)
        socket._transport = transport
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        transport.write(HANDSHAKE.format(path=path, port=port, more=more).encode())
        async with asyncio.timeout(10):
            await socket._ready
        return socket

    def send(self, frame: bytes) -> None:
        """Send what `framed` has made."""
        self._transport.write(frame)

    def close(self) -> None:
        """Say that it is over (1000), and hear nothing more; the server closes.

        Whoever closes the connection at once may take from the server what it has not read yet: it answers something
        in between, and is reset (RFC 6455 section 7.1.1 lets the server close first).
        """
        self.heard = lambda _: None
        if not self.closed:
            self._transport.write(framed(NORMAL, CLOSE))

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note."""
        self.closed = True
        if not self._ready.done():
            self._ready.set_exception(ConnectionError("closed in the handshake"))

    def data_received(self, data: bytes) -> None:
        """Take frames apart."""
        self._buffer += data
        if not self._ready.done() and not self._opened():
            return
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            opcode, size, begin = buffer[at] & 15, buffer[at + 1], at + 2
            if size == 126:
                size, begin = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, begin = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) < begin + size:
                break
            at = begin + size
            if opcode in (TEXT, BINARY):
                self.heard(bytes(buffer[begin:at]))
            elif opcode == PING:
                self._transport.write(framed(bytes(buffer[begin:at]), PONG))
        del buffer[:at]

    def _opened(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            self._ready.set_exception(ConnectionError(self._buffer[:end].decode().partition("\r\n")[0]))
            return False
        self._ready.set_result(None)
        del self._buffer[: end + 4]
        return True
