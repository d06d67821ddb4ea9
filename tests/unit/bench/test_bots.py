"""The figures of what a bot costs."""

import pytest

from tests.bench.bots import LEG, ON_PIPECAT, STOCK, WHOLE, Load, Series, per_core, rows_of
from tests.bench.table import Baseline

MB = 10**6
FLAT = {20: 99 * MB, 100: 100 * MB, 200: 101 * MB}


def test_a_core_takes_as_many_as_keep_their_time() -> None:
    """By the largest number of calls of which that is true; without any there are none."""
    loads = [Load(1, 0.05, 0, 0, 2), Load(10, 0.02, 0, 0, 39), Load(20, 0.01, 0, 0, 500)]

    assert per_core(loads) == pytest.approx(35)
    assert per_core(loads[2:]) == 0


def test_a_bot_stands_beside_its_baseline_at_the_same_number_of_calls() -> None:
    """Where the baseline had to give up, nothing does."""
    loads = {
        LEG: [Load(1, 0.04, 0, 2 * MB, 3), Load(20, 0.02, 0, MB, 9)],
        STOCK: [Load(1, 0.12, 0, 4 * MB, 3)],
        WHOLE: [Load(1, 0.06, 0.02, 20 * MB, 3)],
    }
    sequences = {LEG: Series([50, 60, 70], {}), STOCK: Series([90], {}), WHOLE: Series([55], FLAT)}

    rows = {row.figure: row for row in rows_of(loads, sequences)}
    assert rows["media, 1 call: CPU of a bot"].baseline == Baseline(12, "stock aiortc")
    assert rows["media, 20 calls: CPU of a bot"].baseline is None
    assert rows["whole bot, 1 call: CPU of a bot"].bounded_by.startswith("its ears' process 2.0 %")
    assert rows["media: bots per core in real time"].met is True
    assert rows["media: set-up, median of 3"].value == 60
    assert rows["whole bot: bots per core in real time"].met is False
    assert not [row for row in rows.values() if row.baseline and row.baseline.name == ON_PIPECAT]


@pytest.mark.parametrize(("after", "met"), [(101 * MB, True), (110 * MB, False)])
def test_memory_is_flat_or_it_is_not(after: int, met: bool) -> None:
    """The second half of the calls against the first."""
    sequences = {LEG: Series([50], {}), WHOLE: Series([55], FLAT | {200: after})}

    (row,) = [row for row in rows_of({LEG: [], WHOLE: []}, sequences) if "after 200 calls" in row.figure]
    assert row.met is met
