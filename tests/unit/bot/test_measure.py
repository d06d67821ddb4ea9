"""What admission decides by, measured."""

import asyncio
import time
from pathlib import Path

import pytest

from bot.admission import LAGS, Meter
from bot.measure import CPU_EVERY, PERIOD_S, cores, measure
from tests.fakes.virtual_time import run_virtually


def test_a_core_is_what_the_loop_may_use_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may have less; systems without such quotas, or without affinities, have no less."""
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    quota = tmp_path / "cpu.max"
    assert cores(quota) == 1
    for text, expected in (("max 100000", 1), ("250000 100000", 1), ("50000 100000", 0.5)):
        quota.write_text(text)
        assert cores(quota) == expected


async def measured(meter: Meter, rounds: int, busy_s: float = 0) -> None:
    """Measure for so many periods, of which the loop is held up once in each."""
    task = asyncio.create_task(measure(meter))
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
