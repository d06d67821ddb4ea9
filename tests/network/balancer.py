"""A TCP load balancer in front of several servers, as small as can be: connections go to those that are up, in turn."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Balancer:
    """Carries connections to its backends in turn, passing over those that refuse.

    Args:
        backends: Their ports on loopback.
    """

    def __init__(self, backends: list[int]) -> None:
        self._backends = backends
        self._carrying: set[asyncio.Task[None]] = set()

    async def serve(self, port: int) -> None:
        """Listen on a loopback port until cancelled."""
        server = await asyncio.start_server(self._take, "127.0.0.1", port)
        try:
            await server.serve_forever()
        finally:
            for task in self._carrying:
                task.cancel()
            await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._carrying.add(task)
        try:
            await self._carry(reader, writer)
        except OSError:
            pass  # whoever broke the connection knows
        finally:
            self._carrying.discard(task)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self._backends:
            self._backends.append(backend := self._backends.pop(0))
            with contextlib.suppress(OSError):
                back_reader, back_writer = await asyncio.open_connection("127.0.0.1", backend)
                break
        else:
            return
        ways = [asyncio.create_task(_pump(*way)) for way in ((reader, back_writer), (back_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            back_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


@contextmanager
def balanced(port: int, backends: list[int]) -> Iterator[None]:
    """Run a balancer in a thread of its own, for tests that do not run in an event loop."""
    loop = asyncio.new_event_loop()
    serving = loop.create_task(Balancer(list(backends)).serve(port))

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(serving)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run, name="balancer")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join(10)
