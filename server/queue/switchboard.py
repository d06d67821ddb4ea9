"""Brings the waiting room's events to the sessions of this process, and keeps their leases."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from matcher import events
from matcher.clock import Clock
from matcher.domain import Holder
from matcher.events import DescribedEvent, SupersededEvent, TicketEvent
from matcher.parameters import Description
from matcher.waiting_room import WaitingRoom
from server.queue.parting import PartedPages
from server.relay.pool import RelayPool

log = structlog.get_logger()

RENEW_S = 4.0
TICK_S = 1.0
MAX_OWED = 10_000


class Seat(Protocol):
    """A session as the switchboard sees it."""

    ticket_id: str | None

    def post(self, item: object) -> None:
        """Put an event into the session's inbox."""

    def alive(self, now_ms: int) -> bool:
        """Say whether the page was heard lately; only then its lease is renewed."""

    def due(self, now_ms: int) -> bool:
        """Say whether the session has something to do by now."""

    def give_description(self, call_id: str) -> Description | None:
        """Give the description of the page's connection to a call, unless the call has it."""


@dataclass(frozen=True)
class Tick:
    """Something is due."""


@dataclass(frozen=True)
class Lost:
    """Redis no longer knows this ticket."""

    ticket_id: str


class Switchboard:
    """Every session of one process, by ticket and by caller."""

    def __init__(self, worker: str, room: WaitingRoom, stopwatch: Clock, relays: RelayPool) -> None:
        self.parted = PartedPages(relays)
        self._worker = worker
        self._room = room
        self._stopwatch = stopwatch
        self._owed: deque[Callable[[], Awaitable[object]]] = deque(maxlen=MAX_OWED)
        self._seats: set[Seat] = set()
        self._by_ticket: dict[str, Seat] = {}

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

    def remove(self, seat: Seat) -> bool:
        """Forget a session.

        Returns:
            False when a newer socket of the same page, here or elsewhere, has taken its ticket over.
        """
        ours = seat.ticket_id is None or self._by_ticket.get(seat.ticket_id) is seat
        self.assign(seat, None)
        self._seats.discard(seat)
        return ours

    def owe(self, what: Callable[[], Awaitable[object]]) -> None:
        """Do something in the waiting room as soon as Redis answers again; it must be safe to do twice."""
        self._owed.append(what)

    def description_of(self, holder: Holder, call_id: str) -> Description | None:
        """Ask the session of a partner for its side's description; None: it is in another process, or will tell."""
        seat = self._by_ticket.get(holder.ticket_id) if holder.worker == self._worker else None
        return seat.give_description(call_id) if seat else None

    async def describe(self, holder: Holder, call_id: str, description: Description) -> None:
        """Tell the session of a partner, in whatever process, what it needs to connect to this side.

        It is worth no second try: the same goes by the call's channel.
        """
        if holder.worker == self._worker:
            self._route(DescribedEvent(holder.ticket_id, call_id, description))
            return
        try:
            await self._room.describe(holder, call_id, description)
        except RedisError as fault:
            log.warning("queue.unavailable", exc_info=fault)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver, renew and tick for as long as the context is open."""
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(self._keep_up(job)) for job in (self._deliver, self._renew, self._tick)]
            try:
                yield
            finally:
                for task in work:
                    task.cancel()

    async def _keep_up(self, job: Callable[[], Awaitable[object]]) -> None:
        """Run a job that never ends; a bug in it is logged, and costs the others no more than a moment."""
        while True:
            try:
                await job()
            except Exception as bug:  # whatever it is, every caller of this process depends on the job
                log.error("switchboard.crashed", exc_info=bug)
            await asyncio.sleep(TICK_S)

    async def _deliver(self) -> None:
        async with self._room.events(self._worker) as arriving:
            async for event in arriving:
                if isinstance(event, events.Resync):
                    for seat in self._by_ticket.values():
                        seat.post(event)
                else:
                    self._route(event)

    def _route(self, event: TicketEvent) -> None:
        holder = self._by_ticket.get(event.ticket_id)
        if isinstance(event, SupersededEvent):
            # From this moment on, whatever becomes of the socket here.
            self._by_ticket.pop(event.ticket_id, None)
            self.parted.moved(event.ticket_id)
        if holder:
            holder.post(event)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            now = self._stopwatch.now_ms()
            held = [ticket for ticket, seat in self._by_ticket.items() if seat.alive(now)]
            try:
                gone = await self._room.renew(self._worker, held)
                await self._pay()
            except RedisError as fault:
                log.warning("queue.renew_failed", exc_info=fault)
                continue
            for ticket in gone:
                if (loser := self._by_ticket.get(ticket)) is not None:
                    loser.post(Lost(ticket))

    async def _pay(self) -> None:
        while self._owed:
            act = self._owed.popleft()
            try:
                await act()
            except RedisError:
                self._owed.appendleft(act)
                raise

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = self._stopwatch.now_ms()
            for seat in self._seats:
                if seat.due(now):
                    seat.post(Tick())
            self.parted.expire(now)
