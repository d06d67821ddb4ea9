"""Takes the silence off both ends of synthetic speech as it comes. Pure.

A synthesiser begins with up to a quarter of a second of silence, which the caller would wait through. What is left at
the end is a pause between two clauses; more of it would only keep the caller from answering.
"""

from array import array

# 5 ms: the onset of speech is found that exactly.
WINDOWS_PER_S = 200
# Of full scale. The beginnings of the softest sounds, /f/ and /h/, are above it, a synthesiser's idea of silence below.
THRESHOLD = 0.004
LEAD_MS = 20  # kept before the first sound: nothing of it is cut off
TAIL_MS = 150  # kept after the last one


class Trimmer:
    """The silence of one clause, 16 bit little-endian mono. Silence within the clause is speech.

    Args:
        rate_hz: Samples per second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._window = 2 * (rate_hz // WINDOWS_PER_S)
        self._lead = 2 * (rate_hz * LEAD_MS // 1000)
        self._tail = 2 * (rate_hz * TAIL_MS // 1000)
        self._held = bytearray()  # silence so far, then what is too short to be judged
        self._judged = 0  # how much of that is silence
        self._began = False

    def feed(self, pcm: bytes) -> bytes:
        """Take the next samples, whole ones; return what is to be played now, if anything."""
        self._held += pcm
        end = 0  # of the latest window with sound in it
        place = self._judged
        while place + self._window <= len(self._held):
            place += self._window
            if _peak(self._held[place - self._window : place]) > THRESHOLD:
                end = place
                if not self._began:
                    self._began = True
                    leading = max(0, place - self._window - self._lead)
                    del self._held[:leading]
                    end = place = place - leading
        self._judged = place
        return self._take(end)

    def end(self) -> bytes:
        """The clause ends; return the rest of it that is to be played."""
        if not self._began:
            self._held.clear()
            return b""
        return self._take(min(len(self._held), self._tail))

    def _take(self, end: int) -> bytes:
        taken = bytes(self._held[:end])
        del self._held[:end]
        self._judged -= end
        return taken


def _peak(pcm: bytearray) -> float:
    """Return the greatest deviation from silence, 0 to 1."""
    samples = array("h", bytes(pcm))
    return max(max(samples), -min(samples)) / 32_768
