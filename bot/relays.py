"""A TURN client (RFC 8656) on aioice's, with what a call needs of it: an even pace, and an end in time.

Three things differ from aioice's own, and each has a test that fails without it:

- a relay that is dead is given up after `DELETE_S`, not after the 63 s of all retransmissions;
- what goes through a channel is sent at once, not by a task for each packet;
- a channel is bound anew after `REBIND_S`, and no packet waits for that: it lasts 600 s, but the permission that comes
  with it 300 s (RFC 8656 sections 9 and 12).
"""

import asyncio
import contextlib
import ssl
import struct
import time
from collections.abc import Sequence
from typing import Protocol

from aioice import stun, turn
from aiortc.rtcicetransport import parse_stun_turn_uri
from msgspec import Struct

from matcher.parameters import Quiet
from matcher.wire import IceServer

LIFETIME_S = 600
REBIND_S = 240
DELETE_S = 1.0


class Address(Quiet, Struct, frozen=True):
    """Where a relay is asked for, and in whose name. `transport` is `udp` or `tcp`; over TCP there may be `tls`."""

    host: str
    port: int
    transport: str
    tls: bool
    username: str
    password: str


def addresses_of(servers: Sequence[IceServer]) -> list[Address]:
    """Return where to ask for a relay: the first address over UDP, then the first over TLS, or else TCP.

    Raises:
        ValueError: A URL is not one of TURN (RFC 7065).
    """
    known = [_address(url, server) for server in servers for url in server.urls]
    ways = (
        [address for address in known if address.transport == "udp"],
        [address for address in known if address.tls] or [address for address in known if address.transport == "tcp"],
    )
    return [way[0] for way in ways if way]


def _address(url: str, server: IceServer) -> Address:
    parsed = parse_stun_turn_uri(url)
    if parsed["scheme"] not in {"turn", "turns"}:
        raise ValueError("not a relay")
    tls = parsed["scheme"] == "turns"
    return Address(parsed["host"], parsed["port"], parsed["transport"], tls, server.username, server.credential)


class _Client(Protocol):
    """What `_Bounded` is mixed into: `turn.TurnClientMixin` with a transport of asyncio's."""

    transport: asyncio.Transport | asyncio.DatagramTransport

    async def delete(self) -> None: ...


class _Bounded:
    """Gives an allocation back, or gives it up."""

    async def delete(self: _Client) -> None:
        """Delete the allocation; what holds it is closed in any case, with all that waits to be sent."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DELETE_S):
                await super().delete()  # type: ignore[safe-super]  # the other base's
        self.transport.abort()


class _OverUdp(_Bounded, turn.TurnClientUdpProtocol):
    pass


class _OverTcp(_Bounded, turn.TurnClientTcpProtocol):
    pass


class Relay(turn.TurnTransport):
    """An allocation as a datagram transport: `sendto` reaches a peer through its channel."""

    def __init__(self, client: turn.TurnClientProtocol) -> None:
        super().__init__(client)
        self._client = client
        self._closing = False
        self._rebinding: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Delete the allocation; `connection_lost` of the protocol follows within `DELETE_S`."""
        self._closing = True
        if self._rebinding:
            self._rebinding.cancel()
        super().close()

    def sendto(self, data: bytes, addr: tuple[str, int]) -> None:
        """Send to a peer, and bind a channel to it as needed. Without effect once it is closed or lost."""
        client = self._client
        channel = client.peer_to_channel.get(addr)
        if channel is None:
            super().sendto(data, addr)
            return
        if self._closing or client.transport.is_closing():
            return
        now = time.time()  # as aioice has it
        if now > client.channel_refresh_at[channel]:
            client.channel_refresh_at[channel] = now + REBIND_S
            self._rebinding = asyncio.create_task(self._rebind(channel, addr))
        client._send(struct.pack("!HH", channel, len(data)) + data)

    async def _rebind(self, channel: int, addr: tuple[str, int]) -> None:
        # A relay that refuses or is silent is found out by what does not come any more.
        with contextlib.suppress(stun.TransactionError):
            await self._client.channel_bind(channel, addr)


async def allocate(address: Address, protocol: asyncio.DatagramProtocol) -> Relay:
    """Get a relay; the protocol is connected to it. May be cancelled, and leaves nothing behind then.

    Raises:
        OSError: It cannot be reached, or is not who its certificate should say.
        aioice.stun.TransactionError: It refuses or does not answer.
    """
    loop = asyncio.get_running_loop()
    server = (address.host, address.port)
    whose = (server, address.username, address.password, LIFETIME_S, REBIND_S)
    transport: asyncio.Transport | asyncio.DatagramTransport
    client: turn.TurnClientProtocol
    if address.transport == "udp":
        transport, client = await loop.create_datagram_endpoint(lambda: _OverUdp(*whose), remote_addr=server)
    else:
        tls = ssl.create_default_context() if address.tls else None
        transport, client = await loop.create_connection(lambda: _OverTcp(*whose), *server, ssl=tls)
    try:
        relay = Relay(client)
        await relay._connect(protocol)
    except BaseException:
        transport.abort()
        raise
    return relay
