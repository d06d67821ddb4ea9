"""What is left of many measurements. Pure."""

from collections.abc import Iterable, Sequence
from itertools import combinations


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of a hundred values do not exceed, between two values in proportion.

    Args:
        values: In any order, at least one.
        percent: 0 to 100; 50 is the median.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two in the middle."""
    return percentile(values, 50)


def typical(windows: Iterable[Sequence[float]], percent: float) -> float:
    """Return the median over windows of each one's percentile: one bad moment of the machine spoils one window.

    Raises:
        ValueError: There are no windows, or one is empty.
    """
    return median([percentile(window, percent) for window in windows])


def slope(readings: Sequence[tuple[float, float]]) -> float:
    """Return by how much the second grows with the first: the median over all pairs of readings (Theil and Sen).

    Args:
        readings: At least two, no two of them at the same first value.
    """
    return median([(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(readings, 2)])
