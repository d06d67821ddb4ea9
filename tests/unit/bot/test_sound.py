"""Sound over RTP: packets out at their time, packets in as they come."""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator

import pytest
from aiortc.rtp import RtcpPacket, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket, RtpPacket

from bot.media.hearing import FRAME_TICKS, Hearing
from bot.media.opus import Decoder, Encoder
from bot.media.playout import LATE_MS, Playout, Voice
from bot.sound import MAX_AHEAD_S, MAX_EXCESS, MAX_FOREIGN, Incoming, Outgoing
from tests.fakes.virtual_time import run_virtually
from tests.unit.bot.media.test_opus import buzz

SSRC, OWN_SSRC = 7, 8
FRAME_BYTES = 640  # 20 ms at 16 kHz


@pytest.fixture
def voice() -> Iterator[Outgoing]:
    """A bot with nothing to say."""
    with Encoder() as encoder:
        yield Outgoing(Voice(Playout(), encoder))


def test_packets_go_out_at_absolute_times(voice: Outgoing) -> None:
    """The reader's own delays do not add up: the hundredth packet goes out 99 times 20 ms after the first."""

    async def read() -> list[tuple[float, int | None]]:
        read = []
        for number in range(100):
            packet = await voice.recv()
            read.append((asyncio.get_running_loop().time(), packet.pts))
            await asyncio.sleep(0.019 if number % 3 else 0.001)
        return read

    times, ticks = zip(*run_virtually(read()), strict=True)
    assert times == pytest.approx([0.02 * number for number in range(100)])
    assert [tick - ticks[0] for tick in ticks] == [FRAME_TICKS * number for number in range(100)]
    assert voice.late == 0


def test_all_calls_keep_one_time() -> None:
    """Whenever they begin, so that the event loop is woken for all of them at once."""

    async def first(encoder: Encoder, after_s: float) -> float:
        await asyncio.sleep(after_s)
        await Outgoing(Voice(Playout(), encoder)).recv()
        return asyncio.get_running_loop().time()

    async def together(encoder: Encoder) -> list[float]:
        return await asyncio.gather(*(first(encoder, after_s) for after_s in (0.021, 0.03, 0.0399)))

    with Encoder() as encoder:
        assert run_virtually(together(encoder)) == pytest.approx([0.04] * 3)


def test_what_is_late_is_never_sent(voice: Outgoing) -> None:
    """After a stall the stream goes on with the packet of that time, as if the others were lost: there is no burst."""

    async def count() -> tuple[int, int]:
        first = (await voice.recv()).pts or 0
        await asyncio.sleep(1.0)
        second = (await voice.recv()).pts or 0
        start = asyncio.get_running_loop().time()
        read = 1
        while asyncio.get_running_loop().time() < start + 0.2:
            await voice.recv()
            read += 1
        return (second - first) // FRAME_TICKS, read

    steps, read_in_200_ms = run_virtually(count())
    assert steps == 50
    assert read_in_200_ms <= 10 + LATE_MS // 20
    assert voice.late == 49


class Ear:
    """An `Incoming` with all that it has heard and reported."""

    def __init__(self, decoder: Decoder) -> None:
        self.heard: list[bytes] = []
        self.reports: list[bytes] = []
        self.incoming = Incoming(Hearing(decoder), self.heard.append, self._report, OWN_SSRC)

    async def _report(self, report: bytes) -> None:
        self.reports.append(report)

    async def take(self, *packets: RtpPacket) -> None:
        """Take packets as the DTLS transport gives them."""
        for packet in packets:
            await self.incoming._handle_rtp_packet(packet, 0)

    async def report(self) -> RtcpRrPacket:
        """Return the first report."""
        reporting = asyncio.create_task(self.incoming.report())
        await asyncio.sleep(1.5)
        reporting.cancel()
        await asyncio.gather(reporting, return_exceptions=True)
        (packet,) = RtcpPacket.parse(self.reports[0])
        assert isinstance(packet, RtcpRrPacket)
        return packet


@pytest.fixture
def ear() -> Iterator[Ear]:
    """One that has heard nothing yet."""
    with Decoder() as decoder:
        yield Ear(decoder)


def packets(count: int, ssrc: int = SSRC) -> list[RtpPacket]:
    """Return so many packets of a voice."""
    made = []
    with Encoder() as encoder:
        for number, frame in enumerate(buzz(count)):
            packet = RtpPacket(111, sequence_number=number, timestamp=number * FRAME_TICKS, ssrc=ssrc)
            packet.payload = encoder.encode(frame)
            made.append(packet)
    return made


def test_a_lost_packet_delays_nothing(ear: Ear) -> None:
    """Each packet is heard before the next one comes, and what was lost is made up for."""
    sent = packets(50)

    async def listen() -> list[int]:
        heard = []
        for packet in sent[:20] + sent[21:]:
            await ear.take(packet)
            heard.append(sum(map(len, ear.heard)) // FRAME_BYTES)
        return heard

    assert run_virtually(listen()) == [*range(1, 21), *range(22, 51)]


def test_a_partner_has_one_voice(ear: Ear) -> None:
    """Packets of another source are counted and not heard."""
    run_virtually(ear.take(*packets(5), *packets(3, ssrc=SSRC + 1)))
    assert len(ear.heard) == 5
    assert (ear.incoming.packets, ear.incoming.foreign) == (5, 3)


def test_other_voices_are_borne_for_a_while(ear: Ear) -> None:
    """One who goes on with them is no browser."""
    run_virtually(ear.take(*packets(1), *packets(1, ssrc=SSRC + 1) * MAX_FOREIGN))
    assert not ear.incoming.hostile
    run_virtually(ear.take(*packets(1, ssrc=SSRC + 1)))
    assert ear.incoming.hostile


def tiny(first: int, count: int) -> list[RtpPacket]:
    """Return so many packets of two bytes that are 120 ms of silence each (RFC 6716 section 3.2.5)."""
    made = []
    for number in range(first, first + count):
        packet = RtpPacket(111, sequence_number=number, timestamp=number * 6 * FRAME_TICKS, ssrc=SSRC)
        packet.payload = bytes([11 << 3 | 3, 2])
        made.append(packet)
    return made


def test_nobody_speaks_faster_than_time(ear: Ear) -> None:
    """A thousand packets at once are a second of sound, not two minutes; who goes on with it is no browser."""

    async def flood() -> list[int]:
        heard = []
        for second in range(3):
            await ear.take(*tiny(1_000 * second, 1_000))
            heard.append(sum(map(len, ear.heard)) // FRAME_BYTES)
            await asyncio.sleep(1.0)
        return heard

    first, second, third = run_virtually(flood())
    most = round(MAX_AHEAD_S * 50) + 6
    assert first <= most
    assert second - first <= most
    assert third - second <= most
    assert ear.incoming.hostile


def test_what_a_stall_held_back_is_heard(ear: Ear) -> None:
    """Packets that are late come all at once; stalls, however many, make nobody hostile."""

    async def listen() -> int:
        sent = iter(packets(3_000))
        for _ in range(20):
            await asyncio.sleep(2.0)
            await ear.take(*itertools.islice(sent, 100))
            for packet in itertools.islice(sent, 50):
                await asyncio.sleep(0.02)
                await ear.take(packet)
        return sum(map(len, ear.heard)) // FRAME_BYTES

    heard = run_virtually(listen())
    assert heard >= 20 * 100
    assert ear.incoming.excess <= MAX_EXCESS // 4
    assert not ear.incoming.hostile


def test_the_partner_is_told_what_was_lost(ear: Ear) -> None:
    """A receiver report has the loss, and names the partner's last report, so that he can tell the way's length."""

    async def listen() -> RtcpRrPacket:
        sent = packets(40)
        await ear.take(*(packet for place, packet in enumerate(sent) if place % 4 != 1))
        info = RtcpSenderInfo(ntp_timestamp=0x1234_5678_9ABC_DEF0, rtp_timestamp=0, packet_count=1, octet_count=1)
        await ear.incoming._handle_rtcp_packet(RtcpSrPacket(SSRC, info))
        return await ear.report()

    packet = run_virtually(listen())
    (info,) = packet.reports
    assert (packet.ssrc, info.ssrc, info.packets_lost, info.highest_sequence) == (OWN_SSRC, SSRC, 10, 39)
    assert info.fraction_lost == 64
    assert info.lsr == 0x5678_9ABC


def test_nothing_is_reported_of_nobody(ear: Ear) -> None:
    """Before the first packet there is nothing to say."""

    async def wait() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await ear.incoming.report()

    run_virtually(wait())
    assert ear.reports == []
