"""Opus, through the real library."""

import contextlib
import math
import struct
from collections.abc import Callable
from functools import cache
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media.opus import BITRATE, MAX_PACKET_BYTES, RATES, Decoder, Encoder, OpusError

RATE = 48_000
FRAME = RATE // 50


def tone(hz: float, frames: int, rate: int = RATE, level: float = 0.4) -> list[bytes]:
    """Return frames of 20 ms of a tone."""
    size = rate // 50
    wave = [round(32_767 * level * math.sin(2 * math.pi * hz * n / rate)) for n in range(size * frames)]
    return [struct.pack(f"<{size}h", *wave[start : start + size]) for start in range(0, len(wave), size)]


@cache
def _syllables() -> list[bytes]:
    size, hz = RATE // 50, 120
    wave = []
    for n in range(RATE // 2):
        loud = 0.55 - 0.45 * math.cos(2 * math.pi * 4 * n / RATE)
        overtones = sum(math.sin(2 * math.pi * hz * k * n / RATE) / k for k in range(1, 12))
        wave.append(round(32_767 * 0.2 * loud * overtones))
    return [struct.pack(f"<{size}h", *wave[start : start + size]) for start in range(0, len(wave), size)]


def buzz(frames: int) -> list[bytes]:
    """Return frames of 20 ms of something like a voice: a sound full of overtones, in syllables; two, over and over."""
    return list(islice(cycle(_syllables()), frames))


def samples(pcm: bytes) -> tuple[int, ...]:
    """Return PCM as numbers."""
    return struct.unpack(f"<{len(pcm) // 2}h", pcm)


def rms(pcm: bytes) -> float:
    """Return the level of PCM, 0 to 1."""
    values = samples(pcm)
    return math.sqrt(sum(value * value for value in values) / len(values)) / 32_768


def share(pcm: bytes, hz: float, rate: int) -> float:
    """Return which share of the power lies at one frequency (Goertzel), 0 to 1."""
    values = samples(pcm)
    real = sum(value * math.cos(2 * math.pi * hz * n / rate) for n, value in enumerate(values))
    imaginary = sum(value * math.sin(2 * math.pi * hz * n / rate) for n, value in enumerate(values))
    power = sum(value * value for value in values)
    return 2 * (real**2 + imaginary**2) / len(values) / power if power else 0


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_is_heard_as_it_was_said(rate: int) -> None:
    """At any sample rate on the way out, with its level."""
    with Encoder() as encoder, Decoder(rate) as decoder:
        heard = [decoder.decode(encoder.encode(frame)) for frame in tone(440, 25)]

    assert all(len(pcm) == 2 * rate // 50 for pcm in heard)
    settled = b"".join(heard[10:])
    assert share(settled, 440, rate) > 0.9
    assert rms(settled) == pytest.approx(0.4 / math.sqrt(2), rel=0.15)


def test_every_packet_has_one_size() -> None:
    """Speech, silence and noise look alike to whoever counts bytes."""
    noise = struct.pack(f"<{FRAME}h", *((n * 7919) % 20_000 - 10_000 for n in range(FRAME)))
    with Encoder() as encoder:
        sizes = {len(encoder.encode(pcm)) for pcm in [bytes(2 * FRAME), *tone(200, 10), noise, *tone(3_000, 5)]}

    assert sizes == {BITRATE // 8 // 50}


def test_sound_comes_out_with_its_own_packet() -> None:
    """But for what the codec looks ahead, 6.5 ms (RFC 6716 section 2), and what its filters take."""
    with Encoder() as encoder, Decoder() as decoder:
        heard = b"".join(decoder.decode(encoder.encode(frame)) for frame in [bytes(2 * FRAME)] * 10 + tone(300, 5))

    began = next(n for n, value in enumerate(samples(heard)) if abs(value) > 1000)
    assert 0 <= began * 1000 // 16_000 - 10 * 20 < 15


def test_what_is_recovered_is_the_lost_packet() -> None:
    """Nearer to it than what is invented in its place, and neither is the sound before."""
    packets = _packets(buzz(60))
    missed: dict[str, float] = {"copy": 0.0, "invented": 0.0}
    for lost in range(20, 59):
        with Decoder() as true, Decoder() as recovering, Decoder() as concealing:
            for decoder in (true, recovering, concealing):
                before = [decoder.decode(packet) for packet in packets[:lost]][-1]
            whole = true.decode(packets[lost])
            copy, invented = recovering.recover(packets[lost + 1], 320), concealing.conceal(320)
        assert before not in (whole, copy, invented)
        missed["copy"] += rms(_difference(copy, whole)) ** 2
        missed["invented"] += rms(_difference(invented, whole)) ** 2
    assert missed["copy"] < missed["invented"]


def _packets(frames: list[bytes]) -> list[bytes]:
    with Encoder() as encoder:
        return [encoder.encode(frame) for frame in frames]


def _difference(one: bytes, other: bytes) -> bytes:
    values = (max(-32_768, min(32_767, a - b)) for a, b in zip(samples(one), samples(other), strict=True))
    return struct.pack(f"<{len(one) // 2}h", *values)


def test_a_lost_packet_is_concealed() -> None:
    """With as much sound as was lost, near the level of what was before; a long loss fades."""
    frames = tone(440, 60)
    with Encoder() as encoder, Decoder() as decoder:
        for frame in frames[:20]:
            decoder.decode(encoder.encode(frame))
        concealed = [decoder.conceal(320) for _ in range(40)]

    assert [len(pcm) for pcm in concealed] == [640] * 40
    assert rms(concealed[0]) > 0.1
    assert rms(concealed[-1]) < 0.01


def test_a_lost_packet_is_recovered_from_the_next() -> None:
    """Where the voice had just begun there is nothing to conceal it with, only the copy."""
    frames = [bytes(2 * FRAME)] * 10 + tone(300, 10)
    with Encoder() as encoder, Decoder() as recovering, Decoder() as concealing:
        packets = [encoder.encode(frame) for frame in frames]
        for packet in packets[:12]:
            recovering.decode(packet)
            concealing.decode(packet)
        lost, following = packets[12], packets[13]
        copy, invented = recovering.recover(following, 320), concealing.conceal(320)
        assert len(recovering.decode(following)) == 640
        assert lost != following

    assert len(copy) == len(invented) == 640
    assert share(copy, 300, 16_000) > 0.8


def test_packets_of_other_lengths_are_taken() -> None:
    """A partner may send 10 or 60 ms at once."""
    with Decoder() as decoder:
        # Code 0 packets of SILK wideband (RFC 6716 section 3.1): configurations 8 (10 ms) and 11 (60 ms), silence.
        assert [decoder.duration(bytes([config << 3])) for config in (8, 9, 11)] == [160, 320, 960]


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_no_packet_does_harm(packet: bytes) -> None:
    """Whatever a stranger sends is sound, never longer than a packet can be, or refused."""
    with Decoder() as decoder, contextlib.suppress(OpusError):
        assert 0 < len(decoder.decode(packet)) <= 2 * 16_000 * 120 // 1000


def test_what_is_too_large_is_refused() -> None:
    """Before the library sees it."""
    with Decoder() as decoder, pytest.raises(OpusError):
        decoder.decode(bytes([8 << 3]) + bytes(MAX_PACKET_BYTES))


def test_half_a_frame_is_refused() -> None:
    """What is not 20 ms is a mistake of ours."""
    with Encoder() as encoder, pytest.raises(ValueError, match="not 20 ms"):
        encoder.encode(bytes(FRAME))


def test_a_codec_is_closed_once() -> None:
    """However often it is asked to; the next one has heard nothing."""
    with Encoder() as encoder, Decoder() as decoder:
        for frame in tone(440, 10):
            decoder.decode(encoder.encode(frame))
        decoder.close()
    with Decoder() as another:
        assert rms(another.conceal(320)) == 0


def test_a_closed_decoder_keeps_no_sound() -> None:
    """What it decoded last is overwritten, as is the library's memory."""
    with Encoder() as encoder, Decoder() as decoder:
        for frame in tone(440, 2):
            decoder.decode(encoder.encode(frame))
        assert any(decoder._pcm.raw)
    assert not any(decoder._pcm.raw)


def test_a_closed_codec_refuses() -> None:
    """Whoever still has it while a call is torn down ends himself, not the process and every other call in it."""
    (frame,) = tone(440, 1)
    with Encoder() as encoder, Decoder() as decoder:
        packet = encoder.encode(frame)
    uses: list[Callable[[], bytes]] = [
        lambda: encoder.encode(frame),
        lambda: decoder.decode(packet),
        lambda: decoder.conceal(320),
    ]
    for use in uses:
        with pytest.raises(ValueError, match="closed"):
            use()
