"""A TURN client that asks for what it must not get (RFC 8656)."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aioice import stun
from aioice.turn import UDP_TRANSPORT, TurnClientUdpProtocol

from matcher.clock import SystemClock
from matcher.settings import Secret
from server.relay.coturn import CoturnRelay
from tests.conftest import Coturn

# RFC 8656 section 18.7; aioice only knows the attributes that it sends itself.
FAMILY = "REQUESTED-ADDRESS-FAMILY"
IPV4, IPV6 = 0x01000000, 0x02000000
stun.ATTRIBUTES_BY_NAME[FAMILY] = (0x0017, FAMILY, stun.pack_unsigned, stun.unpack_unsigned)


class TurnClient(asyncio.DatagramProtocol):
    """An allocation; what peers send through it is in `received`.

    Args:
        protocol: The client that holds it.
        relayed: The relay's address.
    """

    def __init__(self, protocol: TurnClientUdpProtocol, relayed: tuple[str, int]) -> None:
        self.relayed = relayed
        self.received: list[bytes] = []
        self._protocol = protocol
        protocol.receiver = self

    def datagram_received(self, data: bytes, _: tuple[str, int]) -> None:
        """Take what a peer has sent."""
        self.received.append(data)

    async def permit(self, peer: str) -> int:
        """Ask for a permission to reach a peer (section 10); return the error code, 0 for success."""
        return await self._ask(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": (peer, 9)})

    async def bind_channel(self, peer: str, port: int) -> int:
        """Ask for a channel to a peer (section 12); return the error code, 0 for success."""
        attributes = {"CHANNEL-NUMBER": 0x4FFF, "XOR-PEER-ADDRESS": (peer, port)}
        return await self._ask(stun.Method.CHANNEL_BIND, attributes)

    def send_unasked(self, peer: str, port: int, data: bytes) -> None:
        """Send data to a peer in an indication, which nobody answers (section 11)."""
        indication = stun.Message(message_method=stun.Method.SEND, message_class=stun.Class.INDICATION)
        indication.attributes.update({"XOR-PEER-ADDRESS": (peer, port), "DATA": data})
        self._protocol.send_stun(indication, self._protocol.server)

    async def send(self, peer: str, port: int, data: bytes) -> None:
        """Send data to a peer through a channel."""
        await self._protocol.send_data(data, (peer, port))

    async def _ask(self, method: stun.Method, attributes: dict[str, object]) -> int:
        request = stun.Message(message_method=method, message_class=stun.Class.REQUEST)
        request.attributes.update(attributes)
        try:
            await self._protocol.request_with_retry(request)
        except stun.TransactionFailed as failure:
            return failure.response.error_code or -1
        return 0


@asynccontextmanager
async def allocation(server: Coturn, connected: socket.socket, family: int = IPV4) -> AsyncIterator[TurnClient]:
    """Hold an allocation with credentials of ours.

    Args:
        server: The relay.
        connected: A UDP socket towards it, which is closed in the end. coturn remembers a client's port for a moment
            after its allocation, and refuses one that comes back with 437: take each time another port.
        family: `IPV4` or `IPV6`: what relay address to ask for.
    """
    keys = (await CoturnRelay("relay", server.port, 0, Secret(server.secret), SystemClock()).mint(600)).ice_servers[0]
    connected.setblocking(False)
    transport, turn = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: TurnClientUdpProtocol(connected.getpeername(), keys.username, keys.credential, 600, 600),
        sock=connected,
    )
    request = stun.Message(message_method=stun.Method.ALLOCATE, message_class=stun.Class.REQUEST)
    request.attributes.update({"REQUESTED-TRANSPORT": UDP_TRANSPORT, FAMILY: family})
    try:
        response, _ = await turn.request_with_retry(request)
        yield TurnClient(turn, response.attributes["XOR-RELAYED-ADDRESS"])
        await turn.delete()
    finally:
        transport.close()
