"""The bench's own WebSocket client says what a browser would."""

import asyncio

from tests.bench.raw_socket import CLOSE, NORMAL, PING, PONG, RawSocket, framed
from tests.conftest import until


async def test_pings_are_answered_as_they_are_and_a_close_has_its_code() -> None:
    """Bytes that are no text come back unchanged, and the code is 1000; the server closes the connection."""
    payload = b"\x00\x7f\x80\xff"
    pongs, closes = asyncio.Queue[bytes](), asyncio.Queue[bytes]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + bytes([0x80 | PING, len(payload)]) + payload)
        pongs.put_nowait(await reader.readexactly(len(framed(payload, PONG))))
        closes.put_nowait(await reader.readexactly(len(framed(NORMAL, CLOSE))))
        writer.close()

    heard: list[bytes] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        socket = await RawSocket.open(server.sockets[0].getsockname()[1], "/", heard.append)
        assert await pongs.get() == framed(payload, PONG)
        socket.close()
        assert (await closes.get())[-2:] == b"\x03\xe8"
        await until(lambda: socket.closed, "the server's close")

    assert heard == []
