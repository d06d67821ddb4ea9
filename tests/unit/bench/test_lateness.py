"""How late packets are."""

import pytest

from tests.bench.lateness import CLOCK_HZ, Arrival, lateness_ms, skipped

FRAME = CLOCK_HZ // 50


def stream(*late_ms: float, first: int = 0) -> list[Arrival]:
    """Return packets that come so late, 20 ms apart."""
    return [
        Arrival(100 + number * 0.02 + late / 1000, (first + number * FRAME) % 2**32)
        for number, late in enumerate(late_ms)
    ]


@pytest.mark.parametrize("first", [0, 2**32 - 2 * FRAME])
def test_packets_are_as_late_as_they_are_later_than_the_most_timely_one(first: int) -> None:
    """However long the way is, and wherever the timestamps begin."""
    assert lateness_ms(stream(50, 50, 57.5, 90, first=first)) == pytest.approx([0, 0, 7.5, 40])


def test_packets_that_were_never_sent_are_counted() -> None:
    """By the timestamps, which go on."""
    packets = stream(0, 0, 0, 0, 0, first=2**32 - FRAME)

    assert skipped(packets) == 0
    assert skipped([packets[0], *packets[3:]]) == 2


def test_there_may_be_no_packets() -> None:
    """A call that never came to be."""
    assert (lateness_ms([]), skipped([])) == ([], 0)
