"""The bot's own engines as pipecat takes them: speech to text, an answer, and text to speech."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import STTSettings, TTSSettings
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.utils.time import time_now_iso8601

from bot.engines.embedded.mind import Mind
from bot.engines.protocols import Audio, Context, Hypothesis, Speaker, Stt, Tts

RATE_HZ = 16_000
# Pipecat notices a voice after 200 ms; what was said before that is its beginning.
PRE_ROLL_BYTES = 2 * RATE_HZ // 2
FINISH_S = 2.0
# From the end of speech until its words are known, nearly always: pipecat asks every service for it.
FINAL_P99_S = 0.3


class EarsService(STTService):
    """Streams what is said while somebody speaks, and tells all words as soon as pipecat's VAD says that it ended.

    Args:
        stt: The ears.
    """

    def __init__(self, stt: Stt) -> None:
        settings = STTSettings(model=None, language=None)
        super().__init__(sample_rate=RATE_HZ, ttfs_p99_latency=FINAL_P99_S, settings=settings)
        self._stream = stt.open()
        self._before = bytearray()
        self._hearing = False

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Take sound as it comes; the words come later."""
        if self._hearing:
            self._stream.push(Audio(audio, RATE_HZ))
        else:
            self._before += audio
            del self._before[:-PRE_ROLL_BYTES]
        yield None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Begin and end with the voice."""
        await super().process_frame(frame, direction)
        match frame:
            case VADUserStartedSpeakingFrame():
                self._hearing = True
                self._stream.push(Audio(bytes(self._before), RATE_HZ))
                self._before.clear()
            case VADUserStoppedSpeakingFrame() if self._hearing:
                self._hearing = False
                self.create_task(self._finish(), "words")

    async def cleanup(self) -> None:
        """Let the ears go."""
        await super().cleanup()
        await self._stream.aclose()

    async def _finish(self) -> None:
        known = await self._stream.finish(self.get_event_loop().time() + FINISH_S)
        if known.text:
            self.request_finalize()
            self.confirm_finalize()
            await self.push_frame(TranscriptionFrame(known.text, "", time_now_iso8601()))


class MindService(FrameProcessor):
    """Answers in the place of a language model.

    Args:
        mind: This call's.
    """

    def __init__(self, mind: Mind) -> None:
        super().__init__()
        self._mind = mind
        self._context = Context()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer the last words of the caller; everything else passes."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        said = str(frame.context.messages[-1]["content"])
        async with aclosing(self._mind.reply(self._context, Hypothesis(said))) as pieces:
            answer = "".join([piece async for piece in pieces])
        self._mind.note(said)
        self._context.add(Speaker.CALLER, said)
        self._context.add(Speaker.BOT, answer)
        await self.push_frame(LLMTextFrame(answer))
        await self.push_frame(LLMFullResponseEndFrame())


class VoiceService(TTSService):
    """Speaks.

    Args:
        tts: The voice.
    """

    def __init__(self, tts: Tts) -> None:
        settings = TTSSettings(model=None, voice=None, language=None)
        super().__init__(push_start_frame=True, push_stop_frames=True, settings=settings)
        self._tts = tts

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        """Speak one sentence."""
        frames: Any = self._stream_audio_frames_from_iterator(
            self._sound(text), in_sample_rate=RATE_HZ, context_id=context_id
        )
        async for frame in frames:
            yield frame

    async def _sound(self, text: str) -> AsyncIterator[bytes]:
        async with aclosing(self._tts.speak(text)) as sound:
            async for audio in sound:
                yield audio.pcm
