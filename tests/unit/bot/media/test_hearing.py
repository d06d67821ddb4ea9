"""A caller's voice out of packets that are lost, late, twice there or forged."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media.hearing import CLOCK_HZ, MAX_CONCEALED_TICKS, Hearing, Packet
from bot.media.opus import Decoder, Encoder
from tests.unit.bot.media.test_opus import buzz, rms

TICKS = CLOCK_HZ // 50
FRAME_BYTES = 640  # 20 ms at 16 kHz


def packets(count: int, sequence: int = 65_530, timestamp: int = 2**32 - 3 * TICKS) -> list[Packet]:
    """Return so many packets of a voice; both counters wrap on the way."""
    with Encoder(bitrate=24_000, complexity=5) as encoder:  # what a browser on a phone has
        return [
            Packet((sequence + n) & 0xFFFF, (timestamp + n * TICKS) & 0xFFFFFFFF, 7, encoder.encode(frame))
            for n, frame in enumerate(buzz(count))
        ]


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    """One that has heard nothing yet."""
    with Decoder() as decoder:
        yield Hearing(decoder)


def test_packets_in_order_are_heard_as_they_come(hearing: Hearing) -> None:
    """Each at once, over the ends of both counters."""
    heard = [hearing.take(packet) for packet in packets(40)]

    assert [[len(pcm) for pcm in one] for one in heard] == [[FRAME_BYTES]] * 40
    assert (hearing.lost, hearing.refused) == (0, 0)


@pytest.mark.parametrize("gap", [1, 2, 5, 9])
def test_what_is_lost_is_made_up_for(hearing: Hearing, gap: int) -> None:
    """With as much sound as is missing: the listener's time does not jump."""
    sent = packets(40)
    for packet in sent[:20]:
        hearing.take(packet)

    heard = hearing.take(sent[20 + gap])

    assert sum(map(len, heard)) == (gap + 1) * FRAME_BYTES
    assert hearing.lost == gap
    if gap <= 2:
        assert rms(heard[0]) > 0.05, "a voice does not end with a packet"


def test_after_a_pause_nothing_is_invented(hearing: Hearing) -> None:
    """Beyond 200 ms there is silence, and nobody waits for it."""
    sent = packets(40)
    hearing.take(sent[0])
    gap = MAX_CONCEALED_TICKS // TICKS + 1

    assert [len(pcm) for pcm in hearing.take(sent[1 + gap])] == [FRAME_BYTES]


def test_late_and_repeated_packets_are_dropped(hearing: Hearing) -> None:
    """Their place has been filled."""
    sent = packets(6)
    for number in (0, 1, 3):
        hearing.take(sent[number])

    assert [hearing.take(sent[number]) for number in (2, 3, 0)] == [[], [], []]
    assert [len(pcm) for pcm in hearing.take(sent[4])] == [FRAME_BYTES]


def test_another_source_is_not_heard(hearing: Hearing) -> None:
    """Nor is a packet from far away in the sequence, nor one that is no Opus; the voice goes on after each."""
    sent = packets(6)
    hearing.take(sent[0])
    one = sent[1]

    assert hearing.take(Packet(one.sequence, one.timestamp, 8, one.payload)) == []
    assert hearing.take(Packet(one.sequence + 20_000 & 0xFFFF, one.timestamp, 7, one.payload)) == []
    assert hearing.take(Packet(one.sequence, one.timestamp, 7, b"")) == []
    assert hearing.refused == 3
    assert [len(pcm) for pcm in hearing.take(one)] == [FRAME_BYTES]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=80)), max_size=30))
def test_no_stream_does_harm(stream: list[tuple[int, int, bytes]]) -> None:
    """Whatever comes, a packet never brings more than its own sound and 200 ms before it."""
    with Decoder() as decoder:
        hearing = Hearing(decoder)
        for sequence, timestamp, payload in stream:
            heard = hearing.take(Packet(sequence, timestamp, 7, payload))
            assert sum(map(len, heard)) <= 2 * 16_000 * (120 + 200) // 1000


def test_three_in_a_hundred_lost_cost_no_time(hearing: Hearing) -> None:
    """Ten seconds are ten seconds, and where there was a voice there is one."""
    sent = packets(500, sequence=0, timestamp=0)
    with Decoder() as decoder:
        whole = [decoder.decode(packet.payload) for packet in sent]

    heard = b"".join(pcm for n, packet in enumerate(sent) if n % 33 != 7 for pcm in hearing.take(packet))

    windows = [heard[start : start + FRAME_BYTES] for start in range(0, len(heard), FRAME_BYTES)]
    assert len(windows) == 500
    losses = range(7, 500, 33)
    assert all(rms(windows[n]) >= 0.3 * rms(whole[n]) for n in losses)
    assert all(rms(windows[n]) >= 0.5 * rms(whole[n]) for n in range(500) if n - 1 not in losses and n not in losses)


def test_a_packet_prints_nothing_of_its_sound() -> None:
    """Wherever it is logged by mistake."""
    assert repr(packets(1)[0]) == "Packet(…)"
