"""Coming to an end that takes a while, whoever loses patience meanwhile."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

# Between two cancellations of the same task.
AGAIN_S = 0.5


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they have ended.

    Once may not be enough: in Python 3.11 `asyncio.wait_for`, through which aiortc's handshake reads, may swallow a
    cancellation that comes together with a datagram (CPython issue 86296).
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_S)


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """Run to its end what lets go of resources, and has a time limit of its own.

    Raises:
        asyncio.CancelledError: It was cancelled meanwhile; the work is done.
    """
    finishing = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not finishing.done():
        try:
            await asyncio.wait([finishing])
        except asyncio.CancelledError as again:
            cancelled = again
    finishing.result()
    if cancelled:
        raise cancelled
