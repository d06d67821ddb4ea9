"""A fake endpoint, the shared client and a guard, and what has to be true when a test with them ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.engines.guard import Guard
from bot.engines.limiter import Limiter
from bot.engines.openai.client import EngineClient
from bot.engines.openai.endpoint import Budgets, Endpoint
from matcher.settings import Secret
from tests.conftest import until
from tests.fakes.openai import KEY, FakeOpenAI, Scripted, openai

PATIENT = Budgets(connect_s=10, first_s=10, stall_s=10)
HASTY = Budgets(connect_s=10, first_s=0.2, stall_s=0.2)


@dataclass
class EngineWorld:
    """What an engine is built from."""

    fake: FakeOpenAI
    client: EngineClient
    guard: Guard

    def endpoint(self, **extra: object) -> Endpoint:
        """Return the fake's endpoint."""
        return Endpoint(self.fake.base_url, "some-model", Secret(KEY), extra)

    def will(self, *answers: Scripted) -> None:
        """Let the next requests be answered so."""
        self.fake.answers.extend(answers)

    async def closed(self) -> None:
        """Wait until nothing is open at the server."""
        await until(lambda: self.fake.sockets == 0, "the end of all connections")


@asynccontextmanager
async def engine_world() -> AsyncIterator[EngineWorld]:
    """Open a world. In the end no request is under way, no place is taken and no socket is open."""
    async with openai() as fake:
        async with EngineClient() as client:
            world = EngineWorld(fake, client, Guard(Limiter(target_s=10), asyncio.get_running_loop().time))
            yield world
            await until(lambda: fake.busy == 0, "the end of all requests")
            assert world.guard.limiter.in_flight == 0
        await world.closed()


async def cancel_twice(consume: Callable[[asyncio.Event], Coroutine[Any, Any, None]], steps: int) -> None:
    """Cancel whoever consumes a stream once it has begun, and again so many steps of the event loop later."""
    began = asyncio.Event()
    task = asyncio.create_task(consume(began))
    await began.wait()
    task.cancel()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
