"""The bad network that other tests stand on does what it says."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import free_port, wait_until
from tests.network.udp_proxy import UdpProxy, Way, proxied


@contextmanager
def echo_server() -> Iterator[int]:
    """A UDP server that answers with the client's own port and the datagram; gives its port."""
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                data, client = server.recvfrom(2048)
                if data == b"end":
                    return
                server.sendto(b"%d %s" % (client[1], data), client)

        thread = threading.Thread(target=answer)
        thread.start()
        port: int = server.getsockname()[1]
        yield port
        with socket.socket(type=socket.SOCK_DGRAM) as last:
            last.sendto(b"end", ("127.0.0.1", port))
        thread.join(10)


@pytest.fixture
def proxy_port() -> Iterator[tuple[int, UdpProxy]]:
    """A proxy in front of the echo server."""
    with echo_server() as server:
        port = free_port()
        with proxied(server, port) as proxy:
            yield port, proxy


@contextmanager
def client_of(port: int) -> Iterator[socket.socket]:
    """A client of the proxy."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.settimeout(10)
        yield client


def test_each_client_has_its_own_way(proxy_port: tuple[int, UdpProxy]) -> None:
    """The server tells them apart, and each hears its own answers only, in order."""
    port, _ = proxy_port
    with client_of(port) as one, client_of(port) as other:
        for number in range(20):
            one.send(b"one %d" % number)
            other.send(b"other %d" % number)
        heard = [[client.recv(2048).split(b" ", 1) for _ in range(20)] for client in (one, other)]

    for name, answers in zip((b"one", b"other"), heard, strict=True):
        assert [text for _, text in answers] == [name + b" %d" % number for number in range(20)]
        assert len({seen for seen, _ in answers}) == 1
    assert heard[0][0][0] != heard[1][0][0]


def test_delay_counts_in_both_directions(proxy_port: tuple[int, UdpProxy]) -> None:
    """A datagram and its answer take twice the delay."""
    port, proxy = proxy_port
    proxy.way = Way(delay_s=0.1)
    with client_of(port) as client:
        sent = time.monotonic()
        client.send(b"slow")
        client.recv(2048)

        assert time.monotonic() - sent >= 0.2


def test_losses_are_as_frequent_as_said_and_a_cut_is_complete(proxy_port: tuple[int, UdpProxy]) -> None:
    """Half of 400 is about half; after the cut nothing passes, after the repair everything does."""
    port, proxy = proxy_port
    with client_of(port) as client:
        proxy.way = Way(loss=0.5)
        # A few at a time: a socket whose reader is late loses datagrams of its own.
        for sent in range(0, 400, 20):
            for _ in range(20):
                client.send(b"x")
            wait_until(lambda least=sent + 20: proxy.carried["lost"] + proxy.carried["passed"] >= least, "the crowd")  # type: ignore[misc]
        lost, passed = proxy.carried["lost"], proxy.carried["passed"]
        assert 0.4 < lost / (lost + passed) < 0.6

        proxy.way.open = False
        cut = proxy.carried["cut"]
        client.send(b"cut")
        wait_until(lambda: proxy.carried["cut"] > cut, "the cut")

        proxy.way = Way()
        client.send(b"back")
        while not (answer := client.recv(2048)).endswith(b"back"):
            assert not answer.endswith(b"cut")


def test_a_port_of_a_broken_flow_can_be_had_again(proxy_port: tuple[int, UdpProxy]) -> None:
    """Whoever has the port after the flow was forgotten passes, and is somebody else to the server."""
    port, proxy = proxy_port
    with client_of(port) as client:
        client.send(b"before")
        seen = client.recv(2048).split()[0]
        proxy.break_flows()
        client.send(b"lost")
        wait_until(lambda: proxy.carried["cut"] == 1, "the break")

        proxy.forget_broken_flows()

        client.send(b"after")
        again, text = client.recv(2048).split()
        assert text == b"after"
        assert again != seen
