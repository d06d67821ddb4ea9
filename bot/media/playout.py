"""What the bot says, one packet every 20 ms without end, and when each is due. No I/O, no clock.

Silence is packets as well, of the same size: nobody on the way sees when the bot speaks, and the caller's browser has
nothing to make up for. Only the packet of this moment leaves; whatever else there is to say waits here, so that an
interruption can take it back.
"""

from collections import deque
from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from bot.media.opus import FRAME_MS, Encoder

# A packet that is later than this is not sent at all: the bot would only lag behind, or burst to catch up.
LATE_MS = 100


@cache
def silence() -> bytes:
    """Return 20 ms of silence as a packet."""
    with Encoder() as encoder:
        pcm = bytes(2 * encoder.samples)
        for _ in range(10):  # until the encoder has settled
            packet = encoder.encode(pcm)
        return packet


class Spoken(Struct, frozen=True):
    """How much of a generation's speech has been sent, ms, and whether that was all of it so far."""

    generation: int
    played_ms: int
    whole: bool


class Playout:
    """What is left to say. Speech belongs to a generation, one answer of the bot's; the newest alone is ever heard."""

    def __init__(self) -> None:
        self.generation = 0
        self.paused = False
        self._waiting: deque[bytes] = deque()
        self._played = 0

    @property
    def queued_ms(self) -> int:
        """How much is left to say, ms."""
        return len(self._waiting) * FRAME_MS

    @property
    def speaking(self) -> bool:
        """Whether the next packet is speech."""
        return bool(self._waiting) and not self.paused

    @property
    def spoken(self) -> Spoken:
        """What has been heard of the newest generation."""
        return Spoken(self.generation, self._played * FRAME_MS, not self._waiting)

    def begin(self, generation: int) -> Spoken:
        """Begin a newer generation; what is left of the one before is never said.

        Returns:
            What was heard of the one before.

        Raises:
            ValueError: It is not newer.
        """
        if generation <= self.generation:
            raise ValueError(f"generation {generation} after {self.generation}")
        before = self.cut()
        self.generation, self._played = generation, 0
        return before

    def say(self, generation: int, packets: Iterable[bytes]) -> bool:
        """Append speech, packets of 20 ms; that of an older generation is dropped.

        Returns:
            Whether it will be heard.
        """
        if generation != self.generation:
            return False
        self._waiting.extend(packets)
        return True

    def cut(self) -> Spoken:
        """Take back what has not been said.

        Returns:
            What was heard; `whole` when nothing had to be taken back.
        """
        spoken = self.spoken
        self._waiting.clear()
        self.paused = False
        return spoken

    def frame(self) -> bytes:
        """Return the packet of this moment."""
        if not self.speaking:
            return silence()
        self._played += 1
        return self._waiting.popleft()


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
