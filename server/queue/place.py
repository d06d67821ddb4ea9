"""One caller's place in the queue: the ticket and its age."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from msgspec.structs import replace
from redis.exceptions import RedisError

from matcher import wire
from matcher.domain import CallerId, EndReason, Hitch
from matcher.placed import Active, Placed, Position, Ticket
from matcher.policy import rungs
from matcher.waiting_room import MAX_BLOCKS
from server.queue.call import CallWatch
from server.queue.desk import Desk, Send
from server.queue.hitches import hitch, understands
from server.queue.parting import Parted
from server.queue.switchboard import Seat, Switchboard
from server.relay.provider import RelayCredentials

log = structlog.get_logger()


class Place:
    """Enters the waiting room for one caller and tells the page where it stands.

    Args:
        desk: The process's collaborators.
        board: Learns which ticket belongs to which session.
        seat: The session.
        send: Sends one message to the page.
    """

    def __init__(self, desk: Desk, board: Switchboard, seat: Seat, send: Send) -> None:
        self.caller_id = ""
        self.prefs = wire.Prefs(languages=("en",))
        self.epoch = 0  # grows with each socket and each ticket of this caller
        self.joined_ms = 0  # 0: not waiting yet
        self.told_ms = 0
        self._desk = desk
        self._board = board
        self._seat = seat
        self._send = send
        self._told: Position | None = None
        self._blocked: tuple[CallerId, ...] = ()  # the newest first

    async def attach(self) -> tuple[str, Placed] | None:
        """Take over the live ticket of this caller, if there is one, from whatever socket held it."""
        self.epoch, held = await self._desk.room.attach(self.caller_id, self._desk.worker)
        if held:
            self._board.assign(self._seat, held[0])
        # Without a ticket as well: from now on this process can remind Redis of them.
        await self._avoided()
        return held

    async def enter(self) -> Placed:
        """Enter with a new ticket, at the age that this caller has."""
        now_ms = await self._desk.room.now_ms()
        self.epoch = max(self.epoch + 1, now_ms)
        self.joined_ms = self.joined_ms or now_ms
        # Events may arrive before the reply does.
        self._board.assign(self._seat, secrets.token_urlsafe(16))
        return await self.again()

    async def again(self) -> Placed:
        """Read where the current ticket stands; a lost one is put back."""
        return await self._desk.room.enter(await self.ticket())

    async def ticket(self) -> Ticket:
        """Return the current ticket as the waiting room takes it."""
        return Ticket(
            id=self._seat.ticket_id or "",
            caller=self.caller_id,
            epoch=self.epoch,
            joined_ms=self.joined_ms,
            worker=self._desk.worker,
            rungs=rungs(self.prefs),
            avoid=await self._avoided(),
            # Whoever cannot talk to it is better off without.
            bots=self.prefs.bots and understands(self.prefs, self._desk.bot_language),
        )

    async def _avoided(self) -> tuple[CallerId, ...]:
        """Return whom never to meet. What Redis has forgotten since this socket was opened is put back."""
        remembered = await self._desk.room.blocked(self.caller_id)
        forgotten = tuple(partner for partner in self._blocked if partner not in remembered)
        for partner in reversed(forgotten):
            await self._desk.room.block(self.caller_id, partner)
        self._blocked = (*forgotten, *remembered)[:MAX_BLOCKS]
        return self._blocked

    async def restore(self, call: CallWatch, partner: CallerId) -> Placed:
        """Put this side of a running call with `partner` ('': not known) back, if it is lost; read where it stands."""
        return await self._restore(await self.ticket(), call, partner)

    async def revive(self, call_id: str) -> tuple[str, Placed] | None:
        """Put a call back that Redis forgot while the page had no socket, and take it over.

        Returns:
            As `attach`; None: the page left no such call at this process, or it has ended.
        """
        left = self._board.parted.of(self.caller_id)
        if not left or not left.ticket_id or not left.call or not left.call.active or left.call.call_id != call_id:
            return None
        ticket = replace(await self.ticket(), id=left.ticket_id, epoch=left.epoch)
        restored = await self._restore(ticket, left.call, left.met.get(call_id, ""))
        return await self.attach() if isinstance(restored, Active) else None

    async def _restore(self, ticket: Ticket, call: CallWatch, partner: CallerId) -> Placed:
        talked_ms = call.talked_ms(self._desk.stopwatch.now_ms())
        connected_ms = 0 if talked_ms is None else await self._desk.room.now_ms() - talked_ms
        return await self._desk.room.restore(
            ticket, call.call_id, call.side, connected_ms=connected_ms, partner=partner, partner_is=call.partner
        )

    def waited_ms(self) -> int | None:
        """Return how long this caller has waited, or None when that is known elsewhere only."""
        return self._desk.clock.now_ms() - self.joined_ms if self.joined_ms else None

    async def tell_unavailable(self) -> None:
        """Tell the page once that nobody can be matched for now; it keeps the place that it was told last."""
        if self._told and self._told.hitch is not Hitch.UNAVAILABLE:
            self._told = self._told._replace(estimate_s=None, hitch=Hitch.UNAVAILABLE)
            await self._send(wire.Waiting(*self._told))

    def drop(self) -> None:
        """The ticket is no longer ours."""
        self._board.assign(self._seat, None)

    async def part(
        self,
        ticket_id: str | None,
        call: CallWatch | None,
        met: dict[str, CallerId],
        credentials: tuple[RelayCredentials, ...],
    ) -> None:
        """The socket was lost: keep the place, and the call, for the page that comes back."""
        until_ms = self._desk.stopwatch.now_ms() + int(self._desk.terms.grace_s * 1000)
        left = Parted(ticket_id, self.epoch, call, met, self.joined_ms, credentials, until_ms)
        self._board.parted.keep(self.caller_id, left)
        await self.let_go(ticket_id)

    async def let_go(self, ticket_id: str | None) -> None:
        """Nobody holds the ticket for now: it waits for the page that comes back."""
        if ticket_id:
            grace_ms = int(self._desk.terms.grace_s * 1000)
            await self._surely(partial(self._desk.room.detach, ticket_id, grace_ms, epoch=self.epoch))

    async def leave(self, ticket_id: str | None) -> None:
        """The page went for good."""
        if ticket_id:
            await self._surely(partial(self._desk.room.leave, ticket_id, epoch=self.epoch))

    async def end(self, ticket_id: str, call_id: str, reason: EndReason) -> None:
        """End the call for both."""
        await self._surely(partial(self._desk.room.end, ticket_id, call_id, reason))

    async def block(self, partner: CallerId) -> None:
        """Never meet this partner again."""
        self._blocked = (partner, *self._blocked)[:MAX_BLOCKS]
        await self._surely(partial(self._desk.room.block, self.caller_id, partner))

    async def block_met_in(self, call_id: str) -> None:
        """Never meet again whom this caller met in a call, if the waiting room remembers."""

        async def block() -> None:
            if partner := await self._desk.room.partner_of(self.caller_id, call_id):
                await self.block(partner)

        await self._surely(block)

    async def _surely(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do it now, or as soon as Redis answers again: nobody is there any more who would try once more."""
        try:
            await act()
        except RedisError as fault:
            log.warning("queue.unavailable", exc_info=fault)
            self._board.owe(act)

    async def tell(self, *, changed_only: bool) -> None:
        """Tell the page its position, the expected wait and what stands in the way."""
        self.told_ms = self._desk.stopwatch.now_ms()
        if self._seat.ticket_id is None:
            return
        now = await self._desk.room.position(self._seat.ticket_id)
        why = hitch(now.hitch, self.prefs, bots=self._desk.bots, bot_language=self._desk.bot_language)
        now = now._replace(hitch=why)
        if now != self._told or not changed_only:
            self._told = now
            await self._send(wire.Waiting(*now))
