"""`python -m server` as a real process: a signal ends it in order, and its pages go on with the next one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from server.settings import ServerSettings
from tests.conftest import Coturn, free_port
from tests.integration.door import page, settings_for, talking


class ServerProcess:
    """One process on `door`, until it is stopped."""

    def __init__(self, process: asyncio.subprocess.Process, door: str) -> None:
        self.door = door
        self._process = process

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; returns the exit code and all that was written to standard error."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        _, errors = await self._process.communicate()
        assert self._process.returncode is not None
        return self._process.returncode, errors.decode()


@asynccontextmanager
async def server_process(settings: ServerSettings, port: int) -> AsyncIterator[ServerProcess]:
    """Start one and wait until it is ready."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")} | {
        "SOTTO_PORT": str(port),
        "SOTTO_REDIS_URL": settings.redis_url,
        "SOTTO_POOL": settings.pool,
        "SOTTO_SESSION_KEYS": settings.session_keys.reveal(),
        "SOTTO_REALTIME_SIGNING_KEY": settings.realtime_signing_key.reveal(),
        "SOTTO_COTURN_PORT": str(settings.coturn_port),
        "SOTTO_COTURN_SECRET": settings.coturn_secret.reveal(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", env=environ, stderr=asyncio.subprocess.PIPE
    )
    server = ServerProcess(process, f"127.0.0.1:{port}")
    try:
        async with asyncio.timeout(60), httpx2.AsyncClient() as client:
            while not await _ready(client, server.door):
                await asyncio.sleep(0.05)
        yield server
    finally:
        await server.stop(signal.SIGKILL)


async def _ready(client: httpx2.AsyncClient, door: str) -> bool:
    try:
        return (await client.get(f"http://{door}/readyz")).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_order(valkey_socket: str, coturn: Coturn, number: signal.Signals) -> None:
    """Open sockets are closed with 1012, the exit code is 0, and nothing went wrong on the way."""
    async with server_process(settings_for(valkey_socket, coturn), free_port()) as server:
        async with page(server.door) as waiting, page(server.door) as talker, page(server.door) as listener:
            await waiting.queues(("de",))
            await waiting.hears("waiting")
            await talking(talker, listener)

            code, errors = await server.stop(number)

            assert [await side.closes_with() for side in (waiting, talker, listener)] == [1012, 1012, 1012]
        assert code == 0, errors
        assert "Traceback" not in errors
        assert '"level": "error"' not in errors


async def test_its_pages_go_on_with_the_next_process(valkey_socket: str, coturn: Coturn) -> None:
    """After a restart the call is resumed by both, and who waited is served first."""
    settings, port = settings_for(valkey_socket, coturn), free_port()
    async with (
        server_process(settings, port) as server,
        page(server.door) as waiting,
        page(server.door) as talker,
        page(server.door) as listener,
    ):
        await waiting.queues(("de",))
        await waiting.hears("waiting")
        call_id = await talking(talker, listener)
        await server.stop()
    async with (
        server_process(settings, port) as server,
        page(server.door, waiting.token) as first,
        page(server.door, talker.token) as one,
        page(server.door, listener.token) as other,
    ):
        await first.greets(("de",))
        assert (await first.hears("waiting"))["position"] == 1
        for side in (one, other):
            await side.greets(call_id=call_id)
            assert (await side.hears("resumed"))["call_id"] == call_id
        await one.says("hangup", call_id=call_id)
        assert (await other.hears("ended"))["reason"] == "partner_left"
