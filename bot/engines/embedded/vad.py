"""Whether 20 ms of sound are a voice, by WebRTC's own detector (package `webrtcvad-wheels`, module `webrtcvad`)."""

from webrtcvad import Vad

RATE_HZ = 16_000
FRAME_BYTES = 2 * RATE_HZ * 20 // 1000

# Of four modes, each stricter than the one before: this one does not miss a soft onset …
ONSET_MODE = 2
# … and this one lets go 30 ms sooner.
ENDPOINT_MODE = 3


class VoiceDetector:
    """Two detectors for one call; each adapts to the noise that it hears, and so belongs to one caller."""

    def __init__(self) -> None:
        self._onset = Vad(ONSET_MODE)
        self._endpoint = Vad(ENDPOINT_MODE)

    def judge(self, frame: bytes) -> tuple[bool, bool]:
        """Say whether mode 2, and whether mode 3, take a frame for a voice.

        Args:
            frame: 20 ms, 16 bit little-endian mono at RATE_HZ, in the order in which they come.

        Raises:
            ValueError: It is longer or shorter.
        """
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"{len(frame)} bytes are not 20 ms")
        return bool(self._onset.is_speech(frame, RATE_HZ)), bool(self._endpoint.is_speech(frame, RATE_HZ))
