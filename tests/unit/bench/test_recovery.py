"""The silences of a broken path as figures."""

from tests.bench.recovery import rows_of


def test_the_worst_silence_is_held_against_the_aim() -> None:
    """Typical ones stand beside; the watchdog's time is what all begin with."""
    typical, p95, worst = rows_of("pair", [2000.0] * 19 + [3100.0])

    assert (typical.value, typical.aim) == (2000, None)
    assert 2000 < p95.value < 3100
    assert (worst.figure, worst.met) == ("pair: silence, worst of 20", False)
    assert worst.baseline == (1500, "watchdog")
