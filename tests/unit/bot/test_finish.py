"""Work that is done although whoever waits for it is cancelled."""

import asyncio

import pytest

from bot.finish import finish
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
