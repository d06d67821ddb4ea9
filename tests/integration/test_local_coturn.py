"""The coturn that `make run` starts: a real one with the real configuration, asked to reach what it must not."""

import asyncio
import base64
import hmac
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import TurnClientUdpProtocol

from infra.run.coturn import RELAY_PORTS, configuration
from infra.run.start import listens
from tests.conftest import free_port, wait_until

SECRET = "integration-secret"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a coturn that runs with the configuration of `make run`."""
    folder, port = tmp_path_factory.mktemp("coturn"), free_port()
    (folder / "coturn.conf").write_text(configuration(folder, port, SECRET))
    command = ["turnserver", "-c", f"{folder}/coturn.conf"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens("127.0.0.1", port), "coturn's TCP listener")
        yield port
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def relay(port: int) -> AsyncIterator[TurnClientUdpProtocol]:
    """A TURN client with an allocation."""
    username = f"{int(time.time()) + 600}:someone"
    password = base64.b64encode(hmac.digest(SECRET.encode(), username.encode(), "sha1")).decode()
    _, client = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: TurnClientUdpProtocol(("127.0.0.1", port), username, password, 600, 500),
        remote_addr=("127.0.0.1", port),
    )
    await client.connect()
    yield client
    await client.delete()


async def test_a_relay_reaches_another_relay(relay: TurnClientUdpProtocol) -> None:
    """An allocation lies on loopback in the relay range, and may talk to a relay of the same machine."""
    assert relay.relayed_address is not None
    host, port = relay.relayed_address
    assert host == "127.0.0.1"
    assert RELAY_PORTS[0] <= port <= RELAY_PORTS[1]
    await relay.channel_bind(0x4000, ("127.0.0.1", RELAY_PORTS[1]))


@pytest.mark.parametrize(
    "peer",
    [
        "127.0.0.2",
        "0.0.0.0",
        "1.1.1.1",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
@pytest.mark.claim("nowhere-else")
async def test_nothing_else_is_reached_through_it(relay: TurnClientUdpProtocol, peer: str) -> None:
    """A channel to any address but 127.0.0.1 is refused with 403 Forbidden (RFC 8656 section 12.2)."""
    with pytest.raises(TransactionFailed) as refused:
        await relay.channel_bind(0x4000, (peer, 53000))
    assert refused.value.response.error_code == 403


@pytest.mark.parametrize(
    "peer", ["::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1", "ff02::1"]
)
async def test_ipv6_is_no_way_around(relay: TurnClientUdpProtocol, peer: str) -> None:
    """No spelling of an address as IPv6 opens what its IPv4 form does not."""
    with pytest.raises(TransactionFailed) as refused:
        await relay.channel_bind(0x4000, (peer, 53000))
    assert refused.value.response.error_code in {403, 443}


def written(base: Path) -> dict[str, bytes]:
    """Read all files that coturn keeps."""
    folder = next(base.glob("coturn*"))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.claim("not-written-down")
async def test_it_leaves_no_trace(relay: TurnClientUdpProtocol, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With an allocation open, what coturn writes is its pid and an empty database: no user's name, no log."""
    files = written(tmp_path_factory.getbasetemp())
    assert set(files) == {"coturn.conf", "coturn.db", "coturn.pid"}
    assert relay.username is not None
    assert all(relay.username.encode() not in content for content in files.values())
