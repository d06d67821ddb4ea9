"""The figures of talking with the bot."""

from tests.bench.answers import Answer, Talk
from tests.bench.table import Baseline
from tests.bench.voice import Call, rows_of


def called(*waits: int | None, silences: tuple[int, ...] = (), filler: bool = False) -> Call:
    """Return a call with such answers."""
    return Call(Talk([Answer(wait, filler) for wait in waits], list(silences)), 400.0, 40.0)


def test_a_missed_turn_is_a_failure_and_no_figure() -> None:
    """It is in no percentile, and counted."""
    figures = {row.figure: row for row in rows_of([called(500, 600, None), called(700, filler=True)], [])}

    assert figures["end of speech → answer, p50"].value == 600
    assert figures["end of speech → answer, p50"].met is True
    assert (figures["missed turns, of 4"].value, figures["missed turns, of 4"].met) == (1, False)
    assert figures["turns with a filler before the answer"].value == 1


def test_pipecat_stands_beside_in_the_same_terms() -> None:
    """Percentile beside percentile; without it there is nothing beside."""
    ours, theirs = [called(500, silences=(100, 300))], [called(900, silences=(400, 600))]

    rows = {row.figure: row for row in rows_of(ours, theirs)}
    assert rows["end of speech → answer, p50"].baseline == Baseline(900, "pipecat")
    assert rows["barge-in → silence, p50 of 2"].baseline == Baseline(500, "pipecat")
    assert rows["barge-in → silence, p95"].met is False
    assert {row.baseline for row in rows_of(ours, [])} == {None}


def test_a_bot_that_never_answers_has_figures_too() -> None:
    """That it missed everything."""
    figures = [row.figure for row in rows_of([called(None, None)], [])]

    assert figures[0] == "missed turns, of 2"
    assert not [figure for figure in figures if "answer, p" in figure]
