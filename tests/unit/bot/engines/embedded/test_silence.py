"""Silence at both ends of speech."""

from hypothesis import given
from hypothesis import strategies as st

from bot.engines.embedded.silence import LEAD_MS, TAIL_MS, Trimmer

RATE = 16_000
LOUD = (3000).to_bytes(2, "little", signed=True)
QUIET = (-100).to_bytes(2, "little", signed=True)


def sound(*parts: tuple[bytes, int], rate_hz: int = RATE) -> bytes:
    """Return samples, each so many ms."""
    return b"".join(sample * (rate_hz * ms // 1000) for sample, ms in parts)


def trimmed(*pieces: bytes, rate_hz: int = RATE) -> bytes:
    """Return what is left of a clause."""
    trimmer = Trimmer(rate_hz)
    return b"".join([*map(trimmer.feed, pieces), trimmer.end()])


def test_both_ends_are_trimmed() -> None:
    """To what lets a sound begin and a clause end; the pause within stays."""
    speech = [(LOUD, 100), (QUIET, 300), (LOUD, 50)]

    assert trimmed(sound((QUIET, 225), *speech, (QUIET, 400))) == sound((QUIET, LEAD_MS), *speech, (QUIET, TAIL_MS))


def test_what_is_short_stays_as_it_is() -> None:
    """There is nothing to wait for."""
    speech = sound((QUIET, 5), (LOUD, 100), (QUIET, 40))

    assert trimmed(speech) == speech


def test_sound_is_given_at_once() -> None:
    """What ends in sound is not held back; silence is, until it is known what comes after."""
    trimmer = Trimmer(RATE)

    assert trimmer.feed(sound((QUIET, 200))) == b""
    assert trimmer.feed(sound((LOUD, 50))) == sound((QUIET, LEAD_MS), (LOUD, 50))
    assert trimmer.feed(sound((QUIET, 50))) == b""
    assert trimmer.feed(sound((LOUD, 50))) == sound((QUIET, 50), (LOUD, 50))
    assert trimmer.end() == b""


def test_a_soft_beginning_is_sound() -> None:
    """An /f/ is 40 dB below a vowel."""
    soft = (200).to_bytes(2, "little") + (-200).to_bytes(2, "little", signed=True)
    speech = soft * (RATE * 20 // 1000) + sound((LOUD, 100))

    assert trimmed(sound((bytes(2), 200)), speech) == sound((bytes(2), LEAD_MS)) + speech


def test_silence_alone_is_nothing() -> None:
    """Nobody is kept waiting by it."""
    assert trimmed(sound((QUIET, 1000))) == b""
    assert trimmed() == b""


def test_a_negative_peak_is_sound() -> None:
    """The most negative sample has no positive one."""
    speech = (-32_768).to_bytes(2, "little", signed=True) * 800

    assert trimmed(speech) == speech


@given(
    st.lists(st.tuples(st.sampled_from([LOUD, QUIET]), st.integers(1, 400)), max_size=6),
    st.lists(st.integers(0, 20_000), max_size=8),
    st.sampled_from([8000, 16_000, 22_050]),
)
def test_any_cut_gives_the_same_sound(parts: list[tuple[bytes, int]], cuts: list[int], rate_hz: int) -> None:
    """How a synthesiser hands its sound over makes no difference."""
    whole = sound(*parts, rate_hz=rate_hz)
    places = sorted(min(2 * cut, len(whole)) for cut in cuts)
    pieces = [whole[start:end] for start, end in zip([0, *places], [*places, len(whole)], strict=True)]

    assert trimmed(*pieces, rate_hz=rate_hz) == trimmed(whole, rate_hz=rate_hz)
