"""Whether a frame is a voice."""

import random
from array import array

import pytest

from bot.engines.embedded.vad import FRAME_BYTES, VoiceDetector
from tests.voices import VOICES, silence, spoken


def judged(pcm: bytes) -> list[tuple[bool, bool]]:
    """Return what a new detector says of each whole frame."""
    detector = VoiceDetector()
    return [detector.judge(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)]


@pytest.mark.parametrize("voice", VOICES)
def test_speech_is_a_voice_and_silence_is_none(voice: str) -> None:
    """Most of a sentence is voiced, and nothing a while after its end."""
    frames = judged(silence(400) + spoken("what do you do when you have a free evening", voice) + silence(600))
    assert sum(soft for soft, _ in frames) > len(frames) / 3
    assert not any(soft or hard for soft, hard in frames[:15])
    assert not any(soft or hard for soft, hard in frames[-15:])


@pytest.mark.parametrize("voice", VOICES)
def test_the_endpoint_s_detector_lets_go_first(voice: str) -> None:
    """Mode 3 takes less for a voice than mode 2, and its last voiced frame is not later."""
    frames = judged(spoken("i am tired", voice) + silence(400))
    soft = [place for place, frame in enumerate(frames) if frame[0]]
    hard = [place for place, frame in enumerate(frames) if frame[1]]
    assert 0 < len(hard) <= len(soft)
    assert hard[-1] <= soft[-1]


def test_steady_noise_is_no_voice_for_long() -> None:
    """After half a second it is known for what it is."""
    dice = random.Random(1)
    noise = array("h", (int(dice.gauss(0, 300)) for _ in range(16_000 * 3))).tobytes()
    assert not any(hard for _, hard in judged(noise)[50:])


def test_detectors_know_nothing_of_each_other() -> None:
    """What one has heard changes nothing for another."""
    alone = judged(spoken("hello there"))
    judged(spoken("i like music", "awb"))
    assert judged(spoken("hello there")) == alone


@pytest.mark.parametrize("size", [0, FRAME_BYTES - 2, FRAME_BYTES + 2, 2 * FRAME_BYTES])
def test_a_frame_has_20_ms(size: int) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="20 ms"):
        VoiceDetector().judge(bytes(size))
