"""What is left of many measurements, when arrivals come, and who is busy."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.load import bounded_by, poisson
from tests.bench.percentiles import median, percentile


def test_percentiles_lie_between_values_in_proportion() -> None:
    """The order does not matter; 0 and 100 are the extremes."""
    values = [30.0, 10.0, 20.0, 40.0]

    assert [percentile(values, percent) for percent in (0, 50, 75, 100)] == [10, 25, 32.5, 40]
    assert median([3, 1, 2]) == 2
    assert percentile([5], 99) == 5


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_a_percentile_is_within_its_values(values: list[float], percent: float) -> None:
    """It invents nothing beyond them."""
    assert min(values) <= percentile(values, percent) * (1 + 1e-9)
    assert percentile(values, percent) <= max(values) * (1 + 1e-9)


def test_nothing_has_no_percentile() -> None:
    """Nothing was measured: nothing is claimed."""
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_arrivals_come_at_the_rate_and_in_order() -> None:
    """Within four standard deviations of a Poisson count."""
    times = poisson(200, 10, Random(1))

    assert times == sorted(times)
    assert times[0] > 0
    assert times[-1] < 10
    assert abs(len(times) - 2000) < 4 * 2000**0.5


def test_what_fills_its_core_bounds_a_figure() -> None:
    """The load generator is named like anything else; when nothing is full, the reason given is."""
    assert bounded_by({"server": 0.4, "load generator": 0.97}, "x") == (
        "load generator (load generator 97 %, server 40 %)"
    )
    assert bounded_by({"server": 0.4}, "one round trip") == "one round trip (server 40 %)"
