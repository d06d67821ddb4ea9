"""The levels of a call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engines.levels import FLOORS, PROBE_S, SLOW_S, WINDOW, Level, Levels, Stage, probe_after_s


def at(start: Level, best: Level = Level.FULL) -> Levels:
    """Return levels that have got to one from the best."""
    levels = Levels(best)
    levels.present = levels._next = start
    return levels


def after(*steps: str, start: Level = Level.FULL) -> Level:
    """Return the level of the turn after these steps."""
    levels = at(start)
    for step in steps:
        play(levels, step)
    return levels.begin_turn()


def play(levels: Levels, step: str) -> None:
    """Take one step."""
    match step:
        case "turn":
            levels.begin_turn()
        case "met":
            levels.met()
        case "missed":
            levels.missed()
        case "refused":
            levels.refused()
        case "probed":
            levels.probed()
        case "slow":
            levels.answered(SLOW_S + 0.1)
        case "quick":
            levels.answered(SLOW_S - 0.1)
        case stage:
            levels.opened(Stage[stage])


@pytest.mark.parametrize(
    ("steps", "start", "level"),
    [
        ([], Level.FULL, Level.FULL),
        (["missed"], Level.FULL, Level.FULL),
        (["missed", "missed"], Level.FULL, Level.LEAN),
        (["missed", "met", "missed"], Level.FULL, Level.FULL),
        (["missed", "turn", "missed"], Level.FULL, Level.LEAN),
        (["missed", "missed", "missed", "missed"], Level.FULL, Level.LEAN),  # one step a turn
        (["missed", "missed", "turn", "missed"], Level.FULL, Level.LEAN),  # a new level has its own misses
        (["missed", "missed"], Level.EMBEDDED, Level.CLOSED),
        (["missed", "missed"], Level.CLOSED, Level.CLOSED),
        (["met"], Level.CLOSED, Level.EMBEDDED),
        (["met"], Level.EMBEDDED, Level.EMBEDDED),
        (["refused"], Level.FULL, Level.LEAN),
        (["refused", "missed", "missed"], Level.FULL, Level.LEAN),
        (["refused"], Level.EMBEDDED, Level.EMBEDDED),
        (["slow"] * (WINDOW - 1), Level.FULL, Level.FULL),
        (["slow"] * WINDOW, Level.FULL, Level.LEAN),
        (["quick"] * 19 + ["slow"], Level.FULL, Level.FULL),
        (["quick"] * 18 + ["slow"] * 2, Level.FULL, Level.LEAN),
        (["MIND"], Level.FULL, Level.RULES),
        (["VOICE"], Level.FULL, Level.EMBEDDED),
        (["EARS"], Level.LEAN, Level.EMBEDDED),
        (["MIND"], Level.CLOSED, Level.CLOSED),
        (["probed"], Level.FULL, Level.FULL),
        (["probed"], Level.RULES, Level.LEAN),
        (["probed", "probed"], Level.RULES, Level.LEAN),
        (["probed", "turn", "probed"], Level.RULES, Level.FULL),
        (["refused", "probed"], Level.FULL, Level.LEAN),  # what failed in this turn is newer
    ],
)
def test_levels(steps: list[str], start: Level, level: Level) -> None:
    """What callers notice leads down, one step a turn; an open breaker to where it is not needed; a probe up."""
    assert after(*steps, start=start) is level


def test_the_level_is_one_for_a_turn() -> None:
    """Whatever happens in a turn changes the next one."""
    levels = Levels()
    levels.opened(Stage.VOICE)
    turns = [levels.present, levels.begin_turn(), levels.present]
    assert turns == [Level.FULL, Level.EMBEDDED, Level.EMBEDDED]


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("start", list(Level))
def test_a_probe_does_not_go_where_a_breaker_is_open(stage: Stage, start: Level) -> None:
    """Up by one at most, never above what works, and never down."""
    levels = at(start)
    levels.probed(frozenset({stage}))
    level = levels.begin_turn()
    assert start - 1 <= level <= start
    assert level >= min(FLOORS[stage], start)


STEPS = ["turn", "met", "missed", "refused", "probed", "slow", "quick", "MIND", "VOICE", "EARS"]


@given(st.sampled_from([Level.FULL, Level.EMBEDDED]), st.lists(st.sampled_from(STEPS), max_size=200))
def test_every_level_has_a_way_up(best: Level, steps: list[str]) -> None:
    """Wherever a call got to, probes that succeed bring it back to all that it has, and no further.

    Where all is embedded nothing is probed, and turns in time bring it back.
    """
    levels = Levels(best)
    for step in steps:
        before = levels.present
        play(levels, step)
        assert step == "turn" or levels.present is before
    for _ in range(len(Level) + 1):
        levels.begin_turn()
        play(levels, "met" if best is Level.EMBEDDED else "probed")
    assert levels.begin_turn() is best


@pytest.mark.parametrize("start", [Level.EMBEDDED, Level.CLOSED])
def test_a_probe_leads_to_nothing_that_is_not_configured(start: Level) -> None:
    """An endpoint that holds whole conversations says nothing about a mind or a voice that nobody has."""
    levels = at(start, best=Level.EMBEDDED)
    levels.probed()
    assert levels.begin_turn() is Level.EMBEDDED


def test_speculation_is_shed_first() -> None:
    """It is extra load; on embedded engines it is nobody else's."""
    assert [level for level in Level if level.speculates] == [Level.FULL, Level.EMBEDDED]


def test_probes_are_spread() -> None:
    """About every 15 s, not all at once."""
    spread = [probe_after_s(iter([at]).__next__) / PROBE_S for at in (0.0, 0.5, 1.0)]
    assert spread == pytest.approx([0.8, 1.0, 1.2])
