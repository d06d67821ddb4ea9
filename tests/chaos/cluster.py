"""The service under chaos: a real Valkey, two servers, two matchers and a real coturn, each a process of its own."""

import asyncio
import contextlib
import json
import os
import random
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGCONT, SIGKILL, Signals

import httpx2
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from matcher.keys import Keys
from tests.conftest import free_port, running_coturn
from tests.integration.own_valkey import OwnValkey

READY_S = 60


class Member:
    """One process of ours, which may be killed, paused and started again.

    Args:
        module: What it runs.
        environ: Its variables.
        log: Where its standard error goes.
    """

    def __init__(self, module: str, environ: dict[str, str], log: Path) -> None:
        self.log = log
        self._module = module
        self._environ = environ
        self._process: asyncio.subprocess.Process | None = None

    @property
    def up(self) -> bool:
        """Whether it runs, paused or not."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it, unless it runs."""
        if not self.up:
            with self.log.open("ab") as stderr:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", self._module, env=self._environ, stderr=stderr
                )

    def signal(self, number: Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process and self.up:
            self._process.send_signal(number)

    async def stop(self, number: Signals = SIGKILL) -> None:
        """End it, and wait until it has."""
        if self._process and self.up:
            self.signal(number)
            self.signal(SIGCONT)
            await self._process.wait()


class Server(Member):
    """A server process."""

    def __init__(self, port: int, environ: dict[str, str], log: Path) -> None:
        super().__init__("tests.chaos.stepped_server", {**environ, "SOTTO_PORT": str(port)}, log)
        self.door = f"127.0.0.1:{port}"

    async def is_ready(self, client: httpx2.AsyncClient) -> bool:
        """Say whether it serves."""
        try:
            return (await client.get(f"http://{self.door}/readyz", timeout=2)).status_code == 200
        except httpx2.HTTPError:
            return False


class Cluster:
    """All of it. Callers choose a door by themselves: whom one does not let in tries the other, as behind a balancer.

    Args:
        folder: For Valkey's socket and the logs.
        coturn_port: Where the relay is.
        coturn_secret: Its secret.
    """

    def __init__(self, folder: Path, coturn_port: int, coturn_secret: str) -> None:
        self.valkey = OwnValkey(folder)
        # Tried once more, at once: a connection that was cut is no reason to miss a moment, an absent Redis is.
        retry = Retry(NoBackoff(), 1)
        self.redis = Redis(unix_socket_path=str(self.valkey.socket), socket_timeout=None, retry=retry)
        self.keys = Keys("chaos")
        own = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
        environ = own | {
            "SOTTO_REDIS_URL": f"unix://{self.valkey.socket}",
            "SOTTO_POOL": "chaos",
            "SOTTO_LOG_LEVEL": "error",
            "SOTTO_SESSION_KEYS": f"chaos:{secrets.token_hex(16)}",
            "SOTTO_REALTIME_SIGNING_KEY": secrets.token_hex(16),
            "SOTTO_COTURN_PORT": str(coturn_port),
            "SOTTO_COTURN_SECRET": coturn_secret,
            # Each caller has an address of its own, so that the limits of one household are no limit here.
            "SOTTO_TRUSTED_HOPS": "1",
        }
        self.servers = [Server(free_port(), environ, folder / f"server{number}.log") for number in range(2)]
        self.matchers = [Member("matcher", environ, folder / f"matcher{number}.log") for number in range(2)]

    def door(self, dice: random.Random) -> str:
        """Return host:port of one of the servers."""
        return dice.choice(self.servers).door

    async def heal(self) -> None:
        """Start and wake whatever does not run, and wait until all of it serves."""
        self.valkey.resume()
        if not self.valkey.up:
            await self.valkey.start()
        for member in (*self.servers, *self.matchers):
            member.signal(SIGCONT)
            await member.start()
        async with asyncio.timeout(READY_S), httpx2.AsyncClient() as client:
            for server in self.servers:
                while not await server.is_ready(client):
                    await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """End every process."""
        for member in (*self.servers, *self.matchers):
            await member.stop()
        await self.valkey.kill()
        await self.redis.aclose()

    def bugs(self) -> list[str]:
        """Return what the processes logged as errors: nothing that is done to them may cause one."""
        found = []
        for member in (*self.servers, *self.matchers):
            for line in member.log.read_text().splitlines() if member.log.exists() else ():
                with contextlib.suppress(ValueError):
                    event = json.loads(line)
                    line = " ".join(str(event.get(key, "")) for key in ("event", "error", "where"))
                found.append(f"{member.log.stem} logged: {line}")
        return found


@asynccontextmanager
async def running_cluster() -> AsyncIterator[Cluster]:
    """Run a cluster for as long as the context is open; nothing of it is left afterwards."""
    # A short path: a unix socket's may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    try:
        with running_coturn() as coturn:
            cluster = Cluster(folder, coturn.port, coturn.secret)
            try:
                await cluster.heal()
                yield cluster
            finally:
                await cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
