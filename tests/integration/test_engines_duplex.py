"""What a Realtime server remembers of a conversation that a caller hears."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from bot.conversation.duplex import Duplex
from bot.conversation.ears import FRAME_BYTES
from bot.engines.once import end
from bot.engines.protocols import Context
from bot.media.playout import Playout
from tests.conftest import until
from tests.fakes.realtime import FakeRealtime, realtime
from tests.integration.engine_conversation import engine

VOICE, SILENCE = b"\0\1" * (FRAME_BYTES // 2), bytes(FRAME_BYTES)
ANSWER_MS = 300


class Caller:
    """Speaks into a conversation, and hears what it says."""

    def __init__(self, fake: FakeRealtime) -> None:
        self._fake = fake
        self._playout = Playout()
        self.duplex = Duplex(
            engine(fake), self._playout, Context(), floor=lambda: True, number=itertools.count(1).__next__,
            spoke=lambda: None, ruled=lambda _: False,
        )  # fmt: skip

    async def says(self) -> None:
        """Speak, and wait for the whole answer."""
        await self._sends(VOICE)
        for _ in range(2):  # the first one still has the end of the voice in it
            await self._sends(SILENCE)
        await until(self._is_answered, "an answer")

    def _is_answered(self) -> bool:
        # What the resampler holds back comes with the end, and would be played behind what was played by then.
        answer = self.duplex._answer
        return answer is not None and answer.ended and self._playout.queued_ms == ANSWER_MS

    async def _sends(self, frame: bytes) -> None:
        before = len(self._fake.heard)
        self.duplex.hear(frame)
        await until(lambda: len(self._fake.heard) > before, "the server's hearing it")

    def hears(self, ms: int) -> None:
        """Let so much be played."""
        for _ in range(ms // 20):
            self._playout.frame()
            self.duplex.watch()


@pytest.fixture
async def fake() -> AsyncIterator[FakeRealtime]:
    """A fake endpoint."""
    async with realtime() as server:
        yield server


async def test_the_server_remembers_what_the_caller_heard(fake: FakeRealtime) -> None:
    """An answer that was played to its end, whole; one that the caller spoke into, as far as it was played."""
    caller = Caller(fake)
    run = asyncio.create_task(caller.duplex.run())
    try:
        for heard_ms in (ANSWER_MS, ANSWER_MS, 100):
            await caller.says()
            caller.hears(heard_ms)
        await caller.says()
    finally:
        await end(run)
    truncated = [(cut["item_id"], cut["audio_end_ms"]) for cut in fake.of_type("conversation.item.truncate")]
    assert truncated == [("item_3", 100)]
