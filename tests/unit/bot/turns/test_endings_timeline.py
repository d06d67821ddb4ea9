"""Silences and endings, under virtual time, to the millisecond."""

import pytest

from bot.turns import events as on
from bot.turns.actions import Discard, HangUp, Listen, Pause, Say
from bot.turns.machine import begin
from bot.turns.state import Ending, Farewell, Line, State
from tests.unit.bot.turns.driver import Engines, Shell

CONNECTED: tuple[int, on.Event] = (0, on.Connected())


def test_no_media_ends_the_call() -> None:
    """15 s are enough for any path."""
    assert Shell([]).run(60_000).log == [(15_000, HangUp(Ending.UNCONNECTED))]


def test_a_silent_caller_is_asked_twice_and_let_go() -> None:
    """After 8, 20 and 40 s of silence; the bot's own questions do not count as a break of it."""
    shell = Shell([CONNECTED]).run(120_000)
    assert shell.happened(Say, HangUp, after_ms=0) == [
        (10_000, Say(2, Line.QUESTION)),
        (22_000, Say(3, Line.STILL_THERE)),
        (42_000, Say(4, Line.GOODBYE)),
        (42_800, HangUp(Ending.SILENCE)),
    ]


def test_an_answer_begins_the_silence_anew() -> None:
    """It is counted from the end of the last exchange."""
    shell = Shell([CONNECTED], {1: "hello there"}).voice(12_000, 13_000).run(30_000)
    # The reply begins at 13440 and takes 5 s.
    assert shell.happened(Say, after_ms=0) == [(10_000, Say(2, Line.QUESTION)), (26_440, Say(4, Line.QUESTION))]


def test_noise_does_not_keep_a_call_alive() -> None:
    """A click each second, and nobody there: the call ends as it would without."""
    shell = Shell([CONNECTED])
    for second in range(3, 100):
        shell.voice(second * 1_000, second * 1_000 + 100)
    endings = shell.run(120_000).happened(HangUp)
    assert [action for _, action in endings] == [HangUp(Ending.SILENCE)]
    assert endings[0][0] < 60_000


def test_questions_into_a_silence_keep_their_distance() -> None:
    """Also where the silence was counted through a long noise that nobody understood."""
    shell = Shell([CONNECTED]).voice(3_000, 4_000).voice(9_000, 28_000).run(80_000)
    assert shell.happened(Say, HangUp, after_ms=0) == [
        (4_720, Say(2, Line.REPEAT)),
        (28_720, Say(3, Line.QUESTION)),
        (37_720, Say(4, Line.STILL_THERE)),
        (57_720, Say(5, Line.GOODBYE)),
        (58_520, HangUp(Ending.SILENCE)),
    ]


@pytest.mark.parametrize("ending", [Ending.DRAIN, Ending.LENGTH])
def test_a_call_that_has_to_end_ends_with_a_goodbye(ending: Ending) -> None:
    """The worker stops, or the time is up."""
    script = [CONNECTED, (5_000, on.End(ending))]
    assert Shell(script).run(60_000).happened(after_ms=2_000) == [
        (5_000, Say(2, Line.GOODBYE)),
        (5_800, Discard(2)),
        (5_800, HangUp(ending)),
    ]


def test_the_time_of_a_call_is_limited() -> None:
    """The machine looks at it by itself, whatever else is going on."""
    shell = Shell([CONNECTED], {1: "on and on"}, turns=begin(0, 9_000)).voice(3_000, 60_000).run(60_000)
    assert shell.happened(Say, HangUp, after_ms=0) == [(9_000, Say(2, Line.GOODBYE)), (9_800, HangUp(Ending.LENGTH))]


def test_a_goodbye_takes_three_seconds_at_most() -> None:
    """An output that does not tell when it is done holds nothing up."""
    shell = Shell([CONNECTED, (5_000, on.End(Ending.DRAIN))]).run(4_000)
    shell.engines.playing = False
    assert shell.run(60_000).happened(HangUp) == [(8_000, HangUp(Ending.DRAIN))]


def test_who_has_left_is_not_spoken_to() -> None:
    """A bye from the caller ends at once, in a goodbye as well."""
    assert Shell([CONNECTED, (5_000, on.End(Ending.BYE))]).run(9_000).happened(after_ms=2_000) == [
        (5_000, HangUp(Ending.BYE))
    ]
    script = [CONNECTED, (5_000, on.End(Ending.DRAIN)), (5_300, on.End(Ending.BYE))]
    assert Shell(script).run(9_000).happened(HangUp) == [(5_300, HangUp(Ending.BYE))]


def test_an_undisclosed_bot_says_no_goodbye() -> None:
    """Ending in the disclosure, or before it, is silent."""
    script = [CONNECTED, (1_000, on.End(Ending.DRAIN))]
    assert Shell(script).run(9_000).happened(after_ms=0) == [(1_000, Discard(1)), (1_000, HangUp(Ending.DRAIN))]
    assert Shell([(500, on.End(Ending.DRAIN))]).run(9_000).log == [(500, HangUp(Ending.DRAIN))]


def test_a_reply_that_is_a_farewell_ends_the_call() -> None:
    """Whoever says goodbye gets an answer to it, and no second goodbye."""
    shell = Shell([CONNECTED], {1: "goodbye then"}, Engines(farewell=Farewell.OPEN)).voice(3_000, 4_000).run(30_000)
    assert shell.happened(Say, HangUp, after_ms=0) == [(9_440, HangUp(Ending.FAREWELL))]
    assert shell.context[-1] == ("goodbye then", Engines().reply, False)


def test_a_farewell_can_be_talked_out_of_a_dismissal_cannot() -> None:
    """Into a goodbye the caller may speak and stay; who is sent away hears why to its end, and goes."""
    for farewell, ends in ((Farewell.OPEN, None), (Farewell.FIRM, 9_440)):
        shell = Shell([CONNECTED], {1: "first words", 2: "but wait"}, Engines(farewell=farewell))
        shell.voice(3_000, 4_000).voice(6_000, 8_000).run(9_500)
        assert [at for at, _ in shell.happened(HangUp)] == ([ends] if ends else [])
        assert bool(shell.happened(Pause, Listen, after_ms=4_440)) == (ends is None)


@pytest.mark.parametrize("event", [on.Failed(2), None])
def test_a_dismissal_that_breaks_off_is_one(event: on.Event | None) -> None:
    """The voice fails in the middle, or stalls: the call ends, without an apology that would go on with it."""
    shell = Shell([CONNECTED], {1: "first words"}, Engines(farewell=Farewell.FIRM)).voice(3_000, 4_000).run(4_000)
    shell.engines.playing = False
    if event:
        shell.at(6_000, event)
    shell.run(30_000)
    assert shell.happened(HangUp) == [(6_000 if event else 11_440, HangUp(Ending.FAREWELL))]
    assert not shell.happened(Say, after_ms=4_000)


def test_a_dead_output_does_not_leave_the_caller_in_silence() -> None:
    """Nothing is ever told to have been played: the call still ends, by its own deadlines."""
    shell = Shell([CONNECTED], {1: "hello there"}).run(2_000)
    shell.engines.playing = False
    shell.voice(3_000, 4_000).run(300_000)
    assert shell.happened(Listen) == [(3_060, Listen(1))]
    assert [action for _, action in shell.happened(HangUp)] == [HangUp(Ending.SILENCE)]
    assert shell.turns.state is State.CLOSING
