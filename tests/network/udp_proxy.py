"""A UDP proxy in front of the TURN server, whose way can be slow, lossy or dead: every packet of a call passes it.

Relay-only calls meet the outside nowhere but at the TURN server's port. The proxy gives each client a socket of its own
towards that server, so that the server tells clients apart as it would without it.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

Address = tuple[str, int]


@dataclass
class Way:
    """What happens to a datagram, in each direction of each client's way; may be changed while packets flow.

    Args:
        delay_s: Seconds until it arrives.
        jitter_s: Up to so many seconds more, evenly spread; datagrams may overtake each other.
        loss: Share that never arrives, 0 to 1.
        open: False: nothing passes, as if the cable were cut.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    open: bool = True


class _Upstream(asyncio.DatagramProtocol):
    """The server's side of one client."""

    def __init__(self, back: Callable[[bytes], None]) -> None:
        self._back = back

    def datagram_received(self, data: bytes, _: Address) -> None:
        self._back(data)


class UdpProxy(asyncio.DatagramProtocol):
    """Carries datagrams between its clients and one server.

    Args:
        server_port: Where the server listens on loopback.
        way: What the way is like; replaced or changed at any time.
        seed: Makes the losses repeatable.
    """

    def __init__(self, server_port: int, way: Way, seed: int = 1) -> None:
        self.way = way
        self.carried: Counter[str] = Counter()  # datagrams by what became of them: passed, lost, cut
        self._server = ("127.0.0.1", server_port)
        self._dead: set[Address] = set()
        self._dice = random.Random(seed)  # losses, not secrets
        self._upstreams: dict[Address, asyncio.Task[asyncio.DatagramTransport]] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take note of the clients' socket."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        self._loop = asyncio.get_running_loop()

    def datagram_received(self, data: bytes, client: Address) -> None:
        """Carry one datagram towards the server."""
        if client not in self._upstreams:
            self._upstreams[client] = asyncio.ensure_future(self._connect(client))
        self._carry(client, lambda: self._send_up(client, data))

    def break_flows(self) -> None:
        """Let nothing pass any more for the clients of now, as a NAT that forgot them; those that come later pass."""
        self._dead |= set(self._upstreams)

    def forget_broken_flows(self) -> None:
        """Take whoever comes from now on for somebody new; for when the clients of broken flows have gone.

        A system gives their ports to others, and the server still holds their allocations. Safe from any thread.
        """
        if self._loop:
            self._loop.call_soon_threadsafe(self._forget)

    def _forget(self) -> None:
        for client in self._dead:
            self._upstreams.pop(client).add_done_callback(lambda upstream: upstream.result().close())
        self._dead.clear()

    async def close(self) -> None:
        """Close every socket."""
        for upstream in self._upstreams.values():
            (await upstream).close()
        if self._transport:
            self._transport.close()
        # A transport lets go of its socket in the loop's next round.
        await asyncio.sleep(0)

    async def _connect(self, client: Address) -> asyncio.DatagramTransport:
        def back(data: bytes) -> None:
            self._carry(client, lambda: self._send_down(client, data))

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Upstream(back), remote_addr=self._server)
        return transport

    def _send_down(self, client: Address, data: bytes) -> None:
        if self._transport:
            self._transport.sendto(data, client)

    def _send_up(self, client: Address, data: bytes) -> None:
        self._upstreams[client].add_done_callback(lambda upstream: upstream.result().sendto(data))

    def _carry(self, client: Address, deliver: Callable[[], object]) -> None:
        way = self.way
        if not way.open or client in self._dead:
            self.carried["cut"] += 1
            return
        if self._dice.random() < way.loss:
            self.carried["lost"] += 1
            return
        self.carried["passed"] += 1
        delay_s = way.delay_s + self._dice.uniform(0, way.jitter_s)
        if delay_s > 0:
            asyncio.get_running_loop().call_later(delay_s, deliver)
        else:
            deliver()


@contextmanager
def proxied(server_port: int, port: int, way: Way | None = None) -> Iterator[UdpProxy]:
    """Run a proxy on a loopback port in a thread of its own, for tests that do not run in an event loop.

    Args:
        server_port: Where the TURN server listens on loopback.
        port: Where the proxy listens.
        way: What the way is like at first; change `proxy.way` at any time.
    """
    proxy = UdpProxy(server_port, way or Way())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="udp-proxy")
    thread.start()

    async def listen() -> None:
        await loop.create_datagram_endpoint(lambda: proxy, local_addr=("127.0.0.1", port))

    try:
        asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(proxy.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
