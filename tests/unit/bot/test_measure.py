"""What admission decides by, measured."""

import asyncio
import time

from bot.admission import LAGS, Meter
from bot.measure import CPU_EVERY, PERIOD_S, measure
from tests.fakes.virtual_time import run_virtually


async def measured(meter: Meter, rounds: int, busy_s: float = 0) -> None:
    """Measure for so many periods, of which the loop is held up once in each."""
    task = asyncio.create_task(measure(meter, 1.0))
    for _ in range(rounds):
        await asyncio.sleep(PERIOD_S)
        until_s = time.process_time() + busy_s
        while time.process_time() < until_s:
            pass
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_loop_that_is_on_time_is_not_late() -> None:
    """Under virtual time nothing ever is."""
    meter = Meter()
    run_virtually(measured(meter, LAGS))
    assert meter.lag_ms < 0.001
    assert 0 <= meter.cpu < 1


async def test_work_that_holds_the_loop_up_shows() -> None:
    """In its lateness, and in the share of the processor."""
    meter = Meter()
    await measured(meter, CPU_EVERY + 2, busy_s=0.02)
    assert meter.lag_ms > 5
    assert meter.cpu > 0
