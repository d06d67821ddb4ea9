"""Steps that are cancelled once at most, however often whoever waits for them is.

Barge-in cancels what is under way, and the end of a call cancels it again while it closes. asyncio delivers both, and a
closing that is cancelled is left half done: a close handshake, an overwriting. Here the step has a task of its own: it
is cancelled once, and waited for until it has closed what it holds. A closing is short: none waits long for its peer.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.engines.errors import TimedOut

Result = TypeVar("Result")


async def within(deadline: float | None, step: Coroutine[Any, Any, Result]) -> Result:
    """Run a step until the event loop's time `deadline`, s, where there is one.

    Raises:
        TimedOut: It was not ready then, and is cancelled.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(step)
    try:
        await asyncio.wait({task}, timeout=None if deadline is None else max(0.0, deadline - loop.time()))
    finally:
        await end(task)
    if task.cancelled():
        raise TimedOut
    return task.result()


async def to_its_end(step: Coroutine[Any, Any, Result]) -> Result:
    """Run a step to its end; who is cancelled meanwhile learns it afterwards."""
    task = asyncio.get_running_loop().create_task(step)
    await _settle(task)
    return task.result()


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task, unless it has ended, and wait until it has."""
    if not task.done():
        task.cancel()
        await _settle(task)


async def _settle(task: asyncio.Task[Any]) -> None:
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # seen: what matters now is that we are cancelled
        raise cancelled
