"""From a voice's sound, at whatever rate, to what the playout takes: 48 kHz, in whole frames, without silence first."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.engines.embedded.silence import Trimmer
from bot.engines.errors import BadAnswer
from bot.engines.protocols import Audio, Tts
from bot.media.playout import FRAME_BYTES
from bot.media.resample import Resampler


class Shaper:
    """The sound of one clause."""

    def __init__(self) -> None:
        self._rate_hz = 0
        self._trimmer: Trimmer | None = None
        self._resampler: Resampler | None = None
        self._bytes = 0

    def feed(self, audio: Audio) -> bytes:
        """Take sound; return what of it can be played, 16 bit mono at 48 kHz.

        Raises:
            BadAnswer: The rate is none, or changed.
        """
        if self._trimmer is None or self._resampler is None:
            try:
                self._trimmer, self._resampler = Trimmer(audio.rate_hz), Resampler(audio.rate_hz)
            except ValueError:
                raise BadAnswer from None
            self._rate_hz = audio.rate_hz
        if audio.rate_hz != self._rate_hz:
            raise BadAnswer
        return self._counted(self._resampler.feed(self._trimmer.feed(audio.pcm)))

    def end(self) -> bytes:
        """The clause ends; return what is left of it, so that all is a whole number of frames of 20 ms."""
        if self._trimmer is None or self._resampler is None:
            return b""
        rest = self._counted(self._resampler.feed(self._trimmer.end()) + self._resampler.end())
        return rest + bytes(-self._bytes % FRAME_BYTES)

    def _counted(self, pcm: bytes) -> bytes:
        self._bytes += len(pcm)
        return pcm


async def spoken(voice: Tts, clause: str) -> AsyncGenerator[bytes, None]:
    """Stream the sound of a clause: pieces that are not empty, 16 bit mono at 48 kHz, whole frames of 20 ms in all.

    Raises:
        EngineError: There is no sound, or no more of it.
    """
    shaper = Shaper()
    sounded = False
    async with aclosing(voice.speak(clause)) as pieces:
        async for audio in pieces:
            if pcm := shaper.feed(audio):
                sounded = True
                yield pcm
    if rest := shaper.end():
        sounded = True
        yield rest
    if not sounded:
        raise BadAnswer
