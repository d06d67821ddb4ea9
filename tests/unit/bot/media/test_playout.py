"""What the bot says, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.opus import FRAME_MS, Decoder
from bot.media.playout import LATE_MS, Playout, Schedule, Spoken, silence
from tests.unit.bot.media.test_opus import rms

ONE, TWO, THREE = b"1" * 60, b"2" * 60, b"3" * 60


def test_silence_is_a_packet_like_any_other() -> None:
    """Of their size, and heard as nothing, however long it lasts."""
    with Decoder() as decoder:
        heard = [decoder.decode(silence()) for _ in range(200)]

    assert len(silence()) == 60
    assert max(map(rms, heard[20:])) < 0.001


def test_speech_is_said_in_order_and_then_there_is_silence() -> None:
    """A packet each time, whatever there is to say."""
    playout = Playout()
    assert playout.frame() == silence()
    playout.begin(1)
    playout.say(1, [ONE, TWO])
    playout.say(1, [THREE])
    assert (playout.queued_ms, playout.speaking) == (60, True)

    assert [playout.frame() for _ in range(4)] == [ONE, TWO, THREE, silence()]
    assert playout.spoken == Spoken(1, 60, True)


def test_an_interruption_takes_back_what_was_not_said() -> None:
    """And tells how much was."""
    playout = Playout()
    playout.begin(1)
    playout.say(1, [ONE, TWO, THREE])
    playout.frame()

    assert playout.cut() == Spoken(1, 20, False)
    assert playout.frame() == silence()
    assert playout.say(1, [TWO]), "the same answer may go on in other words"
    assert playout.begin(2) == Spoken(1, 20, False)


def test_a_pause_goes_on_where_it_was() -> None:
    """Not a packet is lost or said twice."""
    playout = Playout()
    playout.begin(1)
    playout.say(1, [ONE, TWO])
    playout.frame()
    playout.paused = True
    assert [playout.frame(), playout.frame()] == [silence(), silence()]
    assert not playout.speaking
    playout.paused = False

    assert playout.frame() == TWO


@given(st.lists(st.tuples(st.sampled_from(["begin", "say", "cut", "frame", "pause", "resume"]), st.integers(1, 5))))
def test_nothing_of_an_older_answer_is_ever_heard(steps: list[tuple[str, int]]) -> None:
    """Whatever comes in whatever order, and `played_ms` counts just what was."""
    playout, heard = Playout(), 0
    for what, number in steps:
        match what:
            case "begin" if number > playout.generation:
                playout.begin(number)
                heard = 0
            case "begin":
                with pytest.raises(ValueError, match="generation"):
                    playout.begin(number)
            case "say":
                assert playout.say(number, [bytes([number]) * 60]) == (number == playout.generation)
            case "cut":
                playout.cut()
            case "pause" | "resume":
                playout.paused = what == "pause"
            case _:
                packet = playout.frame()
                assert packet in (silence(), bytes([playout.generation]) * 60)
                heard += packet != silence()
        assert playout.spoken.played_ms == heard * FRAME_MS


def test_packets_are_due_at_fixed_times() -> None:
    """A little late each time is late by that little, also after five minutes."""
    schedule = Schedule(1_000)
    for number in range(15_000):
        assert schedule.due_ms == 1_000 + number * FRAME_MS
        assert schedule.advance(schedule.due_ms + 3) == 1
    assert schedule.late == 0


def test_after_a_stall_packets_are_left_out() -> None:
    """The stream's time goes on with the clock, and nothing is sent in a burst."""
    schedule = Schedule(0)
    assert schedule.advance(LATE_MS) == 1
    now_ms = 530.0

    assert schedule.advance(now_ms) == 26
    assert schedule.late == 25
    assert now_ms < schedule.due_ms <= now_ms + FRAME_MS
