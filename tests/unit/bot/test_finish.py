"""Work that is done although whoever waits for it is cancelled."""

import asyncio
from contextlib import suppress

import pytest

from bot.finish import AGAIN_S, cancel, finish
from tests.fakes.virtual_time import run_virtually


def test_work_is_done_however_often_it_is_cancelled() -> None:
    """The cancellation is not lost, it is only late."""
    done: list[float] = []

    async def work() -> None:
        await asyncio.sleep(2)
        done.append(asyncio.get_running_loop().time())

    async def main() -> None:
        waiting = asyncio.create_task(finish(work()))
        for _ in range(3):
            await asyncio.sleep(0.1)
            waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    run_virtually(main())
    assert done == [pytest.approx(2)]


def test_a_failure_comes_out() -> None:
    """Nobody who waits is told that all is well."""

    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run_virtually(finish(work()))


def test_a_task_that_swallows_a_cancellation_ends() -> None:
    """With the next, a moment later; one that has ended by itself and none at all are not waited for."""

    async def deaf(times: int) -> None:
        for _ in range(times):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(1000)
        await asyncio.sleep(1000)

    async def main() -> float:
        await cancel([])
        tasks = [asyncio.create_task(deaf(times)) for times in (0, 2)]
        tasks.append(asyncio.create_task(asyncio.sleep(0)))
        await asyncio.sleep(0.1)
        began_s = asyncio.get_running_loop().time()
        await cancel(tasks)
        assert [task.cancelled() for task in tasks] == [True, True, False]
        return asyncio.get_running_loop().time() - began_s

    assert run_virtually(main()) == pytest.approx(2 * AGAIN_S)
