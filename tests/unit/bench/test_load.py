"""What is left of many measurements, when arrivals come, and who is busy."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.load import Shares, bounded_by, poisson, together
from tests.bench.percentiles import median, percentile, slope, typical


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


def test_one_bad_window_does_not_decide() -> None:
    """The figure is the median of the windows' own; a window without any value is no window."""
    assert typical([[1.0, 2.0], [1.0, 3.0], [80.0, 90.0]], 100) == 3
    with pytest.raises(ValueError, match="no values"):
        typical([[1.0], []], 50)


def test_a_jump_among_many_readings_does_not_decide_the_slope() -> None:
    """A line is found through a table that doubles once."""
    line = [(float(x), 10 + 3.0 * x) for x in range(20)]

    assert slope(line) == 3
    assert slope([*line, (20.0, 500.0)]) == 3


def test_shares_of_several_stretches_count_by_their_length() -> None:
    """A second at half a core and three at none are an eighth of a core."""
    stretches = []
    for seconds, share in ((1.0, 0.5), (3.0, 0.0)):
        stretches.append(Shares(server=share))
        stretches[-1].seconds = seconds

    whole = together(stretches)
    assert (whole["server"], whole.seconds) == (0.125, 4.0)
    assert whole.cpu_us("server", 100) == 5000


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
