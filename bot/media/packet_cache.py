"""Packets of sound that many calls say word for word. To encode it is most of what it costs to say it.

Each sound is encoded as a stream of its own, frame by frame as they are first asked for. What other calls have said is
thus in none of its packets, not even in the coarse copy that each has of the frame before.
"""

from hashlib import blake2b

from bot.media.opus import FRAME_MS, Encoder

DIGEST_BYTES = 16


class PacketCache:
    """One for all calls. It knows a frame by its content, wherever that comes from.

    Args:
        rate_hz: Sample rate of the sound.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._frame_bytes = 2 * rate_hz * FRAME_MS // 1000
        self._places: dict[bytes, tuple[_Sound, int]] = {}  # by digest: a frame's sound, and its number in it

    def add(self, pcm: bytes) -> None:
        """Take a sound, 16 bit mono, without what fills no frame at its end. A frame that is known stays as it is."""
        sound = _Sound(pcm, self._rate_hz, self._frame_bytes)
        for number in range(len(pcm) // self._frame_bytes):
            frame = sound.frame(number)
            if any(frame):  # silence is in no sound's place
                self._places.setdefault(_digest(frame), (sound, number))

    def packet(self, frame: bytes) -> bytes | None:
        """Return the packet of 20 ms of sound; None: they are of no sound that was added."""
        place = self._places.get(_digest(frame))
        return place[0].packet(place[1]) if place else None


class _Sound:
    """A sound, and as much of it as was encoded."""

    def __init__(self, pcm: bytes, rate_hz: int, frame_bytes: int) -> None:
        self._pcm = pcm
        self._rate_hz = rate_hz
        self._frame_bytes = frame_bytes
        self._packets: list[bytes] = []
        self._encoder: Encoder | None = None  # until all is encoded

    def frame(self, number: int) -> bytes:
        """Return a frame's sound."""
        return self._pcm[number * self._frame_bytes : (number + 1) * self._frame_bytes]

    def packet(self, number: int) -> bytes:
        """Return a frame's packet; those before it are made as well."""
        while len(self._packets) <= number:
            self._encoder = self._encoder or Encoder(self._rate_hz)
            self._packets.append(self._encoder.encode(self.frame(len(self._packets))))
            if len(self._packets) == len(self._pcm) // self._frame_bytes:
                self._encoder.close()
                self._encoder = None
        return self._packets[number]


def _digest(frame: bytes) -> bytes:
    return blake2b(frame, digest_size=DIGEST_BYTES).digest()
