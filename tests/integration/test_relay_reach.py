"""What callers can make the relay reach, where it stands as in production: coturn behind one public address."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from aioice import stun

from tests.conftest import Coturn, until
from tests.integration.turn_client import IPV4, IPV6, TurnClient, allocation
from tests.network.namespaces import PUBLIC, Lab, ip, lab, obstacle
from tests.network.public_relay import firewall, public_relay

# Other machines on the internet: nothing keeps a relay from these.
ELSEWHERE, ELSEWHERE_IPV6, RELAY_IPV6 = "192.31.196.8", "2001:db8::8", "2001:db8::7"
PORT = 5000

INNER = [
    "0.0.0.0",
    "10.77.2.2",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.251",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
INNER_IPV6 = [
    "::",
    "::1",
    "::10.77.0.1",
    "::ffff:10.77.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    f"::ffff:{ELSEWHERE}",
    "64:ff9b::10.77.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::10.77.0.1",
    "100::1",
    "2001::1",
    "2002:a4d:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::fb",
    "ff05::1",
]


@dataclass(frozen=True)
class Ground:
    """A relay, a caller's way to it, and a neighbour that hears whatever arrives at any address of its machine."""

    hosts: Lab
    relay: Coturn
    neighbour: socket.socket
    ports: Iterator[int]

    def dial(self) -> socket.socket:
        """Open a caller's socket to the relay, from a port that none had before; forget what was heard so far."""
        self.heard()
        caller = self.hosts.a.call(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
        caller.bind((self.hosts.a.address, next(self.ports)))
        caller.connect((PUBLIC, self.relay.port))
        return caller

    def heard(self) -> list[bytes]:
        """Return what has arrived at the neighbour since the last time."""
        arrived = []
        while True:
            try:
                arrived.append(self.neighbour.recv(100))
            except BlockingIOError:
                return arrived

    def rules(self) -> str:
        """Return the firewall's rules with their counters."""
        return self.hosts.t.run("nft", "list", "table", "inet", "sotto_relay")

    async def hears_only(self, data: bytes) -> None:
        """Wait for a datagram at the neighbour: none may come before it."""
        arrived: list[bytes] = []

        def anything() -> bool:
            arrived.extend(self.heard())
            return bool(arrived)

        await until(anything, "the datagram that may pass")
        assert arrived == [data]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """The relay with its configuration for production, and a machine that has all inner addresses at once."""
    if why := obstacle():
        pytest.skip(why)
    with lab() as hosts:
        for address in (ELSEWHERE, *INNER):
            if address not in ("0.0.0.0", "255.255.255.255") and not address.startswith(
                ("127.", "224.", "239.", "240.")
            ):
                ip(hosts.t, f"addr add {address}/32 dev lo")
        for address in (ELSEWHERE_IPV6, RELAY_IPV6):
            ip(hosts.t, f"addr add {address}/128 dev lo nodad")
        with (
            public_relay(hosts, f"--relay-ip={RELAY_IPV6}") as relay,
            hosts.t.call(socket.socket, socket.AF_INET6, socket.SOCK_DGRAM) as neighbour,
        ):
            neighbour.bind(("::", PORT))
            neighbour.setblocking(False)
            yield Ground(hosts, relay, neighbour, count(40_000))


async def tries(turn: TurnClient, peer: str) -> set[int]:
    """Try every way to reach a peer; return the error codes."""
    turn.send_unasked(peer, PORT, b"unasked")
    codes = {await turn.permit(peer), await turn.bind_channel(peer, PORT)}
    turn.send_unasked(peer, PORT, b"after asking")
    return codes


@pytest.mark.parametrize("peer", INNER)
async def test_inner_addresses_are_out_of_reach(ground: Ground, peer: str) -> None:
    """Permission and channel are forbidden (403), and data that is sent anyhow does not arrive, unlike to others."""
    async with allocation(ground.relay, ground.dial(), IPV4) as turn:
        assert await tries(turn, peer) == {403}
        assert await turn.permit(ELSEWHERE) == 0
        turn.send_unasked(ELSEWHERE, PORT, b"to another machine")
        await ground.hears_only(b"to another machine")


@pytest.mark.parametrize("peer", INNER_IPV6)
async def test_ipv6_disguises_do_not_help(ground: Ground, peer: str) -> None:
    """The same for IPv6 addresses that are inner ones, or stand for such; on an IPv4 relay they are of no use (443)."""
    async with allocation(ground.relay, ground.dial(), IPV6) as turn:
        assert await tries(turn, peer) == {403}
        assert await turn.permit(ELSEWHERE_IPV6) == 0
        turn.send_unasked(ELSEWHERE_IPV6, PORT, b"to another machine")
        await ground.hears_only(b"to another machine")
    async with allocation(ground.relay, ground.dial(), IPV4) as turn:
        assert await tries(turn, peer) <= {403, 443}
    assert ground.heard() == []


async def relays_meet(ground: Ground) -> None:
    """Send from one caller's relay to another's."""
    async with (
        allocation(ground.relay, ground.dial()) as one,
        allocation(ground.relay, ground.dial()) as other,
    ):
        assert other.relayed[0] == PUBLIC
        await other.send(*one.relayed, b"open your side")
        await one.send(*other.relayed, b"hello")
        await until(lambda: other.received == [b"hello"], "the other caller's data")


async def test_the_relays_machine_has_no_other_open_port(ground: Ground) -> None:
    """Its own address is no inner one, because relays meet there: the firewall leaves of it the relays' ports alone."""
    question = bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST))
    await relays_meet(ground)
    async with (
        allocation(ground.relay, ground.dial()) as turn,
        allocation(ground.relay, ground.dial()) as other,
    ):
        await turn.send(PUBLIC, ground.relay.port, question)
        await until(lambda: bool(turn.received), "coturn's answer to itself")
        await other.send(PUBLIC, PORT, b"to a service there")
        await ground.hears_only(b"to a service there")

    with firewall(ground.hosts):
        await relays_meet(ground)
        async with (
            allocation(ground.relay, ground.dial()) as turn,
            allocation(ground.relay, ground.dial()) as other,
        ):
            await turn.send(PUBLIC, ground.relay.port, question)
            await other.send(PUBLIC, PORT, b"to a service there")
            await until(lambda: "counter packets 2 " in ground.rules(), "two datagrams that are dropped")
            assert turn.received == []
            assert ground.heard() == []
