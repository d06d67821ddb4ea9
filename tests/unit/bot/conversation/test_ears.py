"""What the ears make of sound that comes, and of sound that does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.ears import FRAME_BYTES, Ears, dbfs
from bot.turns.events import Unvoiced, Voiced
from tests.unit.bot.conversation.scripted import ROOM, Judge, sound

FRAME_MS = 20


class Strict(Judge):
    """Remembers what it was asked about."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def judge(self, frame: bytes) -> tuple[bool, bool]:
        """Judge by loudness."""
        self.frames.append(frame)
        return super().judge(frame)


def listen(ears: Ears, value: int, from_ms: int, until_ms: int) -> list[Voiced | Unvoiced]:
    """Let sound of one amplitude come, 20 ms at a time."""
    happened = []
    for now_ms in range(from_ms + FRAME_MS, until_ms + FRAME_MS, FRAME_MS):
        happened += ears.hear(sound(value, FRAME_MS, 16_000), now_ms, None)
    return happened


def test_a_voice_begins_and_ends_where_it_does() -> None:
    """Not when that is found out."""
    ears = Ears(Judge(), 0)
    assert listen(ears, ROOM, 0, 1_000) == []
    assert listen(ears, 8_000, 1_000, 2_000) == [Voiced(1_000)]
    assert listen(ears, ROOM, 2_000, 3_000) == [Unvoiced(2_000)]


def test_packets_that_stop_are_silence_after_300_ms() -> None:
    """The voice ended with the last of them, and time goes on."""
    ears = Ears(Judge(), 0)
    listen(ears, ROOM, 0, 1_000)
    listen(ears, 8_000, 1_000, 2_000)
    assert ears.wait(2_280, None) == []
    assert ears.wait(2_300, None) == [Unvoiced(2_000)]
    frames: list[bytes] = []
    ears.listener = frames.append
    assert ears.wait(3_000, None) == []
    assert frames == [bytes(FRAME_BYTES)] * 35
    assert listen(ears, 8_000, 3_000, 4_000) == [Voiced(3_000)]


def test_the_first_half_second_of_sound_is_not_believed() -> None:
    """However long it took to come: webrtcvad takes any steady noise for a voice then."""
    ears = Ears(Judge(), 0)
    for now_ms in range(20, 3_020, 20):
        assert ears.wait(now_ms, None) == []
    assert listen(ears, 8_000, 3_000, 3_500) == []
    assert listen(ears, 8_000, 3_500, 4_000) == [Voiced(3_500)]


def test_packets_that_come_late_are_not_silence() -> None:
    """They come all at once, and none of their sound is missing or filled up."""
    ears = Ears(Judge(), 0)
    listen(ears, ROOM, 0, 1_000)
    listen(ears, 8_000, 1_000, 2_000)
    frames: list[bytes] = []
    ears.listener = frames.append
    for now_ms in range(2_020, 2_280, 20):
        assert ears.wait(now_ms, None) == []
    late = [event for _ in range(14) for event in ears.hear(sound(8_000, FRAME_MS, 16_000), 2_280, None)]
    assert late == []
    assert len(frames) == 14


def test_nobody_judges_a_muted_microphone() -> None:
    """Nothing is no voice and no room: the voice that follows has to be as loud as before."""
    judge = Strict()
    ears = Ears(judge, 0)
    listen(ears, ROOM, 0, 1_000)
    asked = len(judge.frames)
    listen(ears, 0, 1_000, 30_000)
    assert len(judge.frames) == asked
    noise_dbfs = ears._voice.noise_dbfs
    listen(ears, ROOM, 30_000, 30_100)
    assert ears._voice.noise_dbfs == pytest.approx(noise_dbfs, abs=1)


@given(st.lists(st.integers(1, 2_000), max_size=30))
def test_how_sound_is_cut_makes_no_difference(samples: list[int]) -> None:
    """Frames are 20 ms, whatever the pieces are; what is left over waits."""
    judge = Strict()
    ears = Ears(judge, 0)
    for number, count in enumerate(samples):
        ears.hear(sound(7, count / 16, 16_000)[: 2 * count].ljust(2 * count, b"\7"), 20 * number, None)
    assert len(judge.frames) == sum(samples) * 2 // FRAME_BYTES


def test_the_pre_roll_is_the_last_240_ms() -> None:
    """The newest frame included; after the call nothing is left of it."""
    ears = Ears(Judge(), 0)
    listen(ears, ROOM, 0, 1_000)
    listen(ears, 5_000, 1_000, 1_100)
    assert ears.pre_roll == sound(ROOM, 140, 16_000) + sound(5_000, 100, 16_000)
    ears.forget()
    assert ears.pre_roll == b""


@pytest.mark.parametrize(("value", "level"), [(32_767, 0.0), (16_384, -6.02), (0, -100.0)])
def test_levels_are_those_of_full_scale(value: int, level: float) -> None:
    """RMS, as the turn machine's gate takes it."""
    assert dbfs(sound(value, 20, 16_000)) == pytest.approx(level, abs=0.01)


def test_nothing_has_a_level_too() -> None:
    """An empty piece is silence."""
    assert dbfs(b"") == -100.0
