"""Sound that is encoded once for all calls."""

import math
from statistics import mean

from bot.media.opus import Decoder, Encoder
from bot.media.packet_cache import PacketCache
from bot.media.playout import FRAME_BYTES, RATE_HZ, Playout, Voice
from bot.media.resample import resampled
from tests.unit.bot.media.test_opus import samples, tone
from tests.voices import spoken

# What the codec looks ahead, 6.5 ms (RFC 6716 section 2): by so many samples it is heard later.
DELAY = RATE_HZ * 65 // 10_000


def sweep(frames: int, hz: int = 200) -> list[bytes]:
    """Return sound of which no two frames are alike."""
    return [tone(hz + 7 * number, 1)[0] for number in range(frames)]


def alone(frames: list[bytes]) -> list[bytes]:
    """Return the packets of a sound that nothing came before."""
    with Encoder() as encoder:
        return [encoder.encode(frame) for frame in frames]


def known(*sounds: list[bytes]) -> PacketCache:
    """Return a cache of sounds."""
    packets = PacketCache(RATE_HZ)
    for frames in sounds:
        packets.add(b"".join(frames))
    return packets


def test_a_sound_is_encoded_as_if_it_were_alone() -> None:
    """In whatever order its frames and those of others are asked for, and again and again."""
    one, other = sweep(20), sweep(20, 800)
    packets = known(one, other)
    assert packets.packet(other[3]) == alone(other)[3]
    assert [packets.packet(frame) for frame in one] == alone(one)
    assert [packets.packet(frame) for frame in other] == alone(other)
    assert [packets.packet(frame) for frame in one] == alone(one)


def test_what_was_not_added_is_not_known() -> None:
    """Nor is silence, which is in many sounds, or what fills no frame."""
    frames = sweep(3)
    packets = known([*frames[:2], bytes(FRAME_BYTES), frames[2][:-2]])
    assert packets.packet(frames[1])
    for frame in (frames[2], bytes(FRAME_BYTES), tone(440, 1)[0]):
        assert packets.packet(frame) is None


def test_a_frame_of_two_sounds_is_the_first_ones() -> None:
    """What has been heard in one way stays so."""
    frames = sweep(10)
    packets = known(frames, frames[5:])
    assert [packets.packet(frame) for frame in frames[5:]] == alone(frames)[5:]


def test_nothing_of_a_call_is_in_them() -> None:
    """They are the same whatever the first call that says them has said before."""
    frames = sweep(20)
    for before in (tone(300, 10), []):
        playout = Playout()
        playout.packets = known(frames)
        with Encoder() as encoder:
            voice = Voice(playout, encoder)
            playout.begin(1)
            playout.say(1, b"".join(before + frames))
            said = [voice.packet() for _ in before + frames]
        assert said[len(before) :] == alone(frames)


def test_it_sounds_as_it_does_otherwise() -> None:
    """Also next to what is encoded for this call: as near to what was meant to be said, to half a dB."""
    known, new = (clip(text) for text in ("I am just the bot of this place.", "What shall I call you?"))
    said = known + new + known + known + new
    assert abs(nearness(said, known) - nearness(said, b"")) < 0.5


def clip(text: str) -> bytes:
    """Return speech as the playout takes it."""
    pcm = resampled(spoken(text), 16_000)
    return pcm + bytes(-len(pcm) % FRAME_BYTES)


def nearness(said: bytes, known: bytes) -> float:
    """Return the mean signal-to-noise ratio of the frames that are not silent, dB, as the other end hears them."""
    playout = Playout()
    playout.packets = PacketCache(RATE_HZ)
    playout.packets.add(known)
    with Encoder() as encoder, Decoder(RATE_HZ) as decoder:
        voice = Voice(playout, encoder)
        playout.begin(1)
        playout.say(1, said)
        heard = samples(b"".join(decoder.decode(voice.packet()) for _ in range(len(said) // FRAME_BYTES)))
    meant, frame = samples(said), FRAME_BYTES // 2
    ratios = []
    for at in range(0, len(meant) - frame - DELAY, frame):
        signal = sum(value**2 for value in meant[at : at + frame])
        noise = sum((meant[n] - heard[n + DELAY]) ** 2 for n in range(at, at + frame))
        if signal > frame * 300**2:
            ratios.append(10 * math.log10(signal / noise))
    return mean(ratios)
