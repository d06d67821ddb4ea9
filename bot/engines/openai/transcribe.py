"""Ears behind `POST /audio/transcriptions`: a turn is sent when it seems to be over.

https://platform.openai.com/docs/api-reference/audio/createTranscription. The upload begins as soon as the caller falls
silent, and is given up when they go on.
"""

import asyncio
from typing import Any

import msgspec
from msgspec import Struct

from bot.engines.errors import BadAnswer, Busy, TimedOut, Unavailable
from bot.engines.guard import Attempt, Guard
from bot.engines.once import end, to_its_end
from bot.engines.openai.client import Answer, EngineClient
from bot.engines.openai.endpoint import Budgets, Endpoint
from bot.engines.openai.events import AnswerEvents
from bot.engines.openai.wav import wav
from bot.engines.protocols import Audio, Hypothesis

RATE_HZ = 16_000
MIN_S = 0.1  # the API refuses less
MAX_S = 30.0
MAX_BODY_BYTES = 256 * 1024
BUDGETS = Budgets(connect_s=1.0, first_s=2.0, stall_s=0.8)


class _Event(Struct):
    type: str = ""
    text: str | None = None
    delta: str | None = None
    error: Any = None


_decoder = msgspec.json.Decoder(_Event)


def _decoded(data: str | bytes) -> _Event:
    try:
        event = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError):
        raise BadAnswer from None
    if event.error is not None or event.type == "error":
        raise Unavailable
    return event


class TranscribeStt:
    """Understands what is sent to it as a file.

    Args:
        client: The shared HTTP client.
        endpoint: Where the model is.
        guard: The endpoint's guard.
        language: ISO 639-1 code of what is spoken; empty: the model finds out.
        stream: Whether to ask for a streamed answer.
        budgets: How long is waited.
    """

    def __init__(
        self,
        client: EngineClient,
        endpoint: Endpoint,
        guard: Guard,
        *,
        language: str = "",
        stream: bool = False,
        budgets: Budgets = BUDGETS,
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._guard = guard
        wanted = {"language": language, "stream": "true" if stream else ""}
        self._form = {name: value for name, value in wanted.items() if value}
        self._budgets = budgets

    def open(self) -> "TranscribeStream":
        """Return the ears for one call; the call closes them."""
        return TranscribeStream(self)

    async def transcribe(self, pcm: bytes, heard: list[str], *, speculative: bool) -> str:
        """Return what is said in 16 kHz samples; `heard` is given its pieces as they come.

        Raises:
            EngineError: It is not understood in time, or at all.
        """
        members = self._endpoint.body(response_format="json", **self._form)
        form = {name: value if isinstance(value, str) else _text(value) for name, value in members.items()}
        file = ("speech.wav", wav(pcm, RATE_HZ), "audio/wav")
        with self._guard.attempt(speculative=speculative) as attempt:
            async with self._client.post(
                self._endpoint, "audio/transcriptions", self._budgets, form=form, file=file
            ) as answer:
                match answer.content_type:
                    case "application/json":
                        text = _decoded(await answer.whole(MAX_BODY_BYTES)).text
                    case "text/event-stream":
                        text = await _streamed(answer, attempt, heard)
                    case "text/plain":
                        text = (await answer.whole(MAX_BODY_BYTES)).decode("utf-8", "replace")
                    case _:
                        raise BadAnswer
                if text is None:
                    raise BadAnswer
                attempt.answered()
                return text.strip()


async def _streamed(answer: Answer, attempt: Attempt, heard: list[str]) -> str | None:
    async for data in AnswerEvents(answer, MAX_BODY_BYTES):
        event = _decoded(data)
        if event.type == "transcript.text.done" or (not event.type and event.text is not None):
            await answer.drain()
            return event.text if event.text is not None else "".join(heard)
        if event.delta:
            attempt.answered()
            heard.append(event.delta)
        answer.progressed()
    return "".join(heard) if heard else None


class TranscribeStream:
    """The ears of one call."""

    def __init__(self, stt: TranscribeStt) -> None:
        self._stt = stt
        self._pcm = bytearray()
        self._heard: list[str] = []
        self._task: asyncio.Task[str] | None = None
        self._void: set[asyncio.Task[str]] = set()

    def push(self, audio: Audio) -> None:
        """Take 16 kHz audio; of a turn its last 30 s are kept.

        Raises:
            ValueError: The rate is another one.
        """
        if audio.rate_hz != RATE_HZ:
            raise ValueError(f"transcriptions are made from {RATE_HZ} Hz")
        self._pcm += audio.pcm
        beyond = len(self._pcm) - int(MAX_S * RATE_HZ) * 2
        if beyond > 0:
            # Overwritten first: what is cut off stays where it was until the memory is used again.
            self._pcm[:beyond] = bytes(beyond)
            del self._pcm[:beyond]

    async def partial(self) -> Hypothesis:
        """Begin to transcribe what there is, and return what is known of it."""
        if self._task is None and self._enough():
            self._task = self._begin(speculative=True)
        return self._known()

    def reset(self) -> None:
        """Note that the turn goes on: what was begun is void."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            self._void.add(task)
            task.add_done_callback(self._forget)
        self._heard = []

    async def finish(self, deadline: float) -> Hypothesis:
        """Return what was said; less than 0.1 s of audio says nothing.

        Raises:
            EngineError: It was not understood by then, or at all. The turn is over nevertheless.
        """
        try:
            if self._task is None and not self._enough():
                return Hypothesis("", stable=True)
            try:
                self._task = self._task or self._begin(speculative=False)
                return Hypothesis(await _outcome(self._task, deadline), stable=True)
            except Busy:
                # Perhaps it was only shed as speculation; now it is needed.
                self._task = self._begin(speculative=False)
                return Hypothesis(await _outcome(self._task, deadline), stable=True)
        finally:
            await to_its_end(self.aclose())

    async def drop(self) -> None:
        """Forget this turn: nothing more of it is sent."""
        await to_its_end(self.aclose())

    async def aclose(self) -> None:
        """Stop what is under way and overwrite what was heard."""
        self.reset()
        while self._void:
            await asyncio.wait(self._void)
        self._pcm[:] = bytes(len(self._pcm))
        self._pcm.clear()

    def _enough(self) -> bool:
        return len(self._pcm) >= MIN_S * RATE_HZ * 2

    def _begin(self, *, speculative: bool) -> asyncio.Task[str]:
        self._heard = []
        transcription = self._stt.transcribe(bytes(self._pcm), self._heard, speculative=speculative)
        return asyncio.get_running_loop().create_task(transcription)

    def _known(self) -> Hypothesis:
        task = self._task
        if task is not None and task.done() and not task.cancelled() and task.exception() is None:
            return Hypothesis(task.result(), stable=True)
        return Hypothesis("".join(self._heard))

    def _forget(self, task: asyncio.Task[str]) -> None:
        self._void.discard(task)
        if not task.cancelled():
            task.exception()  # seen: nobody waits for it


async def _outcome(task: asyncio.Task[str], deadline: float) -> str:
    await asyncio.wait({task}, timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
    await end(task)
    if task.cancelled():
        raise TimedOut
    return task.result()


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
