"""What a caller says, from RTP packets (RFC 3550) to an unbroken stream of samples. No I/O, no clock.

Nothing is held back to smooth the network's jitter: this sound is understood, not played. A packet is decoded when it
comes; what was lost before it is recovered from its coarse copy, or concealed; one that comes after its place was
filled is dropped.
"""

from msgspec import Struct

from bot.media.opus import Decoder, OpusError

# The RTP clock of Opus, whatever was sampled (RFC 7587 section 4.1).
CLOCK_HZ = 48_000
FRAME_TICKS = CLOCK_HZ // 50
# A longer gap is a pause, not a loss: there is nothing to invent any more.
MAX_CONCEALED_TICKS = CLOCK_HZ * 200 // 1000
# Packets that fill less than this are no speech of an honest browser, however many there are.
LEAST_TICKS = CLOCK_HZ * 10 // 1000
# As far ahead a packet is still taken for the next one (RFC 3550 appendix A.1).
MAX_AHEAD = 3000


class Packet(Struct, frozen=True):
    """One RTP packet: 16 bits of sequence number, 32 bits of timestamp (CLOCK_HZ), 32 bits of SSRC, the payload."""

    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    def __repr__(self) -> str:
        return "Packet(…)"


class Hearing:
    """One caller's voice.

    Args:
        decoder: Gives the samples; it is this caller's alone.
    """

    def __init__(self, decoder: Decoder) -> None:
        self.lost = 0  # packets that never came, or came too late
        self.refused = 0  # packets that were none, or of somebody else
        self._decoder = decoder
        self._ssrc: int | None = None
        self._next = 0  # the sequence number that comes next
        self._end = 0  # the timestamp at which the sound so far ends

    def take(self, packet: Packet) -> list[bytes]:
        """Take a packet as it arrives.

        Returns:
            What can be heard now, in order, 16 bit mono at the decoder's rate: what was missing before this packet, as
            far as it could be made up for, and the packet's own sound. Empty for one that is late, repeated or none.
        """
        if self._ssrc is None:
            self._ssrc, self._next, self._end = packet.ssrc, packet.sequence, packet.timestamp
        ahead = (packet.sequence - self._next) & 0xFFFF
        if packet.ssrc != self._ssrc or (MAX_AHEAD < ahead < 0x10000 - MAX_AHEAD):
            # One source has one voice; another one that claims to be it would speak between its words.
            self.refused += 1
            return []
        if ahead > MAX_AHEAD:
            return []
        try:
            missing = self._missing(packet) if ahead else []
            heard = self._decoder.decode(packet.payload)
        except OpusError:
            self.refused += 1
            return []
        self.lost += ahead
        self._next = (packet.sequence + 1) & 0xFFFF
        self._end = (packet.timestamp + self._ticks(heard)) & 0xFFFFFFFF
        return [*missing, heard]

    def duration_s(self, pcm: bytes) -> float:
        """Return how long sound lasts that `take` gave, s."""
        return self._ticks(pcm) / CLOCK_HZ

    def _missing(self, packet: Packet) -> list[bytes]:
        """Make up for what lies between the sound so far and this packet."""
        gap = (packet.timestamp - self._end) & 0xFFFFFFFF
        if not LEAST_TICKS <= gap <= MAX_CONCEALED_TICKS:
            return []
        # The copy in a packet is of the one packet before it.
        copied = min(gap, FRAME_TICKS)
        samples = self._samples(FRAME_TICKS)
        made_up = [self._decoder.conceal(samples) for _ in range((gap - copied) // FRAME_TICKS)]
        return [*made_up, self._decoder.recover(packet.payload, self._samples(copied))]

    def _samples(self, ticks: int) -> int:
        """Return how many samples of the decoder's rate so many ticks are, in whole steps of 2.5 ms."""
        return ticks // 120 * (self._decoder.rate_hz // 400)

    def _ticks(self, pcm: bytes) -> int:
        return len(pcm) // 2 * CLOCK_HZ // self._decoder.rate_hz
