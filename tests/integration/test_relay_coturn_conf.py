"""The coturn configuration for production, on the coturn that is installed."""

import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Coturn, free_port, wait_until
from tests.integration.turn_client import IPV4, IPV6, allocation
from tests.network.own_relay import LOG, RELAY, own_relay

CONFIGURATION = Path(__file__).parents[2] / "infra/coturn/turnserver.conf"


@pytest.fixture(scope="module")
def hardened() -> Iterator[tuple[Coturn, Path]]:
    """A coturn with the production configuration, on loopback; and its log."""
    server = Coturn(free_port())
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    log = folder / "log"
    # In production it says nothing at all: what it says names callers.
    audible = folder / "turnserver.conf"
    audible.write_text(CONFIGURATION.read_text().replace("log-file=/dev/null", "log-file=stdout"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["turnserver", "-c", str(audible), "--listening-ip=127.0.0.1",
             "--relay-ip=127.0.0.1", "--relay-ip=::1",
             f"--listening-port={server.port}", "--no-tls", f"--static-auth-secret={server.secret}",
             f"--pidfile={folder}/pid", f"--userdb={folder}/db"],
            stdout=output, stderr=output,
        )  # fmt: skip

    def listening() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", server.port)) == 0

    try:
        wait_until(listening, "coturn's TCP listener")
        yield server, log
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def dial(server: Coturn) -> socket.socket:
    """Open a caller's socket to the relay, from a port that none had before."""
    caller = socket.socket(type=socket.SOCK_DGRAM)
    caller.bind(("127.0.0.1", free_port()))
    caller.connect(("127.0.0.1", server.port))
    return caller


def test_every_line_is_understood(hardened: tuple[Coturn, Path]) -> None:
    """coturn finds no fault in the file, and takes every denied range."""
    text = hardened[1].read_text()
    assert "Bad configuration" not in text
    assert "ERROR" not in text
    denied = [line for line in CONFIGURATION.read_text().splitlines() if line.startswith("denied-peer-ip=")]
    assert len(denied) == 24
    for line in denied:
        assert f"Black listing: {line.partition('=')[2]}" in text


@pytest.mark.parametrize(
    "peer",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
@pytest.mark.claim("nowhere-else")
async def test_inner_addresses_are_out_of_reach(hardened: tuple[Coturn, Path], peer: str) -> None:
    """The relay forbids (403) this machine, private networks and the metadata service."""
    async with allocation(hardened[0], dial(hardened[0])) as turn:
        assert await turn.permit(peer) == 403


@pytest.mark.parametrize(
    "peer",
    [
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.0",
        "::ffff:169.254.169.254",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::1",
        "fd00::1",
        "fe80::1",
    ],
)
@pytest.mark.claim("nowhere-else")
async def test_ipv6_disguises_do_not_help(hardened: tuple[Coturn, Path], peer: str) -> None:
    """An inner address in IPv6 clothes is forbidden on an IPv6 allocation, and of no use on an IPv4 one (443)."""
    async with allocation(hardened[0], dial(hardened[0]), IPV6) as turn:
        assert await turn.permit(peer) == 403
    async with allocation(hardened[0], dial(hardened[0]), IPV4) as turn:
        assert await turn.permit(peer) in {403, 443}


@pytest.mark.parametrize("peer", ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:48::1"])
async def test_the_internet_is_within_reach(hardened: tuple[Coturn, Path], peer: str) -> None:
    """Public addresses, also right behind a denied range, are allowed: another relay may be there."""
    async with allocation(hardened[0], dial(hardened[0]), IPV6 if ":" in peer else IPV4) as turn:
        assert await turn.permit(peer) == 0


def resets(relay: Coturn) -> None:
    """Ask the relay something over TCP, and then reset the connection."""
    binding = struct.pack("!HHI12s", 0x0001, 0, 0x2112A442, b"transaction!")  # RFC 8489 section 5
    with socket.create_connection((RELAY, relay.port), 10) as caller:
        caller.sendall(binding)
        assert caller.recv(1024)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.claim("not-written-down")
@pytest.mark.parametrize("audible", [True, False])
def test_a_connection_that_was_reset_is_not_written_down(tmp_path: Path, *, audible: bool) -> None:
    """coturn has words for it, with the caller's address in them: as configured nobody is told."""
    log = tmp_path / LOG
    with own_relay(tmp_path, audible=audible) as relay:
        for _ in range(3):
            resets(relay)
        if audible:
            wait_until(lambda: b"127.0.0.1" in log.read_bytes(), "coturn's words")

    assert (b"127.0.0.1" in log.read_bytes()) is audible
