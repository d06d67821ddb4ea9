"""The embedded ears with real processes, for tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.dialogue.script import load
from bot.engines.embedded.sphinx import SphinxStream, SphinxStt
from bot.engines.embedded.sphinx_pool import SphinxPool
from bot.engines.protocols import Audio
from tests.processes import PROC, descendants
from tests.voices import RATE_HZ, spoken

SCRIPT = load("en")


@asynccontextmanager
async def ears(cache: Path, size: int = 2, spare: int = 1) -> AsyncIterator[tuple[SphinxPool, SphinxStt]]:
    """Run a pool; afterwards nothing of it is left."""
    files, children = open_files(), descendants()
    async with SphinxPool(SCRIPT, size=size, spare=spare, cache=cache) as pool:
        yield pool, SphinxStt(pool)
    assert descendants() <= children
    assert open_files() <= files


def open_files() -> int:
    """Return how many files this process has open."""
    return len(list((PROC / "self" / "fd").iterdir()))


def say(ears: SphinxStream, pcm: bytes) -> None:
    """Push speech as it comes in a call, 20 ms at a time."""
    for start in range(0, len(pcm), 640):
        ears.push(Audio(pcm[start : start + 640], RATE_HZ))


def soon(seconds: float = 20.0) -> float:
    """Return a deadline."""
    return asyncio.get_running_loop().time() + seconds


async def understood(ears: SphinxStream, text: str, voice: str = "rms") -> str:
    """Say something; return what was understood."""
    say(ears, spoken(text, voice))
    return (await ears.finish(soon())).text
