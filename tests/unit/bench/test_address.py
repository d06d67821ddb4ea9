"""The silences after a change of address as figures."""

from tests.bench.address import rows_of


def test_the_worst_silence_is_held_against_the_aim() -> None:
    """Typical ones stand beside, without a baseline: no browser comes back by itself."""
    typical, _, worst = rows_of("Firefox", [700.0] * 19 + [2900.0])

    assert (typical.value, typical.aim, typical.baseline) == (700, None, None)
    assert (worst.figure, worst.value, worst.met) == ("Firefox: silence, worst of 20", 2900, True)
    assert not rows_of("Firefox", [700.0, 3100.0])[-1].met
