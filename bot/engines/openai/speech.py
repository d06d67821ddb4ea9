"""A voice behind `POST /audio/speech`, streamed as raw samples.

https://platform.openai.com/docs/api-reference/audio/createSpeech. Compatible servers do not always give what was asked
for, so that the answer's own content type decides, and its first bytes.
"""

import base64
from collections.abc import AsyncGenerator

import msgspec
from msgspec import Struct, field

from bot.engines.errors import BadAnswer, Unavailable
from bot.engines.guard import Guard
from bot.engines.openai.client import Answer, EngineClient
from bot.engines.openai.endpoint import Budgets, Endpoint
from bot.engines.openai.events import AnswerEvents
from bot.engines.openai.wav import PcmReader
from bot.engines.protocols import Audio

RATE_HZ = 24_000
MAX_INPUT_CHARS = 4096
MAX_AUDIO_S = 120
BUDGETS = Budgets(connect_s=1.0, first_s=0.5, stall_s=0.8)

_RAW = {
    "audio/pcm", "audio/l16", "audio/x-pcm", "audio/raw", "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave",
    "application/octet-stream", "binary/octet-stream",
}  # fmt: skip


class _Event(Struct):
    type: str = ""
    audio: str | None = None
    delta: str | None = None
    error: object = field(default=None)


_decoder = msgspec.json.Decoder(_Event)


def read_event(data: str) -> bytes:
    """Return the sound in an event's data; empty where there is none.

    Raises:
        EngineError: It is an error, or not what the API says.
    """
    try:
        event = _decoder.decode(data)
        if event.error is not None or event.type == "error":
            raise Unavailable
        if event.type not in {"speech.audio.delta", "audio.delta", "audio", ""}:
            return b""
        return base64.b64decode(event.audio or event.delta or "", validate=True)
    except (msgspec.DecodeError, ValueError):  # ValueError: not UTF-8, not ASCII, or not base64
        raise BadAnswer from None


class SpeechTts:
    """Speaks with a voice.

    Args:
        client: The shared HTTP client.
        endpoint: Where the model is.
        guard: The endpoint's guard.
        voice: The voice's name there.
        rate_hz: The rate of raw samples, where the answer does not name it.
        budgets: How long is waited; a token is a piece of sound.
    """

    def __init__(
        self,
        client: EngineClient,
        endpoint: Endpoint,
        guard: Guard,
        *,
        voice: str,
        rate_hz: int = RATE_HZ,
        budgets: Budgets = BUDGETS,
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._guard = guard
        self._voice = voice
        self._rate_hz = rate_hz
        self._budgets = budgets

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Stream the sound of a clause of at most 4096 characters; at least one piece comes.

        Raises:
            EngineError: There is no sound, or no more of it.
        """
        body = self._endpoint.body(input=text[:MAX_INPUT_CHARS], voice=self._voice, response_format="pcm")
        with self._guard.attempt() as attempt:
            async with self._client.post(self._endpoint, "audio/speech", self._budgets, json=body) as answer:
                reader = PcmReader(answer.rate_hz or self._rate_hz)
                spoken_ms = 0.0
                async for piece in _Pieces(answer):
                    if audio := reader.feed(piece):
                        attempt.answered()
                        yield audio
                        answer.progressed()
                        spoken_ms += audio.duration_ms
                    if spoken_ms >= MAX_AUDIO_S * 1000:
                        return
                if not spoken_ms:
                    raise BadAnswer


class _Pieces:
    """The sound of an answer as it comes, however it is wrapped. Nothing has to be closed when it is left."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._events = AnswerEvents(answer) if answer.content_type == "text/event-stream" else None
        if self._events is None and answer.content_type not in _RAW:
            raise BadAnswer

    def __aiter__(self) -> "_Pieces":
        return self

    async def __anext__(self) -> bytes:
        if self._events is None:
            return await anext(self._answer)
        return read_event(await anext(self._events))
