"""One caller at the desk: what happens on each message, event and tick.

Everything arrives through one inbox and is handled one at a time, so that nothing here can interleave.
"""

from collections.abc import Callable

import structlog

from matcher import errors, events, wire
from matcher.domain import EndReason
from matcher.placed import Active, Gone, Offered, Placed, Waiting
from server.limits import Limit
from server.queue.call import CallWatch
from server.queue.desk import Desk, Send
from server.queue.phases import Phase, check
from server.queue.place import Place
from server.queue.relay_hold import RelayHold
from server.queue.switchboard import Lost, Parted, Resync, Switchboard, Tick

log = structlog.get_logger()


class Goodbye(Exception):
    """The page said that it leaves."""


class Caller:
    """The session behind one queue socket.

    Args:
        desk: The process's collaborators.
        board: Where events for this session come from.
        who: Pseudonym of the caller's address, for limits.
        send: Sends one message to the page.
        post: Puts an item into this session's own inbox.
    """

    def __init__(self, desk: Desk, board: Switchboard, who: str, send: Send, post: Callable[[object], None]) -> None:
        self.ticket_id: str | None = None
        self.phase = Phase.NEW
        self.post = post
        self._desk = desk
        self._board = board
        self._who = who
        self._send = send
        self._place = Place(desk, board, self, send)
        self._relay = RelayHold(desk, who, send)
        self._call: CallWatch | None = None
        self._heard_ms = desk.clock.now_ms()

    # What the switchboard asks.

    def alive(self, now_ms: int) -> bool:
        """Say whether the page was heard lately; a dead page's lease is not renewed."""
        return now_ms - self._heard_ms < self._desk.terms.silence_s * 1000

    def due(self, now_ms: int) -> bool:
        """Say whether something is to be done by now."""
        if not self.alive(now_ms):
            return True
        if self._call:
            return self._call.overdue(now_ms) is not None
        return self.phase is Phase.QUEUED and now_ms - self._place.told_ms >= self._desk.terms.position_s * 1000

    # What arrives.

    async def receive(self, item: object) -> None:
        """Handle one item of the inbox.

        Raises:
            SottoError: The page broke a rule or cannot be served; the socket closes with it.
            Goodbye: The page left.
        """
        match item:
            case wire.ClientMessage():
                await self._on_message(item)  # type: ignore[arg-type] # the union holds every subclass
            case Tick():
                await self._on_tick()
            case Lost(ticket_id) if ticket_id == self.ticket_id:
                await self._on_lost()
            case Resync():
                await self._on_resync()
            case events.SupersededEvent():
                raise errors.Superseded
            # An event of an older ticket is stale and means nothing.
            case _ if self.ticket_id and getattr(item, "ticket_id", None) == self.ticket_id:
                await self._on_event(item)

    async def _on_message(self, message: wire.AnyClientMessage) -> None:
        check(self.phase, message)
        self._heard_ms = self._desk.clock.now_ms()
        match message:
            case wire.Hello():
                await self._on_hello(message)
            case wire.Ready() if self.phase is Phase.PREPARING:
                await self._desk.limiter.take(Limit.JOINS, self._who)
                await self._placed(await self._place.enter())
            case wire.Heartbeat():
                await self._send(wire.Alive())
            case wire.Leave():
                raise Goodbye
            case wire.Next() if self.phase in (Phase.CALL, Phase.IDLE):
                await self._end_in_redis(EndReason.HANGUP)
                self._call = None
                self._place.drop()
                self._place.joined_ms = 0
                await self._prepare()
            case wire.Ack() | wire.Connected() | wire.Failed() | wire.Hangup() | wire.Block():
                if self._call and self._call.call_id == message.call_id:
                    await self._on_call_message(message, self._call)

    async def _on_hello(self, hello: wire.Hello) -> None:
        self._place.caller_id = self._desk.sessions.verify(hello.token).sub
        self._place.prefs = hello.prefs
        self._board.add(self)
        if left := self._board.parted.pop(self._place.caller_id, None):
            self._relay.held, self._place.joined_ms = left.credentials, left.joined_ms
        match await self._place.attach():
            case (_, Active(call_id=call_id) as active) if call_id == hello.call_id:
                await self._resume(active)
            case (_, (Waiting() | Offered() | Active()) as placed):
                await self._placed(placed)
            case _ if hello.call_id:
                self.phase = Phase.IDLE
                await self._send(wire.Ended(hello.call_id, EndReason.GONE))
            case _:
                await self._prepare()

    async def _on_call_message(self, message: wire.ClientMessage, call: CallWatch) -> None:
        room = self._desk.room
        match message:
            case wire.Ack() if not call.active and self.ticket_id:
                # Gone: the call has just ended, and the event that says why is on its way.
                self._take_note(await room.ack(self.ticket_id, call.call_id))
            case wire.Connected() if not call.connected and self.ticket_id:
                call.connect(self._desk.clock.now_ms())
                self._desk.metrics.connected(call.setup_s)
                log.info("call.connected", call_id=call.call_id)
                await room.connected(self.ticket_id, call.call_id)
            case wire.Failed(stage=stage):
                await self._fail(stage)
            case wire.Hangup():
                await self._finish(EndReason.HANGUP)
            case wire.Block() if self.ticket_id:
                if partner := await room.partner_of(self.ticket_id, call.call_id):
                    await room.block(self._place.caller_id, partner)
                await self._finish(EndReason.HANGUP)

    async def _on_event(self, event: object) -> None:
        call = self._call
        match event:
            case events.OfferEvent(call_id=call_id, side=side, partner=partner):
                await self._placed(Offered(call_id, side, partner))
            case events.ActiveEvent(call_id=call_id) if call and call.call_id == call_id:
                self._activate(call)
            case events.RequeuedEvent(call_id=call_id, joined_ms=joined_ms):
                if call and call.call_id == call_id:
                    await self._send(wire.Ended(call_id, EndReason.PARTNER_LOST, requeued=True))
                await self._placed(Waiting(joined_ms))
            case events.EndedEvent(call_id=call_id, reason=reason) if call and call.call_id == call_id:
                await self._over(reason)
            case events.ExpiredEvent():
                # Our acknowledgement came too late, yet the page is alive: it keeps its place.
                await self._over(EndReason.FAILED)

    async def _on_tick(self) -> None:
        now_ms = self._desk.clock.now_ms()
        if not self.alive(now_ms):
            raise errors.TimedOut
        match self._call.overdue(now_ms) if self._call else None:
            case EndReason.MAX_LENGTH:
                await self._finish(EndReason.MAX_LENGTH)
            case EndReason.FAILED:
                await self._fail("server")
        if self.phase is Phase.QUEUED and not self._call:
            await self._place.tell(changed_only=True)
            await self._relay.freshen()

    async def _on_lost(self) -> None:
        """Redis forgot us: this process is the source of truth and puts the ticket, or the call, back."""
        call = self._call
        if call and call.active:
            ticket = await self._place.ticket()
            await self._desk.room.restore(ticket, call.call_id, call.side, connected=call.connected)
            return
        if call:
            await self._send(wire.Ended(call.call_id, EndReason.PARTNER_LOST, requeued=True))
            self._call = None
        await self._placed(await self._place.enter())

    async def _on_resync(self) -> None:
        if self._call and self.ticket_id:
            placed = await self._desk.room.ack(self.ticket_id, self._call.call_id)
            self._take_note(placed)
            if isinstance(placed, Gone):
                await self._over(EndReason.PARTNER_LOST)
        elif self.phase is Phase.QUEUED:
            await self._placed(await self._place.again())

    # Steps of the way.

    async def _prepare(self) -> None:
        """Hand out fresh relay credentials; the page builds its connection and answers `ready`."""
        self.phase = Phase.PREPARING
        await self._relay.hand_out()

    async def _placed(self, placed: Placed) -> None:
        match placed:
            case Waiting(joined_ms):
                self.phase, self._call = Phase.QUEUED, None
                self._place.joined_ms = joined_ms
                await self._place.tell(changed_only=False)
            case Offered() | Active():
                if self._call is None or self._call.call_id != placed.call_id:
                    await self._tell_match(placed)
                self._take_note(placed)
            case Gone():
                raise errors.Superseded

    async def _tell_match(self, placed: Offered | Active) -> None:
        self._call = self._desk.watch(placed)
        self.phase = Phase.QUEUED
        self._desk.metrics.matched(self._desk.clock.now_ms() - self._place.joined_ms)
        log.info("call.matched", call_id=placed.call_id)
        await self._send(self._desk.matched(placed))

    def _take_note(self, placed: Placed) -> None:
        """Both pages have the match, when the waiting room says so."""
        if isinstance(placed, Active) and self._call and self._call.call_id == placed.call_id:
            self._activate(self._call)

    async def _resume(self, placed: Active) -> None:
        self._call = self._desk.watch(placed)
        self._activate(self._call)
        # The page would not come back for a call without audio: from here on only its length counts.
        self._call.connect(self._desk.clock.now_ms())
        await self._send(wire.Resumed(placed.call_id, self._desk.channel(placed.call_id, placed.side)))

    def _activate(self, call: CallWatch) -> None:
        call.active = True
        self.phase = Phase.CALL

    # Ends.

    async def _fail(self, stage: str) -> None:
        """The call did not come to be, or its path died: both sides are told."""
        self._desk.metrics.failures.labels(stage).inc()
        await self._end_in_redis(EndReason.FAILED)
        await self._over(EndReason.FAILED)

    async def _finish(self, reason: EndReason) -> None:
        """End the call for good, and stay without a place."""
        await self._end_in_redis(reason)
        await self._over(reason, for_good=True)

    async def _end_in_redis(self, reason: EndReason) -> None:
        if self._call and self.ticket_id:
            await self._desk.room.end(self.ticket_id, self._call.call_id, reason)

    async def _over(self, reason: EndReason, *, for_good: bool = False) -> None:
        """Tell the page that its call is over; one that never came to talking keeps its place."""
        call, self._call = self._call, None
        self._place.drop()
        if call is None:
            return
        self._desk.metrics.endings.labels(reason).inc()
        log.info("call.ended", call_id=call.call_id, reason=str(reason))
        requeued = not call.connected and not for_good
        await self._send(wire.Ended(call.call_id, reason, requeued=requeued))
        if requeued:
            await self._prepare()
        else:
            self.phase = Phase.IDLE
            self._relay.give_back()

    async def part(self, *, stays: bool, superseded: bool = False) -> None:
        """The socket is gone.

        Args:
            stays: It was lost, not closed: keep the place and the call for a while.
            superseded: A newer socket of the same page holds both already.
        """
        ticket_id = self.ticket_id
        self._board.remove(self)
        if superseded:
            return  # credentials included: the page still talks through them
        if not stays or self.phase in (Phase.NEW, Phase.IDLE):
            self._relay.give_back()
            if ticket_id:
                await self._desk.room.leave(ticket_id, epoch=self._place.epoch)
            return
        grace_ms = int(self._desk.terms.grace_s * 1000)
        until_ms = self._desk.clock.now_ms() + grace_ms
        self._board.parted[self._place.caller_id] = Parted(self._place.joined_ms, self._relay.held, until_ms)
        if ticket_id:
            await self._desk.room.detach(ticket_id, grace_ms, epoch=self._place.epoch)
