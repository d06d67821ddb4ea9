"""PCM in RIFF WAVE, written whole and read as it comes. Pure.

Multimedia Programming Interface and Data Specifications 1.0 (1991), "Waveform Audio File Format".
"""

import struct

from bot.engines.errors import BadAnswer
from bot.engines.protocols import Audio

_PCM = 1
_EXTENSIBLE = 0xFFFE
MAX_HEADER_BYTES = 64 * 1024


def wav(pcm: bytes | bytearray, rate_hz: int) -> bytes:
    """Return a WAV file of one channel of signed 16-bit samples."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, rate_hz, rate_hz * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 4 + len(fmt) + 8 + len(pcm)) + b"WAVE" + fmt + b"data" + _size(pcm) + pcm


def _size(pcm: bytes | bytearray) -> bytes:
    return struct.pack("<I", len(pcm))


class PcmReader:
    """Turns pieces of a body into audio: raw samples, or a WAV file, whichever the first bytes show.

    Args:
        rate_hz: The rate of raw samples; a file names its own.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._rest = bytearray()
        self._in_samples = False
        self._left: int | None = None  # bytes of a file's samples that are to come, where it says

    def feed(self, piece: bytes) -> Audio | None:
        """Take the next piece; return the whole samples that are there now, if any.

        Raises:
            BadAnswer: It is a file of another kind.
        """
        self._rest += piece
        if not self._in_samples and not self._begin():
            return None
        whole = len(self._rest) & ~1
        if self._left is not None:
            whole = min(whole, self._left & ~1)
            self._left -= whole
        pcm = bytes(self._rest[:whole])
        del self._rest[:whole]
        if self._left == 0:
            self._rest.clear()  # what follows the samples is about them
        return Audio(pcm, self._rate_hz) if pcm else None

    def _begin(self) -> bool:
        """Find the first sample; say whether it is here."""
        head = bytes(self._rest[:12])
        if not b"RIFF".startswith(head[:4]):
            if head[:3] == b"ID3" or head[:4] in {b"OggS", b"fLaC"}:
                raise BadAnswer
            self._in_samples = len(head) >= 4
            return self._in_samples
        if len(head) < 12:
            return False
        if head[8:] != b"WAVE":
            raise BadAnswer
        return self._read_chunks()

    def _read_chunks(self) -> bool:
        place, rate_hz = 12, None
        while len(self._rest) >= place + 8:
            name, size = struct.unpack_from("<4sI", self._rest, place)
            place += 8
            if name == b"data":
                return self._begin_samples(place, size, rate_hz)
            if place + size > MAX_HEADER_BYTES:
                raise BadAnswer
            if name == b"fmt " and len(self._rest) >= place + 16:
                rate_hz = _read_format(self._rest, place, size)
            place += size + (size & 1)
        return False

    def _begin_samples(self, place: int, size: int, rate_hz: int | None) -> bool:
        if rate_hz is None:
            raise BadAnswer
        self._rate_hz = rate_hz
        # A file that is written while it is sent does not know its size: 0 or the greatest there is.
        self._left = None if size in {0, 0xFFFFFFFF} or size >= 0x7FFFFF00 else size
        del self._rest[:place]
        self._in_samples = True
        return True


def _read_format(header: bytearray, place: int, size: int) -> int:
    """Return the rate, Hz, of the only format that is understood."""
    if size < 16:
        raise BadAnswer
    kind, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", header, place)
    if kind not in {_PCM, _EXTENSIBLE} or channels != 1 or bits != 16 or not 8000 <= rate_hz <= 192_000:
        raise BadAnswer
    return int(rate_hz)
