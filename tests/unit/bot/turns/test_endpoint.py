"""The silence that ends a turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turns.endpoint import CAP_MS, LEARNED_CAP_MS, PENALTY_CAP_MS, Habit


@pytest.mark.parametrize(
    ("text", "complete", "expected"),
    [
        ("tell me a joke", True, 240),
        ("where are you from", True, 240),
        ("Where are you from?", False, 240),
        ("it was a long", False, 400),
        ("well...", False, 400),
        ("", False, 700),
        (" … ", False, 700),
        ("", True, 700),
        ("my name is", False, 1000),
        ("i want to talk to", False, 1000),
        ("my name is…", False, 1000),
    ],
)
def test_the_window_follows_the_meaning(text: str, complete: bool, expected: int) -> None:
    """Complete words and terminal punctuation answer soon, open words wait."""
    assert Habit().window_ms(text, complete=complete) == expected


def test_ordinary_pauses_teach_nothing() -> None:
    """A gap of 200 ms is in everybody's speech."""
    assert Habit().paused(200) == Habit()


def test_long_pauses_are_learned_and_forgotten_again() -> None:
    """The learned pause approaches the excess over 200 ms, from below and from above."""
    habit = Habit().paused(400)
    assert habit.window_ms("a long day", complete=False) == 460
    habit = habit.paused(400)
    assert habit.window_ms("a long day", complete=False) == 502
    assert habit.paused(100).learned_ms < habit.learned_ms


def test_each_cut_in_widens_the_window_and_clean_exchanges_narrow_it() -> None:
    """200 ms more each time, 50 ms less for each exchange without one."""
    habit = Habit().cut_in()
    assert habit.window_ms("tell me", complete=True) == 440
    assert habit.cut_in().window_ms("tell me", complete=True) == 640
    for _ in range(4):
        habit = habit.answered()
    assert habit == Habit() == habit.answered()


@given(
    st.lists(st.one_of(st.integers(-100, 100_000), st.sampled_from(["cut_in", "answered"]))),
    st.text(),
    st.booleans(),
)
def test_the_window_has_bounds(history: list[int | str], text: str, complete: bool) -> None:
    """Whatever was learned, a turn ends after 240 to 1200 ms of silence."""
    habit = Habit()
    for entry in history:
        if isinstance(entry, int):
            habit = habit.paused(entry)
        else:
            habit = habit.cut_in() if entry == "cut_in" else habit.answered()
    assert 0 <= habit.learned_ms <= LEARNED_CAP_MS
    assert 0 <= habit.penalty_ms <= PENALTY_CAP_MS
    assert 240 <= habit.window_ms(text, complete=complete) <= CAP_MS
