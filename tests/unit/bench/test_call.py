"""The figures of call set-up, and which of its steps bound them."""

from tests.bench.call import AUDIO_STEPS, cases_of, longest_steps, rows_beside_channel, rows_of, section
from tests.bench.call_setup import RTTS_MS, Case, Measured, Samples

WAITING = {"matched": 1000.0, "ice": 1200.0, "connected": 1450.0, "audio": 1550.0, "talking": 1560.0}
COMING = {**WAITING, "tap": 600.0, "ready": 900.0, "audio": 1600.0, "talking": 1610.0}


def samples() -> Samples:
    """Two equal rounds."""
    seen = Samples()
    for _ in range(2):
        seen.add(WAITING, COMING)
    return seen


def test_the_longest_steps_are_named_first() -> None:
    """With their medians; a step whose mark nobody has belongs to the next."""
    assert longest_steps([COMING, COMING], "matched", AUDIO_STEPS) == "DTLS 250 ms, ICE 200 ms, first packet 150 ms"
    blind = {name: at for name, at in COMING.items() if name != "ice"}
    assert longest_steps([blind], "matched", AUDIO_STEPS) == "DTLS 450 ms, first packet 150 ms"


def test_both_directions_are_held_against_the_limit() -> None:
    """Six round trips and a message, at the R that the aim names; without delay there is no limit worth the name."""
    rows = {row.figure: row for row in rows_of(Case("queue", "pair", 100), samples(), samples(), 10.0)}
    both = rows["R = 100 ms: matched → both, against the limit"]

    assert (both.value, both.baseline and both.baseline.value, both.met) == (600, 610, True)
    assert rows["R = 100 ms: matched → first"].value == 550
    assert rows["R = 100 ms: tap → talking"].value == 1010
    none = [row.figure for row in rows_of(Case("queue", "pair", 0), samples(), samples(), 10.0)]
    assert not any("limit" in figure for figure in none)


def test_a_section_has_every_delay() -> None:
    """Each with the plain call's figures beside."""
    cases = {case: samples() for case in cases_of("pair")}
    rows = section("call", "pair", Measured(cases, [3.0])).rows

    assert [row.figure for row in rows if row.figure.endswith("p95")] == [
        f"R = {rtt} ms: tap → talking, p95" for rtt in RTTS_MS
    ]
    assert rows[0].baseline == (550, "plain")


def test_the_way_of_the_parameters_is_shown_before_and_after() -> None:
    """The same service beside, switched to the channel; slower by what its match took longer."""
    slower = Samples()
    slower.add({**WAITING, "matched": 900.0}, {**COMING, "matched": 900.0})
    rows = {row.figure: row for row in rows_beside_channel(100, samples(), slower)}

    both = rows["R = 100 ms: matched → both, parameters with the match"]
    assert (both.value, both.baseline) == (600, (700, "by channel"))
