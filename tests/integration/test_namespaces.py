"""The hosts that other tests stand on are what they say, and nothing of them stays."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import wait_until
from tests.network.namespace import Namespace
from tests.network.namespaces import PRIVATE, PUBLIC, Lab, lab, obstacle

LIVE_UNTIL_KILLED = """
import subprocess, sys
from infra.run.tether import end_with_parent
from tests.network.namespaces import lab
with lab() as hosts:
    everybody = (hosts.a, hosts.b, hosts.t)
    for host in everybody:
        host.call(subprocess.Popen, ["sleep", "600"], preexec_fn=end_with_parent)
    print(*(host.run("readlink", "/proc/self/ns/net").strip() for host in everybody), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def hosts() -> Iterator[Lab]:
    """The lab, where it can be built."""
    if why := obstacle():
        pytest.skip(why)
    with lab() as built:
        yield built


def visitor(client: Namespace, server: Namespace, address: str, seen_as: str = "") -> str:
    """Send one datagram from a client to an address; return the address that the server's host takes it to be from.

    Args:
        client: Who sends.
        server: Who receives.
        address: Where to.
        seen_as: What the server's host knows that address as, where it is another one.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with (
        client.call(socket.socket, family, socket.SOCK_DGRAM) as one,
        server.call(socket.socket, family, socket.SOCK_DGRAM) as other,
    ):
        other.settimeout(5)
        other.bind((seen_as or address, 0))
        one.sendto(b"knock", (address, other.getsockname()[1]))
        return str(other.recvfrom(100)[1][0])


def test_every_packet_is_counted_on_its_way(hosts: Lab) -> None:
    """The two hosts reach each other and the relay's, at both of its addresses; the counts are exact."""
    a, b, t = hosts.a, hosts.b, hosts.t
    hosts.reset()

    assert {visitor(a, b, b.address) for _ in range(30)} == {a.address}
    assert {visitor(b, a, a.address) for _ in range(7)} == {b.address}
    assert {visitor(a, t, PUBLIC, PRIVATE) for _ in range(5)} == {a.address}

    counts = hosts.counts()
    assert (counts.a_b, counts.b_a) == (30, 7)
    assert counts.a_t >= 5


def test_ipv6_leads_from_host_to_host_too(hosts: Lab) -> None:
    """What hides nothing but IPv4 would be found out."""
    hosts.reset()
    assert visitor(hosts.a, hosts.b, "2001:db8:2::2") == "2001:db8:1::2"
    assert hosts.counts().a_b == 1


def test_a_host_moves_to_another_address(hosts: Lab) -> None:
    """It is then seen at the new one, and has the old one no more."""
    old = hosts.a.address
    hosts.a.move("10.77.1.3")

    assert visitor(hosts.a, hosts.b, hosts.b.address) == "10.77.1.3"
    with hosts.a.call(socket.socket) as late, pytest.raises(OSError, match="assign"):
        late.bind((old, 0))


def test_without_its_cable_a_host_reaches_nobody(hosts: Lab) -> None:
    """Sending fails at once, as it does on a phone without a network; with the cable back all is as before."""
    hosts.a.unplug()
    with pytest.raises(OSError, match="unreachable"):
        visitor(hosts.a, hosts.b, hosts.b.address)

    hosts.a.plug()

    assert visitor(hosts.a, hosts.b, hosts.b.address) == hosts.a.address


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_leaves_nothing(hosts: Lab, number: signal.Signals) -> None:
    """When the process that built a lab is killed, all that it started there ends, and with it the hosts."""
    with subprocess.Popen(
        [sys.executable, "-c", LIVE_UNTIL_KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        networks = set(run.stdout.readline().split())
        assert len(networks) == 3
        assert networks <= inhabited()
        run.send_signal(number)

    wait_until(lambda: not networks & inhabited(), "the end of its networks")


def inhabited() -> set[str]:
    """Return all networks that a thread of this machine lives in."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/task/[0-9]*/ns/net"):
        try:
            found.add(str(link.readlink()))
        except OSError:  # it has just ended, or is not ours to see
            continue
    return found
