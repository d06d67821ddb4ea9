"""Latencies of many windows become rows."""

from tests.bench.table import Aim
from tests.bench.windows import latencies

OURS = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [2.0, 3.0, 100.0]]
BESIDE = [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0]]


def test_the_figures_are_medians_over_the_windows() -> None:
    """Of each window's own p50 and p99, ours and the baseline's alike."""
    p50, p99 = latencies("joiner", OURS, BESIDE, "floor", "why")

    assert (p50.figure, p50.value, p50.baseline) == ("joiner p50", 3, (2, "floor"))
    assert 5.9 < p99.value < 6
    assert p99.aim is None


def test_an_aim_is_held_against_all_windows_too() -> None:
    """So that a bad moment is not lost in the median."""
    *_, p99, together = latencies("joiner", OURS, BESIDE, "floor", "why", Aim(20))

    assert (p99.met, together.met) == (True, False)
    assert together.figure == "joiner p99, all windows together"
    assert 90 < together.value < 100
