"""Brings the waiting room's events to the sessions of this process, and keeps their leases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from matcher import events
from matcher.clock import Clock
from matcher.events import SupersededEvent
from matcher.waiting_room import WaitingRoom
from server.relay.pool import RelayPool
from server.relay.provider import RelayCredentials

log = structlog.get_logger()

RENEW_S = 4.0
TICK_S = 1.0


class Seat(Protocol):
    """A session as the switchboard sees it."""

    ticket_id: str | None

    def post(self, item: object) -> None:
        """Put an event or `TICK` into the session's inbox."""

    def alive(self, now_ms: int) -> bool:
        """Say whether the page was heard lately; only then its lease is renewed."""

    def due(self, now_ms: int) -> bool:
        """Say whether the session has something to do by now."""


@dataclass(frozen=True)
class Tick:
    """Something is due."""


@dataclass(frozen=True)
class Lost:
    """Redis no longer knows this ticket."""

    ticket_id: str


@dataclass(frozen=True)
class Resync:
    """Events may have been missed: read the ticket's state again."""


@dataclass(frozen=True)
class Parted:
    """What a lost socket leaves behind for its successor in this process."""

    joined_ms: int
    credentials: RelayCredentials | None
    until_ms: int


class Switchboard:
    """Every session of one process, by ticket and by caller."""

    def __init__(self, worker: str, room: WaitingRoom, clock: Clock, relays: RelayPool) -> None:
        self._worker = worker
        self._room = room
        self._clock = clock
        self._relays = relays
        self._seats: set[Seat] = set()
        self._by_ticket: dict[str, Seat] = {}
        self.parted: dict[str, Parted] = {}

    def add(self, seat: Seat) -> None:
        """Let a session take part in ticks and renewals."""
        self._seats.add(seat)

    def assign(self, seat: Seat, ticket_id: str | None) -> None:
        """Send a ticket's events to a session from now on; None: it has no ticket any more.

        A session that held the ticket so far is superseded: of two sockets of one page the newer one counts.
        """
        if seat.ticket_id and self._by_ticket.get(seat.ticket_id) is seat:
            del self._by_ticket[seat.ticket_id]
        seat.ticket_id = ticket_id
        if ticket_id:
            if (older := self._by_ticket.get(ticket_id)) is not None and older is not seat:
                older.post(SupersededEvent(ticket_id))
            self._by_ticket[ticket_id] = seat

    def remove(self, seat: Seat) -> None:
        """Forget a session."""
        self.assign(seat, None)
        self._seats.discard(seat)

    def _expire_parted(self, now_ms: int) -> None:
        """Forget what nobody came back for."""
        for caller in [caller for caller, left in self.parted.items() if left.until_ms <= now_ms]:
            if credentials := self.parted.pop(caller).credentials:
                self._relays.give_back(credentials)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver, renew and tick for as long as the context is open."""
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(job()) for job in (self._deliver, self._renew, self._tick)]
            try:
                yield
            finally:
                for task in work:
                    task.cancel()

    async def _deliver(self) -> None:
        async with self._room.events(self._worker) as arriving:
            async for event in arriving:
                if isinstance(event, events.Resync):
                    for seat in self._by_ticket.values():
                        seat.post(Resync())
                elif (holder := self._by_ticket.get(event.ticket_id)) is not None:
                    holder.post(event)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            now = self._clock.now_ms()
            held = [ticket for ticket, seat in self._by_ticket.items() if seat.alive(now)]
            try:
                gone = await self._room.renew(self._worker, held)
            except RedisError as fault:
                log.warning("queue.renew_failed", exc_info=fault)
                continue
            for ticket in gone:
                if (loser := self._by_ticket.get(ticket)) is not None:
                    loser.post(Lost(ticket))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = self._clock.now_ms()
            for seat in self._seats:
                if seat.due(now):
                    seat.post(Tick())
            self._expire_parted(now)
