"""The socket protocol that uvicorn runs, with a bound on what one client can make this process do."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Parsed in one go; a frame has 6 bytes at least, and up to 256 KiB arrive at once.
SLICE_BYTES = 4096
# Frames that wait for the application, and frames that cross with our close: no page comes near either.
MAX_WAITING = 256
MAX_LATE = 64


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Resets the connection of a client that floods.

    uvicorn stops reading while frames wait for the application, but parses all that one read gave; and once it has sent
    a close frame it reads on, as fast as the client sends, for ten seconds. Either would hold up everybody's sockets.
    """

    _late = 0

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, bit by bit, for as long as the connection stands."""
        for start in range(0, len(data), SLICE_BYTES):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + SLICE_BYTES])

    def send_receive_event_to_app(self) -> None:
        """Pass one message on, unless there are too many."""
        if self.close_sent:
            self._late += 1
        if self._late > MAX_LATE or self.queue.qsize() > MAX_WAITING:
            self.transport.abort()
            return
        super().send_receive_event_to_app()
