"""A mind behind `POST /chat/completions`, streamed.

https://platform.openai.com/docs/api-reference/chat-streaming, and what compatible servers make of it: deltas with a
role only, null content, reasoning, events without choices, errors in the middle, no `[DONE]`, no stream at all.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from bot.engines.errors import BadAnswer, EngineError, Filtered, RateLimited, Unavailable
from bot.engines.guard import Guard
from bot.engines.openai.client import Answer, EngineClient
from bot.engines.openai.endpoint import Budgets, Endpoint
from bot.engines.openai.events import AnswerEvents
from bot.engines.protocols import Context, Hypothesis

MAX_TOKENS = 120  # the longest reply; one that is to be shorter is not read to its end
BUDGETS = Budgets(connect_s=1.0, first_s=0.7, stall_s=0.8)
# A reply is spoken. Whatever the limit of tokens means to a server, more than this is never asked for.
MAX_REPLY_CHARS = 4000
MAX_EVENT_BYTES = 256 * 1024
MAX_BODY_BYTES = 1024 * 1024


class _Part(Struct):
    content: Any = None


class _Choice(Struct):
    delta: _Part | None = None
    message: _Part | None = None
    finish_reason: str | None = None


class _Completion(Struct):
    choices: list[_Choice] | None = None
    error: Any = None


_decoder = msgspec.json.Decoder(_Completion)


@dataclass(frozen=True, slots=True)
class Delta:
    """What one event adds.

    Attributes:
        text: More of the reply, or nothing.
        finish: Why it ends here, where it does: `stop`, `length`, …
    """

    text: str = field(repr=False)
    finish: str | None = None


def read_completion(data: str | bytes) -> Delta:
    """Read an event's data, or a whole completion that was not streamed.

    Raises:
        EngineError: It is, or is not what the API says.
    """
    try:
        completion = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError):
        raise BadAnswer from None
    if completion.error is not None:
        raise error_of(completion.error)
    if not completion.choices:
        return Delta("")  # usage, timings
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter":
        raise Filtered
    part = choice.delta or choice.message
    content = part.content if part else None
    return Delta(content if isinstance(content, str) else "", choice.finish_reason)


def error_of(error: object) -> EngineError:
    """Say what an error object in a successful answer means. Its message is not read."""
    members = error if isinstance(error, dict) else {}
    named = {str(members.get(name)) for name in ("code", "type", "status")}
    if named & {"429", "rate_limit_exceeded", "rate_limit_error", "insufficient_quota"}:
        return RateLimited()
    if "content_filter" in named:
        return Filtered()
    return Unavailable()


class ChatBrain:
    """Streams replies of a model.

    Args:
        client: The shared HTTP client.
        endpoint: Where the model is.
        guard: The endpoint's guard.
        instructions: What the model is told first. It holds nothing about the caller.
        budgets: How long is waited.
    """

    def __init__(
        self,
        client: EngineClient,
        endpoint: Endpoint,
        guard: Guard,
        *,
        instructions: str = "",
        budgets: Budgets = BUDGETS,
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._guard = guard
        self._instructions = instructions
        self._budgets = budgets

    async def reply(
        self, context: Context, heard: Hypothesis, *, speculative: bool = False
    ) -> AsyncGenerator[str, None]:
        """Stream a reply; its pieces are never empty, and at least one comes.

        Args:
            context: What was said before.
            heard: What the caller said now.
            speculative: The request may be for nothing.

        Raises:
            EngineError: There is no reply, or no more of it.
        """
        body = self._endpoint.body(
            messages=self._messages(context, heard),
            stream=True,
            max_tokens=MAX_TOKENS,
        )
        with self._guard.attempt(speculative=speculative) as attempt:
            async with self._client.post(self._endpoint, "chat/completions", self._budgets, json=body) as answer:
                chars = 0
                async for delta in _Deltas(answer):
                    if delta.text:
                        attempt.answered()
                        yield delta.text
                        answer.progressed()
                        chars += len(delta.text)
                    if chars >= MAX_REPLY_CHARS:
                        return
                if not chars:
                    raise BadAnswer

    def _messages(self, context: Context, heard: Hypothesis) -> list[dict[str, str]]:
        first = [{"role": "system", "content": self._instructions}] if self._instructions else []
        before = [{"role": turn.speaker.value, "content": turn.text} for turn in context.turns()]
        return [*first, *before, {"role": "user", "content": heard.text}]


class _Deltas:
    """The deltas of an answer, in order, until `[DONE]`, a reason to finish, or its end."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._events = AnswerEvents(answer, MAX_EVENT_BYTES)
        self._ended = False

    def __aiter__(self) -> "_Deltas":
        return self

    async def __anext__(self) -> Delta:
        if self._ended:
            await self._answer.drain()
            raise StopAsyncIteration
        match self._answer.content_type:
            case "text/event-stream":
                delta = read_completion(await anext(self._events))
            case "application/json":
                delta = read_completion(await self._answer.whole(MAX_BODY_BYTES))
            case _:
                raise BadAnswer
        self._ended = delta.finish is not None
        return delta
