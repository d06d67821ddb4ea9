"""A hub in a process of its own, which can be frozen and killed.

    python -m tests.integration.hub_process <port>

It prints its base URL when it is ready, and ends with its standard input.
"""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.integration.realtime_server import hub_server

ROOT = Path(__file__).parents[2]


class HubProcess:
    """What can be done to it from outside."""

    def __init__(self, process: Process, url: str) -> None:
        self.url = url
        self._process = process

    @classmethod
    @asynccontextmanager
    async def start(cls, port: int) -> AsyncIterator["HubProcess"]:
        """Start it on a port of loopback; end it, if it still runs, with the context."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, str(port), cwd=ROOT, stdin=PIPE, stdout=PIPE
        )
        assert process.stdin
        assert process.stdout
        try:
            yield cls(process, (await process.stdout.readline()).decode().strip())
        finally:
            process.stdin.close()
            await process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop it from running, with all its sockets open, for as long as the context."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """End it without giving it a chance to say goodbye."""
        self._process.kill()
        await self._process.wait()


async def main(port: int) -> None:
    """Serve until standard input ends."""
    async with hub_server(port=port) as (_, url):
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
