"""What the bot says, 20 ms at a time without end, and when each packet is due. No I/O, no clock.

Only the sound of this moment leaves; whatever else there is to say waits here, so that an interruption can take it
back. Silence is packets as well, of the same size: nobody on the way sees when the bot speaks, and the caller's browser
has nothing to make up for.
"""

from array import array

from msgspec import Struct

from bot.media.opus import FRAME_MS, Encoder
from bot.media.packet_cache import PacketCache

RATE_HZ = 48_000
FRAME_BYTES = 2 * RATE_HZ * FRAME_MS // 1000
# Sound that is cut fades over this time: less is heard as a click, more as hesitation.
FADE_SAMPLES = RATE_HZ * 8 // 1000
# What the encoder still has to say of a sound that has ended; after that its silence is always the same packet.
TAIL_FRAMES = 10
# A packet that is later than this is not sent at all: the bot would only lag behind, or burst to catch up.
LATE_MS = 100


class Spoken(Struct, frozen=True):
    """How much of a generation's speech has been played, ms, and whether that was all of it so far."""

    generation: int
    played_ms: int
    whole: bool


class Playout:
    """What the bot says. Speech belongs to a generation, one answer of the bot's; the newest alone is ever heard.

    Attributes:
        generation: The newest one's number.
        packets: Of what many calls say, if anything is.
    """

    def __init__(self) -> None:
        self.generation = 0
        self.packets: PacketCache | None = None
        self._paused = False
        self._pcm = bytearray()
        self._at = 0  # how much of it has been played, bytes
        self._fading = b""  # what is still heard of sound that was stopped

    @property
    def queued_ms(self) -> int:
        """How much is left to say, ms."""
        return -(-(len(self._pcm) - self._at) // FRAME_BYTES) * FRAME_MS

    @property
    def speaking(self) -> bool:
        """Whether there is something to say now."""
        return not self._paused and self._at < len(self._pcm)

    @property
    def spoken(self) -> Spoken:
        """What has been played of the newest generation."""
        return Spoken(self.generation, self._at // FRAME_BYTES * FRAME_MS, self._at >= len(self._pcm))

    def begin(self, generation: int) -> Spoken:
        """Begin a newer generation; what is left of the one before is never said.

        Returns:
            What was played of the one before.

        Raises:
            ValueError: It is not newer.
        """
        if generation <= self.generation:
            raise ValueError(f"generation {generation} after {self.generation}")
        before = self.cut()
        self._forget(0)
        self.generation, self._at = generation, 0
        return before

    def say(self, generation: int, pcm: bytes) -> bool:
        """Append speech, 16 bit mono at RATE_HZ, of any length; that of an older generation is dropped.

        Returns:
            Whether it will be heard.
        """
        if generation != self.generation:
            return False
        # It had run out within a frame, which was filled up.
        self._pcm += bytes(max(0, self._at - len(self._pcm)))
        self._pcm += pcm
        return True

    def pause(self) -> Spoken:
        """Be silent at once, and keep what is left.

        Returns:
            What was played.
        """
        self._stop()
        self._paused = True
        return self.spoken

    def resume(self, from_ms: int | None = None) -> None:
        """Go on, where it was, or from an earlier time in this generation: the beginning of the word that was cut."""
        self._paused = False
        if from_ms is not None:
            self._at = max(0, min(self._at, from_ms // FRAME_MS * FRAME_BYTES))

    def cut(self, at_ms: int | None = None) -> Spoken:
        """Take back what has not been said; with `at_ms`, only what comes after that time, which is still ahead.

        Returns:
            What was played so far; `whole` when nothing had to be taken back.
        """
        spoken = self.spoken
        if at_ms is None:
            self._stop()
        self._forget(self._at if at_ms is None else max(self._at, -(-at_ms // FRAME_MS) * FRAME_BYTES))
        self._paused = False
        return spoken

    def frame(self) -> bytes | None:
        """Return the sound of the next 20 ms; None: silence."""
        if self._fading or not self.speaking:
            fading, self._fading = self._fading, b""
            return fading or None
        frame = bytes(self._pcm[self._at : self._at + FRAME_BYTES])
        self._at += FRAME_BYTES
        return frame.ljust(FRAME_BYTES, b"\0")

    def _stop(self) -> None:
        """Let what would come next fade."""
        if self.speaking:
            self._fading = _faded(self._pcm[self._at : self._at + 2 * FADE_SAMPLES])

    def _forget(self, end: int) -> None:
        """Drop the sound from there on, and leave nothing of it in memory."""
        self._pcm[end:] = bytes(max(0, len(self._pcm) - end))
        del self._pcm[end:]


def _faded(pcm: bytearray) -> bytes:
    """Return a whole frame that leads over from this sound to silence."""
    values = array("h", bytes(pcm))
    for place in range(len(values)):
        values[place] = values[place] * (FADE_SAMPLES - place) // FADE_SAMPLES
    return values.tobytes().ljust(FRAME_BYTES, b"\0")


class Voice:
    """Turns the playout into packets, 20 ms each, all of one size.

    Args:
        encoder: Of RATE_HZ; it is this call's alone, so that one sound leads over to the next. What the cache has goes
            past it, which is not to be heard.
    """

    def __init__(self, playout: Playout, encoder: Encoder) -> None:
        self._playout = playout
        self._encoder = encoder
        self._quiet = 0
        self._silence = b""

    def packet(self) -> bytes:
        """Return the next packet."""
        frame = self._playout.frame()
        if frame is not None:
            self._quiet = 0
            known = self._playout.packets and self._playout.packets.packet(frame)
            return known or self._encoder.encode(frame)
        # Silence is most of what a bot says, and costs more to encode than speech.
        if self._quiet < TAIL_FRAMES:
            self._quiet += 1
            self._silence = self._encoder.encode(bytes(FRAME_BYTES))
        return self._silence


class Schedule:
    """When packets are due: at absolute times, so that no delay adds up.

    Args:
        start_ms: When the first one is due.
    """

    def __init__(self, start_ms: float) -> None:
        self.due_ms = start_ms
        self.late = 0  # packets that were never sent

    def advance(self, now_ms: float) -> int:
        """Go on to the next packet, as this one is sent.

        Returns:
            How many of 20 ms the stream's timestamp moves on: 1, or more where that many were too late to be sent.
        """
        steps = 1
        if now_ms - self.due_ms > LATE_MS:
            steps += int((now_ms - self.due_ms) // FRAME_MS)
            self.late += steps - 1
        self.due_ms += steps * FRAME_MS
        return steps
