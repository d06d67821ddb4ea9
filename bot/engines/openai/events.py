"""The events of a streamed answer."""

from collections.abc import Iterator
from typing import Self

from bot.engines.errors import BadAnswer
from bot.engines.openai.client import Answer
from bot.engines.openai.sse import MAX_EVENT_BYTES, EventParser, OversizeEvent


class AnswerEvents:
    """The data of an answer's events, in order, until `[DONE]` or its end. Nothing has to be closed when it is left.

    Args:
        answer: The answer; whoever opened it closes it.
        limit: The most bytes one event may have.
    """

    def __init__(self, answer: Answer, limit: int = MAX_EVENT_BYTES) -> None:
        self._answer = answer
        self._parser = EventParser(limit)
        self._ready: Iterator[str] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        """Return the next event's data.

        Raises:
            EngineError: No token in time, a broken connection, or an event beyond the limit.
        """
        while True:
            try:
                data = next(self._ready, None)
            except OversizeEvent:
                raise BadAnswer from None
            if data == "[DONE]":
                await self._answer.drain()
                raise StopAsyncIteration
            if data is not None:
                return data
            self._ready = self._parser.feed(await anext(self._answer))
