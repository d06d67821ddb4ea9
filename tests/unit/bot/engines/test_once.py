"""Steps that are cancelled once."""

import asyncio

import pytest

from bot.engines.errors import TimedOut
from bot.engines.once import end, to_its_end, within


def late() -> float:
    """Return a time that does not come within a test."""
    return asyncio.get_running_loop().time() + 60


class Step:
    """Waits for ever, and closes slowly; counts how often it is cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.may_close = asyncio.Event()
        self.cancelled = 0
        self.closed = False

    async def run(self) -> None:
        """Wait, and close what is held."""
        try:
            self.began.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            await self.close()
            raise

    async def close(self) -> None:
        """Close, which takes a while."""
        try:
            self.began.set()
            await self.may_close.wait()
            self.closed = True
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def cancel_again_and_again(task: asyncio.Task[None], step: Step) -> None:
    """Cancel a task at many moments, before and while it closes, then let it close."""
    await step.began.wait()
    for _ in range(5):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    step.may_close.set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_step_is_cancelled_once() -> None:
    """However often the waiter is cancelled, the step closes in peace, and the waiter ends cancelled after it."""
    step = Step()
    await cancel_again_and_again(asyncio.create_task(within(late(), step.run())), step)
    assert (step.cancelled, step.closed) == (1, True)


async def test_a_closing_is_not_cancelled() -> None:
    """What runs to its end is not cancelled at all."""
    step = Step()
    await cancel_again_and_again(asyncio.create_task(to_its_end(step.close())), step)
    assert (step.cancelled, step.closed) == (0, True)


async def test_a_step_that_is_late_is_ended() -> None:
    """After the deadline it is cancelled, waited for, and reported."""
    step = Step()
    step.may_close.set()
    with pytest.raises(TimedOut):
        await within(asyncio.get_running_loop().time() + 0.01, step.run())
    assert (step.cancelled, step.closed) == (1, True)


async def test_results_and_errors_pass() -> None:
    """What a step gives or raises is what one gets."""

    async def gives() -> int:
        return 7

    async def raises() -> None:
        raise KeyError

    assert await within(late(), gives()) == 7
    assert await to_its_end(gives()) == 7
    with pytest.raises(KeyError):
        await within(late(), raises())
    with pytest.raises(KeyError):
        await to_its_end(raises())


async def test_what_has_ended_is_left_alone() -> None:
    """To end it is to do nothing."""

    async def gives() -> int:
        return 7

    task = asyncio.create_task(gives())
    await task
    await end(task)
    assert task.result() == 7


async def test_an_error_while_closing_gives_way_to_the_cancellation() -> None:
    """Somebody who is cancelled is told so, and not that the closing failed."""
    began, go = asyncio.Event(), asyncio.Event()

    async def fails() -> None:
        began.set()
        await go.wait()
        raise KeyError

    task = asyncio.create_task(to_its_end(fails()))
    await began.wait()
    task.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
