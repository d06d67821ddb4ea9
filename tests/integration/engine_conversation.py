"""A conversation with a fake Realtime server: what tests of it say, and wait for."""

import asyncio
from contextlib import aclosing

from bot.engines.guard import Guard
from bot.engines.limiter import Limiter
from bot.engines.openai.endpoint import Budgets, Endpoint
from bot.engines.openai.realtime import RealtimeEngine
from bot.engines.openai.realtime_converser import RATE_HZ, RealtimeConverser
from bot.engines.protocols import Audio, ConverserEvent, Ended
from matcher.settings import Secret
from tests.conftest import until
from tests.fakes.openai import KEY
from tests.fakes.realtime import FakeRealtime
from tests.integration.engine_world import PATIENT

VOICE = Audio(b"\1\0" * 2400, RATE_HZ)
SILENCE = Audio(bytes(4800), RATE_HZ)


def engine(
    fake: FakeRealtime, budgets: Budgets = PATIENT, *, base_url: str = "", key: str = KEY, guard: Guard | None = None
) -> RealtimeEngine:
    """Return the engine."""
    guard = guard or Guard(Limiter(target_s=10), asyncio.get_running_loop().time)
    endpoint = Endpoint(base_url or fake.base_url, "a model", Secret(key), {"max_output_tokens": 200})
    return RealtimeEngine(
        endpoint, guard, voice="marin", transcriber="a writer", language="en", instructions="Be brief.", budgets=budgets
    )


async def up_to(converser: RealtimeConverser, last: type[ConverserEvent]) -> list[ConverserEvent]:
    """Return what happens up to the first event of a type."""
    happened: list[ConverserEvent] = []
    async with aclosing(converser.events()) as events:
        async for event in events:
            happened.append(event)
            if isinstance(event, last):
                break
    return happened


async def said(
    fake: FakeRealtime, converser: RealtimeConverser, last: type[ConverserEvent] = Ended
) -> list[ConverserEvent]:
    """Speak, wait until both halves were heard apart, and return what happens, until the answer ends usually."""
    before = len(fake.heard)
    converser.push(VOICE)
    await until(lambda: len(fake.heard) > before, "the voice")
    converser.push(SILENCE)
    return await up_to(converser, last)
