"""What the calls of one worker share, and the words in which they say how they ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

from redis.exceptions import RedisError

from bot.door import Door
from bot.parts import Parts
from matcher.domain import EndReason
from matcher.waiting_room import WaitingRoom

AGAIN_S = 0.2

Answer = TypeVar("Answer")


class Outcome(Enum):
    """What became of a job."""

    LATE = auto()  # too old to be worth a try
    MISSED = auto()  # somebody was quicker, or the caller left
    FELL_THROUGH = auto()  # claimed, and not acknowledged by both
    TALKED = auto()


@dataclass(frozen=True)
class Lost:
    """Redis no longer knows this ticket."""

    ticket_id: str


@dataclass(frozen=True)
class Over:
    """The call has ended for this reason.

    `known`: the waiting room knows it already. `alone`: nobody is there to whom a goodbye could be said.
    """

    reason: EndReason
    known: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Bench:
    """What all calls of one worker share. `owe` has something done in the waiting room as soon as Redis answers."""

    worker: str
    room: WaitingRoom
    door: Door
    parts: Parts
    owe: Callable[[Callable[[], Awaitable[object]]], None]


async def surely(act: Callable[[], Awaitable[Answer]], seconds: float) -> Answer:
    """Do it, again and again for so long while Redis does not answer; it must be safe to do twice."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + seconds
    while True:
        try:
            return await act()
        except RedisError:
            if loop.time() >= until_s:
                raise
        await asyncio.sleep(AGAIN_S)
