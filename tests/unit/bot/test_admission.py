"""A bots' process takes one more call while nothing is too much, and never more than it has slots."""

from pathlib import Path

import pytest

from bot.admission import CALL_CORES, CPU_MEMORY_S, LAGS, Admission, Limits, Meter
from bot.measure import cores


def test_slots_are_never_given_twice() -> None:
    """Whoever takes one holds it until it is given back, and only that one is free then."""
    admission = Admission(3, Meter())
    assert [admission.reserve() for _ in range(5)] == [True, True, True, False, False]
    admission.release()
    assert [admission.reserve() for _ in range(2)] == [True, False]
    assert admission.taken == 3


@pytest.mark.parametrize(("lag_ms", "cpu", "engines"), [(40, 0, 0), (0, 0.8, 0), (0, 0, 1), (400, 1, 2)])
def test_whatever_is_too_much_is_too_much(lag_ms: float, cpu: float, engines: float) -> None:
    """A loop that is late, a processor that is busy, engines that are full: each alone; a little less is not."""
    limits = Limits(lag_ms=40, cpu=0.8)
    for share, admits in ((1.0, False), (0.9, True)):
        meter = Meter()
        meter.late(min(lag_ms, 40) * share)
        meter.busy(min(cpu, 0.8) * share, CPU_MEMORY_S)
        assert Admission(2, meter, limits).reserve(min(engines, 1) * share) is admits
    assert Admission(2, Meter(), limits).load() == 0


def test_lateness_is_that_of_the_worst_twentieth() -> None:
    """One hiccup is none; what is long ago is forgotten."""
    meter = Meter()
    for _ in range(LAGS - 1):
        meter.late(1)
    meter.late(900)
    assert meter.lag_ms == 1
    for _ in range(5):
        meter.late(50)
    assert meter.lag_ms == 50
    for _ in range(LAGS):
        meter.late(2)
    assert meter.lag_ms == 2


def test_a_busy_moment_fades() -> None:
    """The share follows what is used within seconds, and no single second decides."""
    meter = Meter()
    meter.busy(1, 1)
    assert 0.1 < meter.cpu < 0.3
    for _ in range(20):
        meter.busy(1, 1)
    assert meter.cpu > 0.95
    for _ in range(20):
        meter.busy(0, 1)
    assert meter.cpu < 0.05
    meter.busy(0.5, 3600)
    assert meter.cpu == 0.5


@pytest.mark.parametrize("cores", [1.0, 0.5])
def test_a_burst_begins_no_more_calls_than_fit(cores: float) -> None:
    """However many wait and however many slots there are: what is not measured yet is expected, and fades into it."""
    meter = Meter(cores)
    admission = Admission(100, meter)
    cost = 0.78 * CALL_CORES / cores
    fit = 0.8 / cost
    for _second in range(60):
        while admission.reserve():
            meter.begun(f"call {admission.taken}")
        assert admission.taken < fit + 1
        meter.busy(admission.taken * cost, 1)
    assert admission.taken > fit


def test_nothing_is_expected_of_a_call_that_is_over() -> None:
    """One that came to nothing takes no room from the next."""
    meter = Meter()
    meter.begun("one")
    meter.begun("other")
    meter.busy(0, 1)
    meter.ended("one")
    assert 0 < meter.expected_cpu < CALL_CORES
    meter.ended("other")
    assert meter.expected_cpu == 0


@pytest.mark.parametrize(
    ("text", "share"), [("max 100000\n", 1), ("50000 100000\n", 0.5), ("400000 100000\n", 1), ("?", 1), (None, 1)]
)
def test_a_container_may_have_less_than_a_core(tmp_path: Path, text: str | None, share: float) -> None:
    """Its quota counts where there is one; the loop is one thread and has no use for more than a core."""
    path = tmp_path / "cpu.max"
    if text is not None:
        path.write_text(text)
    assert cores(path) == share
