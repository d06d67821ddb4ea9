"""A conversation over OpenAI's Realtime API: speech in, speech out, on one WebSocket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidStatus

from bot.engines.errors import Unavailable
from bot.engines.guard import Guard
from bot.engines.once import end, to_its_end, within
from bot.engines.openai import realtime_events as wire
from bot.engines.openai.endpoint import Budgets, Endpoint, refusal_of
from bot.engines.openai.realtime_converser import RealtimeConverser
from matcher.clock import Clock, SystemClock
from matcher.retry_after import retry_after_s

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
        transcriber: The name of the model that writes down what the caller says.
        language: ISO 639-1 code of what is spoken; empty: the transcriber finds out.
        instructions: What the model is told first. It holds nothing about the caller.
        turn_detection: `server_vad` or `semantic_vad`.
        budgets: Connection and session together have `connect_s` and `first_s`; an answer has `first_s` from the end of
            speech to its first sound, and `stall_s` from there on; the transcript of that speech has twice `first_s`.
        clock: For dates in Retry-After.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        guard: Guard,
        *,
        voice: str,
        transcriber: str,
        language: str = "",
        instructions: str = "",
        turn_detection: str = "server_vad",
        budgets: Budgets = BUDGETS,
        clock: Clock | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._guard = guard
        self._update = wire.session_update(
            instructions=instructions,
            voice=voice,
            transcriber=transcriber,
            language=language,
            turn_detection=turn_detection,
            extra=dict(endpoint.extra),
        )
        self._budgets = budgets
        self._clock = clock or SystemClock()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[RealtimeConverser]:
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

    async def _begin(self, converser: RealtimeConverser) -> None:
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
