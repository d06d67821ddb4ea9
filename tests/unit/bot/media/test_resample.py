"""From one sample rate to another, through the real library."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.media.resample import Resampler, resampled
from tests.unit.bot.media.test_opus import rms, samples, share, tone

RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000)


def wave(hz: float, count: int, rate_hz: int) -> bytes:
    """Return so many samples of a tone."""
    return b"".join(tone(hz, count // (rate_hz // 50) + 1, rate_hz))[: 2 * count]


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_tone_stays_what_it_is(rate_hz: int) -> None:
    """Its frequency, its level and its length."""
    heard = resampled(wave(440, rate_hz, rate_hz), rate_hz)

    assert len(heard) == 2 * 48_000
    middle = heard[4800:-4800]
    assert share(middle, 440, 48_000) > 0.99
    assert rms(middle) == pytest.approx(0.4 / math.sqrt(2), rel=0.01)


@pytest.mark.parametrize("to_hz", [16_000, 24_000])
def test_other_rates_can_be_wanted(to_hz: int) -> None:
    """Ears have theirs; what they cannot represent is filtered out, not folded back."""
    assert share(resampled(wave(440, 24_000, 48_000), 48_000, to_hz)[1600:-1600], 440, to_hz) > 0.99

    assert rms(resampled(wave(14_000, 24_000, 48_000), 48_000, to_hz)[1600:-1600]) < 0.01


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RATES), st.lists(st.integers(0, 3000), max_size=6))
@example(8_000, [1])  # less than the filter looks ahead
@example(24_000, [3, 2])
def test_no_sample_is_lost_or_invented(rate_hz: int, counts: list[int]) -> None:
    """However the sound is cut, it comes out the same, and as long as it was to half a sample."""
    whole = wave(300, sum(counts), rate_hz)
    resampler, place, heard = Resampler(rate_hz), 0, b""
    for count in counts:
        heard += resampler.feed(whole[place : place + 2 * count])
        place += 2 * count
    heard += resampler.end()

    assert len(heard) == 2 * round(sum(counts) * 48_000 / rate_hz)
    assert heard == resampled(whole, rate_hz)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000])
def test_little_is_held_back(rate_hz: int) -> None:
    """After 20 ms of sound, less than three of it are still to come; the next 20 ms come whole."""
    resampler = Resampler(rate_hz)
    ready = [len(resampler.feed(wave(440, rate_hz // 50, rate_hz))) // 2 for _ in range(3)]

    assert ready[0] >= 960 - 48 * 3
    assert ready[1:] == pytest.approx([960, 960], abs=3)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000])
def test_nothing_moves_in_time(rate_hz: int) -> None:
    """A click is where it was."""
    click = bytearray(2 * rate_hz // 5)
    click[rate_hz // 5 : rate_hz // 5 + 2] = (20_000).to_bytes(2, "little")

    heard = samples(resampled(bytes(click), rate_hz))

    loudest = max(range(len(heard)), key=lambda place: abs(heard[place]))
    assert loudest == pytest.approx(4800, abs=48_000 / rate_hz)


def test_loud_sound_does_not_overflow() -> None:
    """Where the filter overshoots, it is clipped."""
    square = b"".join((32_767 if n // 20 % 2 else -32_768).to_bytes(2, "little", signed=True) for n in range(16_000))

    heard = samples(resampled(square, 16_000))

    # From the middle of one half wave to that of the next the sign changes, and nowhere does it change for less.
    assert all(heard[n * 60 + 30] * (1 if n % 2 else -1) > 25_000 for n in range(1, 799))


@pytest.mark.parametrize(("rate_hz", "to_hz"), [(7_999, 48_000), (48_001, 48_000), (16_000, 0), (0, 16_000)])
def test_rates_have_a_range(rate_hz: int, to_hz: int) -> None:
    """What is no rate of speech is a mistake of ours, or of an engine that was not checked."""
    with pytest.raises(ValueError, match="rates are"):
        Resampler(rate_hz, to_hz)


def test_nothing_of_nothing() -> None:
    """An answer without sound."""
    assert resampled(b"", 16_000) == b""
