"""A proxy in front of the service that names a client's address, as an operator's own does."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from socket import create_connection, socket
from threading import Thread

MAX_HEAD = 65_536


def named(head: bytes, address: str) -> bytes:
    """Return a request that tells whom it comes from."""
    line, _, rest = head.partition(b"\r\n")
    # One request for each connection, or the next one would pass without the header.
    once = b"" if b"upgrade: websocket" in head.lower() else b"Connection: close\r\n"
    return line + b"\r\n" + f"X-Forwarded-For: {address}\r\n".encode() + once + rest


def carry(one: socket, other: socket) -> None:
    """Carry bytes both ways until one end closes."""
    ends = {one: other, other: one}
    while True:
        for end in select(list(ends), [], [])[0]:
            data = end.recv(65_536)
            if not data:
                return
            ends[end].sendall(data)


@contextmanager
def reverse_hop(port: int, address: str) -> Iterator[int]:
    """Pass connections to a port of loopback on, with X-Forwarded-For in each request; gives the port to connect to."""

    class Hop(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # Either end may go, or be away, at any time.
            with suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head:
                    data = self.request.recv(4096)
                    if not data or len(head) > MAX_HEAD:
                        return
                    head += data
                with create_connection(("127.0.0.1", port)) as service:
                    service.sendall(named(head, address))
                    carry(self.request, service)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Hop) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(10)
