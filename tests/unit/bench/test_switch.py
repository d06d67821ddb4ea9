"""The figures of leaving the bot for a person."""

from tests.bench.switch import Round, Times, rows_of
from tests.bench.table import Baseline


def test_a_switch_stands_beside_the_first_match() -> None:
    """In the same percentiles; only the match itself has an aim."""
    rounds = [Round(Times(500, 900), Times(100, 400)), Round(Times(700, 1100), Times(300, 600))]

    rows = {row.figure: row for row in rows_of(rounds)}

    assert rows["tap → matched, p50 of 2"].value == 200
    assert rows["tap → matched, p50 of 2"].baseline == Baseline(600, "first match")
    assert rows["tap → matched, p95 of 2"].met is True
    worst = rows["tap → the person's first packet, worst of 2"]
    assert (worst.value, worst.baseline, worst.met) == (600, Baseline(1100, "first match"), None)
