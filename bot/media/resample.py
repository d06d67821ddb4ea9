"""Speech at one rate into speech at another, as it comes: voices speak at 16 to 24 kHz, Opus is given 48 kHz.

By way of FFmpeg's libswresample, which the bot has with what it connects by.
"""

from av import AudioFrame, AudioResampler

from bot.media.playout import RATE_HZ

LOWEST_HZ = 8_000
HIGHEST_HZ = 48_000


class Resampler:
    """One stream of 16 bit little-endian mono. Its parts together are as long as what they were made of, to a sample.

    The filter looks a millisecond ahead, and gives that back in `end`; nothing else is held back.

    Args:
        rate_hz: Sample rate of what it is given, LOWEST_HZ to HIGHEST_HZ.
        to_hz: Sample rate of what it gives.

    Raises:
        ValueError: A rate is out of range.
    """

    def __init__(self, rate_hz: int, to_hz: int = RATE_HZ) -> None:
        if not (LOWEST_HZ <= rate_hz <= HIGHEST_HZ and LOWEST_HZ <= to_hz <= HIGHEST_HZ):
            raise ValueError(f"rates are {LOWEST_HZ} to {HIGHEST_HZ} Hz")
        self.rate_hz = rate_hz
        self.to_hz = to_hz
        self._filter = AudioResampler(format="s16", layout="mono", rate=to_hz)
        self._taken = 0  # samples, since the beginning
        self._given = 0

    def feed(self, pcm: bytes) -> bytes:
        """Take samples, whole ones; return those at the other rate that are ready."""
        if self.rate_hz == self.to_hz or not pcm:
            return pcm
        frame = AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
        frame.sample_rate = self.rate_hz
        frame.planes[0].update(pcm)
        self._taken += frame.samples
        return self._give(frame, self._due())

    def end(self) -> bytes:
        """The stream ends; return what is left of it. Nothing may be fed after this."""
        if not self._taken:
            return b""
        due = self._due()
        rest = self._give(None, due)
        # Of what is shorter than the filter, the library keeps some.
        return rest + bytes(2 * (due - self._given))

    def _due(self) -> int:
        """Return how many samples there are in all for what was taken."""
        return round(self._taken * self.to_hz / self.rate_hz)

    def _give(self, frame: AudioFrame | None, due: int) -> bytes:
        made = self._filter.resample(frame)
        pcm = b"".join(bytes(part.planes[0])[: 2 * part.samples] for part in made)[: 2 * (due - self._given)]
        self._given += len(pcm) // 2
        return pcm


def resampled(pcm: bytes, rate_hz: int, to_hz: int = RATE_HZ) -> bytes:
    """Return a whole sound at another rate."""
    resampler = Resampler(rate_hz, to_hz)
    return resampler.feed(pcm) + resampler.end()
