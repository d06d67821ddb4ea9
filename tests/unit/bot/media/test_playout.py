"""What the bot says, and when."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.opus import BITRATE, FRAME_MS, Decoder, Encoder
from bot.media.packet_cache import PacketCache
from bot.media.playout import FRAME_BYTES, LATE_MS, RATE_HZ, TAIL_FRAMES, Playout, Schedule, Spoken, Voice
from tests.unit.bot.media.test_opus import buzz, rms, samples

# Constant sound can be told apart, and a fade of it from itself.
ONE, TWO, THREE = (bytes([0, number]) * (FRAME_BYTES // 2) for number in (1, 2, 3))


def steepest(pcm: bytes) -> int:
    """Return the largest step from one sample to the next."""
    return max(abs(later - earlier) for earlier, later in pairwise(samples(pcm)))


def test_speech_is_said_in_order_and_then_there_is_silence() -> None:
    """A frame each time, however it came; the last one is filled up."""
    playout = Playout()
    assert playout.frame() is None
    playout.begin(1)
    playout.say(1, ONE[:100])
    playout.say(1, ONE[100:] + TWO)
    playout.say(1, THREE[:10])
    assert (playout.queued_ms, playout.speaking) == (60, True)

    assert [playout.frame() for _ in range(4)] == [ONE, TWO, THREE[:10].ljust(FRAME_BYTES, b"\0"), None]
    assert playout.spoken == Spoken(1, 60, True)


def test_speech_that_comes_late_is_whole() -> None:
    """Where it had run out within a frame, what follows is said from its beginning."""
    playout = Playout()
    playout.begin(1)
    playout.say(1, ONE + TWO[:10])
    assert [playout.frame() for _ in range(3)] == [ONE, TWO[:10].ljust(FRAME_BYTES, b"\0"), None]
    playout.say(1, TWO + THREE)
    assert (playout.queued_ms, playout.spoken) == (40, Spoken(1, 40, False))
    assert [playout.frame() for _ in range(3)] == [TWO, THREE, None]


def test_an_interruption_takes_back_what_was_not_said() -> None:
    """And tells how much was; what is cut fades within the next frame."""
    playout = Playout()
    playout.begin(1)
    playout.say(1, ONE + TWO + THREE)
    playout.frame()

    assert playout.cut() == Spoken(1, 20, False)
    fading = playout.frame()
    assert fading is not None
    assert 0 < rms(fading) < rms(TWO)
    assert samples(fading)[-1] == 0
    assert playout.frame() is None
    assert playout.say(1, TWO), "the same answer may go on in other words"
    assert playout.begin(2) == Spoken(1, 20, False)


def test_a_pause_goes_on_where_it_was() -> None:
    """Not a frame is lost, and none is said twice but those of the word that was cut."""
    playout = Playout()
    playout.begin(1)
    playout.say(1, ONE + TWO + THREE)
    playout.frame()
    assert playout.pause() == Spoken(1, 20, False)
    assert playout.frame() is not None
    assert playout.frame() is None
    assert not playout.speaking
    playout.resume()
    assert playout.frame() == TWO

    playout.pause()
    playout.frame()
    playout.resume(from_ms=25)
    assert playout.spoken.played_ms == 20
    assert [playout.frame(), playout.frame()] == [TWO, THREE]


def test_a_clause_is_said_to_its_end() -> None:
    """What comes after it is taken back; an end that is past already is now."""
    playout = Playout()
    playout.begin(1)
    playout.say(1, ONE + TWO + THREE)
    playout.frame()
    playout.cut(at_ms=35)
    assert [playout.frame(), playout.frame()] == [TWO, None]
    assert playout.spoken == Spoken(1, 40, True)
    assert playout.cut(at_ms=20) == Spoken(1, 40, True)


@given(st.lists(st.tuples(st.sampled_from(["begin", "say", "cut", "frame", "pause", "resume"]), st.integers(1, 5))))
def test_nothing_of_an_older_answer_is_ever_said(steps: list[tuple[str, int]]) -> None:
    """Whatever comes in whatever order, but for a fade; and `played_ms` counts just what was."""
    playout, said = Playout(), 0
    for what, number in steps:
        match what:
            case "begin" if number > playout.generation:
                assert playout.begin(number).played_ms == said * FRAME_MS
                said = 0
            case "begin":
                with pytest.raises(ValueError, match="generation"):
                    playout.begin(number)
            case "say":
                assert playout.say(number, bytes([0, number]) * (FRAME_BYTES // 2)) == (number == playout.generation)
            case "cut":
                playout.cut()
                assert playout.queued_ms == 0
            case "pause":
                playout.pause()
            case "resume":
                playout.resume()
            case _:
                frame = playout.frame()
                if frame and samples(frame)[-1]:
                    assert frame == bytes([0, playout.generation]) * (FRAME_BYTES // 2)
                    said += 1
        assert playout.spoken.played_ms == said * FRAME_MS


def test_every_packet_has_one_size() -> None:
    """Speech, fades and silence; and after a while silence is one and the same packet."""
    playout = Playout()
    with Encoder() as encoder:
        voice = Voice(playout, encoder)
        packets = [voice.packet() for _ in range(5)]
        playout.begin(1)
        playout.say(1, b"".join(buzz(20)))
        packets += [voice.packet() for _ in range(12)]
        playout.cut()
        packets += [voice.packet() for _ in range(1 + TAIL_FRAMES)]
        silent = {voice.packet() for _ in range(20)}

    assert {len(packet) for packet in (*packets, *silent)} == {BITRATE // 8 // 50}
    assert len(silent) == 1


@pytest.mark.parametrize("stop", ["cut", "pause"])
@pytest.mark.parametrize("known", [True, False])
def test_an_interruption_is_quick_and_makes_no_click(stop: str, *, known: bool) -> None:
    """In the middle of the loudest sound, whoever encoded it: silent in 40 ms, and no step is larger than before."""
    playout = Playout()
    if known:
        playout.packets = PacketCache(RATE_HZ)
        playout.packets.add(b"".join(buzz(60)))
    with Encoder() as encoder, Decoder(48_000) as decoder:
        voice = Voice(playout, encoder)
        playout.begin(1)
        playout.say(1, b"".join(buzz(60)))
        before = [decoder.decode(voice.packet()) for _ in range(32)]
        getattr(playout, stop)()
        after = [decoder.decode(voice.packet()) for _ in range(60)]

    assert steepest(b"".join(before[-1:] + after)) <= 1.1 * steepest(b"".join(before))
    assert rms(before[-1]) > 0.05
    assert max(map(rms, after[2:])) < 0.01
    assert max(map(rms, after[20:])) < 0.001


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
