"""A waiting room on a real Redis with a clock that stands still, tickets for it, and an ear for its events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from matcher.domain import Holder
from matcher.events import Event, Resync
from matcher.policy import rungs
from matcher.waiting_room import Active, Offered, Terms, Ticket, WaitingRoom
from matcher.wire import Prefs
from tests.fakes.clock import FakeClock

ENGLISH = Prefs(languages=("en",))


def an_id(name: str) -> str:
    """Return an identifier of 22 characters that begins with a name."""
    return f"{name:_<22}"


def ticket(name: str, prefs: Prefs = ENGLISH, *, worker: str = "w1", epoch: int = 1, **further: Any) -> Ticket:
    """Return a ticket of the caller `name`."""
    values: dict[str, Any] = {"id": an_id(f"t-{name}"), "joined_ms": 0, "rungs": rungs(prefs), **further}
    return Ticket(caller=an_id(name), epoch=epoch, worker=worker, **values)


def holder(of: Ticket) -> Holder:
    """Return where a ticket's socket is."""
    return Holder(of.worker, of.id, of.caller)


class Room(WaitingRoom):
    """A waiting room with its clock at hand; sweeps have no gap between them."""

    def __init__(self, redis: Redis, **terms: int) -> None:
        self.clock = FakeClock()
        super().__init__(redis, "test", self.clock, Terms(sweep_gap_ms=0, **terms))

    async def offer(self, one: Ticket, other: Ticket) -> Offered:
        """Bring two tickets into an offer; returns the second's side of it."""
        await self.enter(one)
        offered = await self.enter(other)
        assert isinstance(offered, Offered)
        return offered

    async def call(self, one: Ticket, other: Ticket) -> str:
        """Bring two tickets into a call; returns its id."""
        offered = await self.offer(one, other)
        await self.ack(one.id, offered.call_id)
        assert isinstance(await self.ack(other.id, offered.call_id), Active)
        return offered.call_id


class Ear:
    """What one worker has heard."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[Event] = asyncio.Queue()

    def note(self, event: Event) -> None:
        """Take an event."""
        self._heard.put_nowait(event)

    async def hears(self) -> Event:
        """Return the next event."""
        async with asyncio.timeout(5):
            return await self._heard.get()

    @property
    def silent(self) -> bool:
        """Whether nothing more was heard."""
        return self._heard.empty()


@asynccontextmanager
async def listening(room: WaitingRoom, worker: str) -> AsyncIterator[Ear]:
    """Listen for as long as the context is open; the first Resync has been heard already."""
    ear = Ear()

    async def listen() -> None:
        async with room.events(worker) as arriving:
            async for event in arriving:
                ear.note(event)

    listener = asyncio.create_task(listen())
    try:
        assert await ear.hears() == Resync()
        yield ear
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
