"""Opus (RFC 6716) by way of libopus, without a copy more than it needs.

The media library that the bot connects with decodes on a thread of its own and knows neither concealment nor forward
error correction, and encodes at a variable rate in stereo. Speech to a stranger goes at a constant rate: packet sizes
that follow the voice tell what is said to whoever sees them (RFC 6562 section 3).
"""

import ctypes
import ctypes.util
from functools import cache
from typing import Any, Self

CHANNELS = 1
FRAME_MS = 20
# The longest packet there is (RFC 6716 section 2.1.4).
LONGEST_MS = 120
# The largest one (RFC 6716 section 3.4, R5, times the frames of 2.5 ms that fit): no honest voice comes near.
MAX_PACKET_BYTES = 1276
# bit/s: wideband speech that is pleasant to hear. At 24,000 the encoder needs complexity 2 to 5 to sound as well, and
# with it twice the time, which is most of what a bot's media costs; with less it leaves out the coarse copies there.
BITRATE = 32_000
COMPLEXITY = 1  # of 10
EXPECTED_LOSS = 10  # percent: how much of each packet goes into a coarse copy of the one before

RATES = (8_000, 12_000, 16_000, 24_000, 48_000)

_VOIP = 2048
_SET_BITRATE, _SET_BANDWIDTH, _SET_VBR, _SET_COMPLEXITY, _SET_FEC, _SET_LOSS = 4002, 4004, 4006, 4010, 4012, 4014
_WIDEBAND = 1103  # the most of it; with more there would be no coarse copies


class OpusError(Exception):
    """libopus refused: `code` is one of its own (`opus_defines.h`); there is nothing of the sound in the text."""

    def __init__(self, code: int) -> None:
        super().__init__(f"opus: {code}")
        self.code = code


@cache
def _library() -> Any:
    """Load libopus, once.

    Raises:
        OSError: It is not installed; Debian calls it libopus0.
    """
    library = ctypes.CDLL(ctypes.util.find_library("opus") or "libopus.so.0")
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    for name, returned, taken in (
        ("opus_encoder_create", pointer, [ctypes.c_int32, number, number, ctypes.POINTER(number)]),
        ("opus_encoder_get_size", number, [number]),
        ("opus_encoder_destroy", None, [pointer]),
        ("opus_encode", ctypes.c_int32, [pointer, text, number, pointer, ctypes.c_int32]),
        ("opus_decoder_create", pointer, [ctypes.c_int32, number, ctypes.POINTER(number)]),
        ("opus_decoder_get_size", number, [number]),
        ("opus_decoder_destroy", None, [pointer]),
        ("opus_decode", number, [pointer, text, ctypes.c_int32, pointer, number, number]),
        ("opus_packet_get_nb_samples", number, [text, ctypes.c_int32, ctypes.c_int32]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = returned, taken
    return library


def _checked(result: int) -> int:
    if result < 0:
        raise OpusError(result)
    return result


class _Codec:
    """Owns the memory of one direction. A context manager; `close` may be called twice."""

    _kind = ""

    def __init__(self, rate_hz: int, *arguments: int) -> None:
        fault = ctypes.c_int()
        self._state: int | None = self._call("create", rate_hz, CHANNELS, *arguments, ctypes.byref(fault))
        _checked(fault.value)
        self.rate_hz = rate_hz

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back. It is overwritten first: the library's own reset keeps the last sound in it."""
        if self._state is not None:
            ctypes.memset(self._state, 0, self._call("get_size", CHANNELS))
            self._call("destroy", self._state)
            self._state = None

    @property
    def _open(self) -> int:
        """The codec's memory. libopus would end the whole process over one that is not there."""
        if self._state is None:
            raise ValueError("closed")
        return self._state

    def _call(self, name: str, *arguments: Any) -> Any:
        return getattr(_library(), f"opus_{self._kind}_{name}")(*arguments)


class Encoder(_Codec):
    """Encodes mono speech, 20 ms at a time, into packets of one and the same size.

    Args:
        rate_hz: Sample rate of what it is given, one of RATES.
        bitrate: bit/s, the same for speech and silence.
        complexity: 0 to 10: how much time is taken for each packet.
    """

    _kind = "encoder"

    def __init__(self, rate_hz: int = 48_000, bitrate: int = BITRATE, complexity: int = COMPLEXITY) -> None:
        super().__init__(rate_hz, _VOIP)
        self.samples = rate_hz * FRAME_MS // 1000
        for request, value in (
            (_SET_BITRATE, bitrate), (_SET_BANDWIDTH, _WIDEBAND), (_SET_VBR, 0), (_SET_COMPLEXITY, complexity),
            (_SET_FEC, 1), (_SET_LOSS, EXPECTED_LOSS),
        ):  # fmt: skip
            # Takes a varying number of arguments, so that each has to say its type.
            _checked(self._call("ctl", ctypes.c_void_p(self._state), ctypes.c_int(request), ctypes.c_int32(value)))
        self._packet = ctypes.create_string_buffer(MAX_PACKET_BYTES)

    def encode(self, pcm: bytes) -> bytes:
        """Encode 20 ms.

        Args:
            pcm: `samples` samples, 16 bit, little-endian, mono.

        Raises:
            ValueError: It is longer or shorter, or the encoder is closed.
        """
        if len(pcm) != 2 * self.samples:
            raise ValueError(f"{len(pcm)} bytes are not {FRAME_MS} ms")
        encode = _library().opus_encode
        size = _checked(encode(self._open, pcm, self.samples, self._packet, MAX_PACKET_BYTES))
        return self._packet.raw[:size]


class Decoder(_Codec):
    """Decodes one voice, whatever its packets are like, to 16 bit little-endian mono.

    Args:
        rate_hz: Sample rate of what it gives, one of RATES.
    """

    _kind = "decoder"

    def __init__(self, rate_hz: int = 16_000) -> None:
        super().__init__(rate_hz)
        self._longest = rate_hz * LONGEST_MS // 1000
        self._pcm = ctypes.create_string_buffer(2 * self._longest)

    def close(self) -> None:
        """Give the memory back, overwritten: what was decoded last is beside the library's own."""
        super().close()
        ctypes.memset(self._pcm, 0, len(self._pcm))

    def duration(self, packet: bytes) -> int:
        """Return how many samples a packet holds.

        Raises:
            OpusError: It is none.
        """
        if not 0 < len(packet) <= MAX_PACKET_BYTES:
            raise OpusError(-4)
        return _checked(_library().opus_packet_get_nb_samples(packet, len(packet), self.rate_hz))

    def decode(self, packet: bytes) -> bytes:
        """Decode one packet.

        Raises:
            OpusError: It is none; nothing has changed then.
        """
        self.duration(packet)
        return self._decode(packet, self._longest)

    def conceal(self, samples: int) -> bytes:
        """Invent what was lost, from what was before it: it fades as the loss goes on.

        Args:
            samples: How many, a multiple of 2.5 ms.
        """
        return self._decode(None, samples)

    def recover(self, following: bytes, samples: int) -> bytes:
        """Decode what was lost from the coarse copy in the packet after it; where that has none it is concealed.

        Args:
            following: The packet after the gap; it is still to be decoded itself.
            samples: How many samples are missing before it, a multiple of 2.5 ms.

        Raises:
            OpusError: It is no packet.
        """
        self.duration(following)
        return self._decode(following, samples, fec=1)

    def _decode(self, packet: bytes | None, samples: int, fec: int = 0) -> bytes:
        decode = _library().opus_decode
        size = len(packet) if packet else 0
        decoded = _checked(decode(self._open, packet, size, self._pcm, samples, fec))
        # Only now: a copy that is taken in one expression with the call would be of the sound before.
        return self._pcm.raw[: 2 * decoded]
