"""Sound over RTP (RFC 3550): what the bot says on its way out, and what the partner says on its way in.

In stands in the place of aiortc's own receiver: its jitter buffer makes every lost packet 200 ms of delay for the rest
of the call, and loses sound besides; and it decodes on a thread for each call. Out is a track that aiortc's sender
asks for packets, ready ones, at their time.
"""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction

from aiortc import MediaStreamTrack
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import AnyRtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket, RtpPacket
from av import Packet as MediaPacket
from av.stream import Stream

from bot.media.hearing import CLOCK_HZ, FRAME_TICKS, Hearing, Packet
from bot.media.opus import FRAME_MS
from bot.media.playout import Schedule, Voice

# A partner has one voice, and speaks no faster than time. So many packets beyond that, and he means something else.
MAX_FOREIGN = 250
MAX_EXCESS = 250
# What a stall of the network holds back comes all at once. Two bytes can be 120 ms of sound, so that packets alone
# would bound nothing.
MAX_AHEAD_S = 1.0


class Outgoing(MediaStreamTrack):
    """The bot's voice without end: each packet at its time, those that are too late never.

    aiortc's sender reads it; `recv` must not raise, because that sender would never read again.
    """

    kind = "audio"

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self._voice = voice
        self._schedule: Schedule | None = None
        self._ticks = 0

    @property
    def late(self) -> int:
        """How many packets were never sent."""
        return self._schedule.late if self._schedule else 0

    async def recv(self) -> "MediaPacket[Stream]":
        """Wait for the next packet's time and return it."""
        now = asyncio.get_running_loop().time
        if self._schedule is None:
            # All calls keep one time, so that the event loop is woken for all of them at once.
            self._schedule = Schedule(math.ceil(now() * 1000 / FRAME_MS) * FRAME_MS)
        wait_ms = self._schedule.due_ms - now() * 1000
        # Even where there is no time to wait, the others have their turn.
        await asyncio.sleep(max(0.0, wait_ms / 1000))
        self._ticks += FRAME_TICKS * self._schedule.advance(now() * 1000)
        packet = MediaPacket(self._voice.packet())
        packet.pts, packet.time_base = self._ticks, Fraction(1, CLOCK_HZ)
        return packet


class Incoming:
    """The partner's voice, as an `RtpReceiver` of aiortc's DTLS transport. Nothing is kept: it is heard as it comes.

    Args:
        hearing: Makes sound of packets.
        hear: Is given the sound, 16 bit mono at the rate of the hearing.
        send_rtcp: Gives a report to the partner; may raise ConnectionError.
        ssrc: Who reports.
    """

    def __init__(
        self,
        hearing: Hearing,
        hear: Callable[[bytes], None],
        send_rtcp: Callable[[bytes], Awaitable[None]],
        ssrc: int,
    ) -> None:
        self.packets = 0  # received of the partner's one voice
        self.foreign = 0  # received of any other
        self.excess = 0  # not heard because they came too fast, less those that were heard since
        self._hearing = hearing
        self._hear = hear
        self._send_rtcp = send_rtcp
        self._own_ssrc = ssrc
        self._ssrc: int | None = None
        self._statistics = StreamStatistics(CLOCK_HZ)
        self._sent_report: tuple[int, float] | None = None  # the partner's last one, and when it came
        self._ahead_until = 0.0  # when time has caught up with what was heard

    @property
    def hostile(self) -> bool:
        """Whether the partner sends what no browser does: other voices, or more sound than there is time."""
        return self.foreign > MAX_FOREIGN or self.excess > MAX_EXCESS

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:  # noqa: ARG002  # aiortc's
        if self._ssrc is None:
            self._ssrc = packet.ssrc
        if packet.ssrc != self._ssrc:
            self.foreign += 1
            return
        self.packets += 1
        self._statistics.add(packet)
        if not packet.payload:
            return
        now = asyncio.get_running_loop().time()
        if self._ahead_until - now >= MAX_AHEAD_S:
            self.excess += 1
            return
        self.excess = max(0, self.excess - 1)
        for pcm in self._hearing.take(Packet(packet.sequence_number, packet.timestamp, packet.ssrc, packet.payload)):
            self._ahead_until = max(self._ahead_until, now) + self._hearing.duration_s(pcm)
            self._hear(pcm)

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket) and packet.ssrc == self._ssrc:
            self._sent_report = (packet.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF, time.monotonic()

    def _handle_disconnect(self) -> None:
        pass

    async def report(self) -> None:
        """Send receiver reports (RFC 3550 section 6.4.2) until cancelled: browsers set their redundancy by them."""
        while True:
            await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311  # spreads, hides nothing
            if self._ssrc is None:
                continue
            last, at = self._sent_report or (0, time.monotonic())
            statistics = self._statistics
            info = RtcpReceiverInfo(
                ssrc=self._ssrc,
                fraction_lost=statistics.fraction_lost,
                packets_lost=statistics.packets_lost,
                highest_sequence=(statistics.cycles + (statistics.max_seq or 0)) & 0xFFFFFFFF,
                jitter=statistics.jitter,
                lsr=last,
                dlsr=min(int((time.monotonic() - at) * 65536), 0xFFFFFFFF),
            )
            await self._send_rtcp(bytes(RtcpRrPacket(ssrc=self._own_ssrc, reports=[info])))
