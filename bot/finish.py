"""Coming to an end that takes a while, whoever loses patience meanwhile."""

import asyncio
from collections.abc import Coroutine
from typing import Any


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
