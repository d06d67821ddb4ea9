"""A conversation over OpenAI's Realtime API: speech in, speech out, on one WebSocket.

The client owns playout. When the caller speaks, it stops what it plays, cancels the answer and tells the server how
much was heard, so that the server remembers what the caller does.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from bot.engines.errors import EngineError, Unavailable
from bot.engines.guard import Attempt, Guard
from bot.engines.once import end, to_its_end, within
from bot.engines.openai import realtime_events as wire
from bot.engines.openai.endpoint import Budgets, Endpoint, refusal_of
from bot.engines.protocols import (
    Audio,
    ConverserEvent,
    Ended,
    SpeechStarted,
    SpeechStopped,
    Spoken,
    Words,
)
from matcher.clock import Clock, SystemClock
from matcher.retry_after import retry_after_s

RATE_HZ = wire.RATE_HZ
MAX_WAITING_S = 2  # sound of the caller that the network has not taken yet
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
CLOSE_S = 0.5
BUDGETS = Budgets(connect_s=2.0, first_s=2.0, stall_s=1.5)

# websockets logs frames and headers: what people say, and the key.
_silent = logging.getLogger("sotto.realtime.silent")
_silent.disabled = True


class _Connect(connect):
    """Follows no redirect: what people say goes where it is configured to go."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class RealtimeEngine:
    """Holds conversations.

    Args:
        endpoint: Where the model is; `extra` are further members of the session.
        guard: The endpoint's guard.
        voice: The voice's name there.
        instructions: What the model is told first. It holds nothing about the caller.
        turn_detection: `server_vad` or `semantic_vad`.
        budgets: Connection and session together have `connect_s` and `first_s`; an answer has `first_s` from the end of
            speech to its first sound, and `stall_s` from there on.
        clock: For dates in Retry-After.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        guard: Guard,
        *,
        voice: str,
        instructions: str = "",
        turn_detection: str = "server_vad",
        budgets: Budgets = BUDGETS,
        clock: Clock | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._guard = guard
        self._update = wire.session_update(
            instructions=instructions, voice=voice, turn_detection=turn_detection, extra=dict(endpoint.extra)
        )
        self._budgets = budgets
        self._clock = clock or SystemClock()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["RealtimeConverser"]:
        """Begin a conversation.

        Raises:
            EngineError: It cannot begin.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._budgets.connect_s + self._budgets.first_s
        # It has its place, and tells how well the endpoint is, until its end.
        with self._guard.attempt() as attempt:
            converser = RealtimeConverser(self._budgets, attempt)
            try:
                await within(deadline, self._begin(converser))
                sender = loop.create_task(converser.send_sound())
                try:
                    yield converser
                finally:
                    await end(sender)
            finally:
                await to_its_end(converser.aclose())

    async def _begin(self, converser: "RealtimeConverser") -> None:
        url = f"ws{self._endpoint.url('realtime').removeprefix('http')}?model={quote(self._endpoint.model, safe='')}"
        try:
            converser.socket = await _Connect(
                url,
                additional_headers=self._endpoint.headers(),
                user_agent_header="sotto",
                compression=None,
                proxy=None,
                open_timeout=None,
                close_timeout=CLOSE_S,
                max_size=MAX_MESSAGE_BYTES,
                logger=_silent,
            )
        except InvalidStatus as refusal:
            wait_s = retry_after_s(refusal.response.headers.get("Retry-After"), self._clock.now_ms() / 1000)
            raise refusal_of(refusal.response.status_code, wait_s) from None
        except (InvalidHandshake, OSError, EOFError):
            raise Unavailable from None
        await converser.expect("session.created")
        await converser.send(self._update)
        await converser.expect("session.updated")


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
        self._response = ""  # the active one
        self._cut = False  # it was interrupted
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
            message = await within(self._due, self._receive())
            if happened := self._take(message):
                yield happened
            if isinstance(happened, Spoken):
                self._wait(self._budgets.stall_s)

    async def interrupt(self, played_ms: int) -> None:
        """Stop the present answer; the server forgets what of it was not played.

        Raises:
            Unavailable: The connection is gone.
        """
        if self._response and not self._cut:
            self._cut = True
            self._due = None
            await self.send(wire.cancel(self._response))
        item, index = self._item
        if item:
            self._item = ("", 0)
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
                return SpeechStopped()
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
