"""Latencies, taken in short windows: load and baseline in turns, so that the machine's moods weigh on both. Pure."""

from collections.abc import Sequence
from itertools import chain

from tests.bench.percentiles import percentile, typical
from tests.bench.table import Aim, Baseline, Row

WINDOWS = 20
HOW = f"""\
Times come in {WINDOWS} windows, with those of the baseline in turns: p50 and p99 are the medians over the windows of
each window's own, and where there is an aim, p99 of all windows' times together stands beside. p99 of a window with
less than a hundred times is nearly its worst."""

Windows = Sequence[Sequence[float]]  # the times within each window, ms


def latencies(what: str, ours: Windows, beside: Windows, name: str, bound: str, aim: Aim | None = None) -> list[Row]:
    """Return p50 and p99, beside the baseline's.

    Args:
        what: Begins each row's title.
        ours: The times measured.
        beside: Those of the baseline.
        name: The baseline's.
        bound: What bounds them.
        aim: For p99.
    """
    found = [
        Row(f"{what} p{percent}", typical(ours, percent), "ms", Baseline(typical(beside, percent), name),
            aim if percent == 99 else None, bound)
        for percent in (50, 99)
    ]  # fmt: skip
    if aim:
        all_ours, all_beside = (percentile(list(chain(*windows)), 99) for windows in (ours, beside))
        found.append(Row(f"{what} p99, all windows together", all_ours, "ms", Baseline(all_beside, name), aim, bound))
    return found
