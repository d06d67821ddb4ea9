"""The table of the turn machine: complete, true, and without dead ends."""

import itertools
import typing
from dataclasses import replace

import pytest

from bot.turns import events as on
from bot.turns.actions import Say
from bot.turns.machine import IGNORED, TABLE, begin, step
from bot.turns.state import Caller, Ending, Line, Reply, State, Turns

KINDS = typing.get_args(on.Event)
PAIRS = list(itertools.product(State, KINDS))


@pytest.mark.parametrize(("state", "kind"), PAIRS, ids=lambda part: getattr(part, "name", None) or part.__name__)
def test_every_event_has_its_place_in_every_state(state: State, kind: type[on.Event]) -> None:
    """It is in the table, or ignored for a reason that is written down; never both."""
    assert ((state, kind) in TABLE) != ((state, kind) in IGNORED)


def test_nothing_else_is_in_the_table() -> None:
    """Every row is about a state and an event that exist."""
    assert set(TABLE) | set(IGNORED) == set(PAIRS)


@pytest.mark.parametrize("state", [state for state in State if state is not State.CLOSING])
def test_every_state_but_the_last_can_be_left_by_its_watchdog_and_by_an_end(state: State) -> None:
    """A deadline leads out, at once or by the rule that it asks for first, and the end of the call always does."""
    assert any(target is not state for target in TABLE[state, on.Tick].targets)
    assert TABLE[state, on.End].targets == (State.CLOSING,)


def test_the_last_state_is_left_by_nothing() -> None:
    """CLOSING leads to CLOSING."""
    assert {target for (state, _), rule in TABLE.items() if state is State.CLOSING for target in rule.targets} == {
        State.CLOSING
    }


def test_every_state_is_reached() -> None:
    """From CONNECTING the table leads everywhere."""
    reached, last = {State.CONNECTING}, set[State]()
    while reached != last:
        last = set(reached)
        reached |= {target for (state, _), rule in TABLE.items() if state in last for target in rule.targets}
    assert reached == set(State)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_deadline(state: State) -> None:
    """A state value names a time; only a call that is over wants no tick any more."""
    turns = replace(begin(0, 600_000), state=state, caller=Caller(), reply=Reply(1), ending=Ending.DRAIN)
    assert turns.deadline_ms is not None
    assert turns.deadline_ms <= 40_000
    assert replace(turns, over=True).deadline_ms is None


def test_a_tick_before_its_time_does_nothing() -> None:
    """Timers may fire early."""
    turns = begin(0, 600_000)
    assert turns.deadline_ms == 15_000
    assert step(turns, on.Tick(), 14_999) == (turns, ())
    assert step(turns, on.Tick(), 15_000)[0].state is State.CLOSING


def test_nothing_happens_after_the_call() -> None:
    """A call that is over takes no event."""
    over, _ = step(begin(0, 600_000), on.End(Ending.BYE), 5)
    for event in (on.Tick(), on.Connected(), on.Voiced(1), on.End(Ending.DRAIN), on.Played(1)):
        assert step(over, event, 99_999) == (over, ())


def test_a_step_leaves_the_state_it_was_given() -> None:
    """The machine is a function: the value before is as good as the value after."""
    before: Turns = begin(0, 600_000)
    again = step(before, on.Connected(), 3)
    assert step(before, on.Connected(), 3) == again
    assert before == begin(0, 600_000)
    assert again[1] == (Say(1, Line.DISCLOSURE),)


def test_what_the_caller_says_is_in_no_repr() -> None:
    """Neither in the state's, nor in an event's, nor in an action's."""
    turns = replace(begin(0, 1), state=State.USER_PAUSING, caller=Caller(segment=1, opened=True))
    after, actions = step(turns, on.Partial(1, "my secret"), 0)
    assert actions
    for value in (after, actions, on.Partial(1, "my secret"), on.Final(1, "my secret")):
        assert "secret" not in repr(value)


def test_final_words_of_an_open_segment_are_not_taken() -> None:
    """Nobody asked for them: the segment goes on, and its end has to be waited for."""
    turns = replace(begin(0, 600_000), state=State.USER_PAUSING, caller=Caller(segment=2, opened=True, finals=0))
    assert step(turns, on.Final(2, "half a"), 10) == (turns, ())
    assert step(turns, on.Final(1, "earlier words"), 10)[0].caller.heard == "earlier words"
