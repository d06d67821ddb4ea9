"""When a voice begins and ends, frame by frame."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turns.events import Unvoiced, Voiced
from bot.turns.voice import ECHO_RANGE, NOISE_RANGE, Frame, Voice, hear

# After half a second: the first frame of a test ends at 20 ms all the same.
READY = Voice(frames=25)
LOUD, QUIET = -25.0, -60.0


def heard(frames: Iterable[Frame], voice: Voice = READY) -> list[Voiced | Unvoiced]:
    """Return all that begins and ends."""
    events = []
    for frame in frames:
        voice, event = hear(voice, frame)
        events += [event] if event else []
    return events


def pattern(frames: str, *, dbfs: float = LOUD, bot_ms: int | None = None) -> list[Frame]:
    """Write frames as letters: `x` voiced in both modes, `s` in mode 2 only, `.` silent. The bot may be sounding."""
    return [
        Frame(
            (number + 1) * 20,
            letter in "xs",
            letter == "x",
            QUIET if letter == "." else dbfs,
            None if bot_ms is None else bot_ms + number * 20,
        )
        for number, letter in enumerate(frames)
    ]


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ("xxx", [Voiced(0)]),
        ("..xxx", [Voiced(40)]),
        ("x.x.x", [Voiced(0)]),
        ("x..xx", [Voiced(0)]),
        ("x..x.x", []),
        ("x....x....x....x", []),
        ("ssssss", []),
        ("xxx..", [Voiced(0), Unvoiced(60)]),
        ("xxx.x.x.x.x", [Voiced(0), Unvoiced(100), Voiced(120)]),
        ("xxxx.xx.xx.xx", [Voiced(0)]),
        ("xxxxxx....xxx", [Voiced(0), Unvoiced(120), Voiced(200)]),
    ],
)
def test_single_frames_neither_begin_nor_end_a_voice(frames: str, expected: list[Voiced | Unvoiced]) -> None:
    """3 of 5 begin it, 2 of 3 end it, and both are told with the time at which it happened."""
    assert heard(pattern(frames)) == expected


def test_the_first_half_second_is_not_believed() -> None:
    """webrtcvad takes any steady noise for a voice while it adapts."""
    assert heard(pattern("x" * 27), Voice()) == []
    assert heard(pattern("x" * 28), Voice()) == [Voiced(500)]


def test_over_the_bot_two_of_three_soft_frames_are_enough() -> None:
    """An interruption is to be noticed soon; mode 2 hears the s at its beginning."""
    assert heard(pattern(".s.s", bot_ms=1_000)) == [Voiced(20)]
    assert heard(pattern(".s..s..s", bot_ms=1_000)) == []


@pytest.mark.parametrize(
    ("bot_ms", "dbfs", "expected"),
    [(0, -34.0, []), (0, -33.0, [Voiced(0)]), (300, -40.0, []), (300, -39.0, [Voiced(0)])],
)
def test_over_the_bot_a_voice_is_louder_than_the_echo(bot_ms: int, dbfs: float, expected: list[Voiced]) -> None:
    """By 12 dB in the first 300 ms of the bot's audio, then by 6; the echo is at -45 dBFS until it is known."""
    frames = [Frame(20, True, True, dbfs, bot_ms), Frame(40, True, True, dbfs, bot_ms)]
    assert heard(frames) == expected


def test_the_echo_is_learned() -> None:
    """A loud echo that never passes for a voice raises what a voice has to be; a good canceller lowers it."""
    voice = READY
    for number in range(200):
        voice, event = hear(voice, Frame(number * 20, True, True, -40.0, 400 + number * 20))
        assert event is None
    assert voice.echo_dbfs == pytest.approx(-40, abs=0.1)
    for number in range(200, 400):
        voice, _ = hear(voice, Frame(number * 20, False, False, -70.0, 400 + number * 20))
    assert voice.echo_dbfs == pytest.approx(-70, abs=0.1)


def test_the_echo_comes_late() -> None:
    """What sounds just after the bot has fallen silent is held to the same margin, 320 ms later no more."""
    voice, _ = hear(READY, Frame(0, False, False, -45.0, 2_000))
    tail = [Frame(20 + number * 20, True, True, -42.0) for number in range(15)]
    assert heard(tail, voice) == []
    assert heard([*tail, *(Frame(320 + number * 20, True, True, -42.0) for number in range(3))], voice) != []


def test_a_voice_is_louder_than_the_noise() -> None:
    """By 6 dB: what webrtcvad takes for a voice in a hum is not one."""
    noisy = replace(READY, noise_dbfs=-40.0)
    assert heard(pattern("xxxx", dbfs=-35.0), noisy) == []
    assert heard(pattern("xxxx", dbfs=-33.0), noisy) == [Voiced(0)]


def test_the_noise_is_tracked() -> None:
    """Down at once, up slowly; a voice raises it hardly."""
    voice = replace(READY, noise_dbfs=-60.0)
    for number in range(250):
        voice, _ = hear(voice, Frame(number * 20, False, False, -45.0))
    assert voice.noise_dbfs == pytest.approx(-55.0)
    for number in range(250):
        voice, _ = hear(voice, Frame(number * 20, True, True, -25.0))
    assert -54 < voice.noise_dbfs < -53.5
    for number in range(20):
        voice, _ = hear(voice, Frame(number * 20, False, False, -70.0))
    assert voice.noise_dbfs < -69


frames = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.floats(-100, 0), st.one_of(st.none(), st.integers(0, 5_000))),
    max_size=200,
)


@given(frames)
def test_beginnings_and_ends_alternate_in_order(judged: list[tuple[bool, bool, float, int | None]]) -> None:
    """Whatever the frames, each voice that begins ends later, no time is in the future, and the levels have bounds."""
    voice, last = Voice(), (False, 0)
    for number, rest in enumerate(judged):
        at_ms = (number + 1) * 20
        voice, event = hear(voice, Frame(at_ms, *rest))
        assert NOISE_RANGE[0] <= voice.noise_dbfs <= NOISE_RANGE[1]
        assert ECHO_RANGE[0] <= voice.echo_dbfs <= ECHO_RANGE[1]
        if event:
            begins = isinstance(event, Voiced)
            assert begins is not last[0]
            assert last[1] <= event.since_ms <= at_ms
            last = (begins, event.since_ms)
