"""One conversation over OpenAI's Realtime API, from its messages to what happens in it.

The client owns playout. When the caller speaks, it stops what it plays, cancels the answer and tells the server how
much was heard, so that the server remembers what the caller does. What the caller says comes in writing as well, sooner
or later than the answer to it; a server that does not write it down cannot be used.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bot.engines.errors import EngineError, Unavailable
from bot.engines.guard import Attempt
from bot.engines.once import within
from bot.engines.openai import realtime_events as wire
from bot.engines.openai.endpoint import Budgets
from bot.engines.protocols import (
    Audio,
    ConverserEvent,
    Ended,
    Heard,
    SpeechStarted,
    SpeechStopped,
    Spoken,
    Words,
)
from bot.turns.words import sentences

RATE_HZ = wire.RATE_HZ
MAX_WAITING_S = 2  # sound of the caller that the network has not taken yet


class RealtimeConverser:
    """One conversation. `events` is read all the time: it is what keeps the connection alive."""

    def __init__(self, budgets: Budgets, attempt: Attempt) -> None:
        self._budgets = budgets
        self._attempt = attempt
        self.socket: ClientConnection | None = None
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._pushed = asyncio.Event()
        self._due: float | None = None
        self._unread = 0  # what the caller said, and no transcript came of
        self._read: list[str] = []  # transcripts, until all have come
        self._read_due: float | None = None
        self._response = ""  # the active one
        self._cut = False  # it was interrupted
        self._unwanted = False  # so is the next one, before it was begun
        self._item = ("", 0)  # what is being played
        self._received_ms = 0.0  # of that

    def push(self, audio: Audio) -> None:
        """Take 24 kHz audio; what the network does not take within 2 s is dropped, oldest first.

        Raises:
            ValueError: The rate is another one.
        """
        if audio.rate_hz != RATE_HZ:
            raise ValueError(f"conversations are held at {RATE_HZ} Hz")
        self._waiting.append(audio.pcm)
        self._waiting_bytes += len(audio.pcm)
        while self._waiting_bytes > MAX_WAITING_S * RATE_HZ * 2:
            self._waiting_bytes -= len(self._waiting.popleft())
        self._pushed.set()

    async def events(self) -> AsyncGenerator[ConverserEvent, None]:
        """Stream what happens, until the engine fails.

        Raises:
            EngineError: It did.
        """
        while True:
            due = min((due for due in (self._due, self._read_due) if due is not None), default=None)
            message = await within(due, self._receive())
            if happened := self._take(message):
                yield happened
            if isinstance(happened, Spoken):
                self._wait(self._budgets.stall_s)
            if self._response and self._unwanted:
                await self.interrupt(0)

    async def interrupt(self, played_ms: int) -> None:
        """Stop the present answer, or the one that is due; the server forgets what of it was not played.

        Raises:
            Unavailable: The connection is gone.
        """
        self._unwanted = self._cut or not self._response
        self._due = None
        going_on = bool(self._response and not self._cut)
        if going_on:
            self._cut = True
            await self.send(wire.cancel(self._response))
        (item, index), self._item = self._item, ("", 0)
        # What is truncated loses its words: no answer that was heard to its end is.
        if item and (going_on or played_ms < int(self._received_ms)):
            await self.send(wire.truncate(item, index, max(0, min(played_ms, int(self._received_ms)))))

    async def send(self, message: str) -> None:
        """Send a message."""
        try:
            await self._connection.send(message)
        except ConnectionClosed:
            raise Unavailable from None

    async def send_sound(self) -> None:
        """Send what is pushed, for as long as there is a connection; `events` tells when it is gone."""
        with suppress(EngineError):
            while True:
                await self._pushed.wait()
                self._pushed.clear()
                pcm = b"".join(self._waiting)
                self._waiting.clear()
                self._waiting_bytes = 0
                await self.send(wire.append(pcm))

    async def expect(self, kind: str) -> None:
        """Read over messages up to one of this type; an error in place of it is raised."""
        while (message := await self._receive()).type != kind:
            if message.type == "error" and (failure := message.failure()):
                raise failure

    async def aclose(self) -> None:
        """Close the connection, and drop what was not sent."""
        self._waiting.clear()
        self._read.clear()
        if self.socket is not None:
            await self.socket.close()

    @property
    def _connection(self) -> ClientConnection:
        if self.socket is None:
            raise Unavailable
        return self.socket

    async def _receive(self) -> wire.ServerEvent:
        try:
            return wire.read_event(await self._connection.recv())
        except ConnectionClosed:
            raise Unavailable from None

    def _take(self, message: wire.ServerEvent) -> ConverserEvent | None:
        match message.type:
            case "input_audio_buffer.speech_started":
                self._due = None
                return SpeechStarted()
            case "input_audio_buffer.speech_stopped":
                self._wait(self._budgets.first_s)
                self._attempt.asked()
                self._unwanted = False
                self._unread += 1
                self._read_due = asyncio.get_running_loop().time() + 2 * self._budgets.first_s
                return SpeechStopped()
            case "conversation.item.input_audio_transcription.completed":
                return self._transcribed(message.transcript)
            case "conversation.item.input_audio_transcription.failed":
                # What nobody can read nobody can hold against the rules.
                raise Unavailable
            case "response.created":
                self._response, self._cut, self._item = message.response.id, False, ("", 0)
                if self._due is None:
                    self._wait(self._budgets.first_s)
            case "response.output_audio.delta" | "response.audio.delta":
                return self._sound(message)
            case "response.output_audio_transcript.delta" | "response.audio_transcript.delta":
                return Words(message.delta) if self._current(message) and message.delta else None
            case "response.done":
                return self._done(message)
            case "error":
                if failure := message.failure():
                    raise failure
        return None

    def _transcribed(self, text: str) -> Heard | None:
        self._read.append(text)
        self._unread = max(0, self._unread - 1)
        if self._unread:
            return None
        self._read_due = None
        text, self._read = sentences(*self._read), []
        return Heard(text)

    def _current(self, message: wire.ServerEvent) -> bool:
        """Whether it belongs to an answer that is wanted."""
        return not self._cut and message.response_id in {"", self._response}

    def _sound(self, message: wire.ServerEvent) -> Spoken | None:
        if not self._current(message):
            return None
        audio = Audio(message.sound(), RATE_HZ)
        self._attempt.answered()
        item = (message.item_id, message.content_index)
        if item != self._item:
            self._item, self._received_ms = item, 0.0
        self._received_ms += audio.duration_ms
        return Spoken(audio)

    def _done(self, message: wire.ServerEvent) -> Ended:
        self._due = None
        self._response = ""
        if failure := message.failure():
            raise failure
        return Ended(interrupted=self._cut or message.response.status == "cancelled")

    def _wait(self, seconds: float) -> None:
        self._due = asyncio.get_running_loop().time() + seconds
