"""One caller at the desk: what happens on each message, event and tick.

Everything arrives through one inbox and is handled one at a time, so that nothing here can interleave.
"""

import structlog
from redis.exceptions import RedisError

from matcher import errors, events, wire
from matcher.domain import EndReason
from matcher.parameters import Description
from matcher.placed import Active, Offered, Waiting
from server.limits import Limit
from server.queue.call import CallWatch
from server.queue.phases import Phase, check
from server.queue.switchboard import Lost, Tick
from server.queue.switching import Switching

log = structlog.get_logger()


class Goodbye(Exception):
    """The page said that it leaves."""


class Caller(Switching):
    """The session behind one queue socket."""

    async def receive(self, item: object) -> None:
        """Handle one item of the inbox.

        Raises:
            SottoError: The page broke a rule or cannot be served; the socket closes with it.
            RedisError: What the page asked for cannot be done.
            Goodbye: The page left.
        """
        match item:
            case wire.ClientMessage():
                await self._on_message(item)  # type: ignore[arg-type] # the union holds every subclass
            case events.SupersededEvent():
                raise errors.Superseded
            case _:
                try:
                    await self._on_news(item)
                except RedisError as fault:
                    # Ours to try again, with the next tick or renewal; the page cannot help it.
                    log.warning("queue.unavailable", exc_info=fault)
                    if self.phase is Phase.QUEUED and not self._call:
                        await self._place.tell_unavailable()

    # What the page says.

    async def _on_message(self, message: wire.AnyClientMessage) -> None:
        check(self.phase, message)
        match message:
            case wire.Hello():
                await self._on_hello(message)
            # One that crosses with a match, or with its end, describes a connection that is not used.
            case wire.Ready(description=description) if not self._call and self.phase is not Phase.IDLE:
                self._descriptions.ready(description)
                if self.phase is Phase.PREPARING:
                    await self._desk.limiter.take(Limit.JOINS, self._who)
                    await self._placed(await self._place.enter())
            case wire.Heartbeat():
                await self._send(wire.Alive())
            case wire.Leave():
                raise Goodbye
            case wire.Next(call_id) if self._call or self.phase is Phase.IDLE:
                # One that crossed with a newer match leaves an older call.
                if not self._call or call_id in (None, self._call.call_id):
                    await self._end_in_room(EndReason.HANGUP)
                    await self._start_over()
            case wire.Block():
                await self._on_block(message.call_id)
            case (
                wire.Ack()
                | wire.Connected()
                | wire.Renew()
                | wire.Failed()
                | wire.Hangup()
                | wire.Switch()
                | wire.Stay()
            ):
                if self._call and self._call.call_id == message.call_id:
                    await self._on_call_message(message, self._call)

    async def _on_hello(self, hello: wire.Hello) -> None:
        self._session = self._desk.sessions.verify(hello.token)
        self._place.caller_id = self._session.sub
        self._place.prefs = hello.prefs
        held = await self._place.attach()
        if held is None and hello.call_id:
            held = await self._place.revive(hello.call_id)
        # Not before: what a page left waits for the hello that is served.
        self._board.add(self)
        if left := self._board.parted.claim(self._place.caller_id):
            self._relay.sets, self._place.joined_ms = left.credentials, left.joined_ms
            self._met = left.met
        match held:
            case (_, Active(call_id=call_id) as active) if call_id == hello.call_id:
                await self._resume(active)
            case (ticket_id, Active(call_id=call_id)):
                # The page ended this call while it could tell nobody.
                await self._place.end(ticket_id, call_id, EndReason.HANGUP)
                await self._start_over()
            case (_, Offered(call_id=call_id) as offered) if call_id == hello.call_id:
                # Other credentials would tell the page that the call which it builds is over.
                await self._placed(offered)
            case (_, placed):
                self.phase = Phase.QUEUED
                await self._relay.tell_again()
                await self._placed(placed)
            case _ if hello.call_id:
                self.phase = Phase.IDLE
                self._relay.give_back()
                await self._send(wire.Ended(hello.call_id, EndReason.GONE))
            case _:
                await self._prepare()

    async def _on_call_message(self, message: wire.ClientMessage, call: CallWatch) -> None:
        match message:
            case wire.Ack() if not call.active and self.ticket_id:
                # Anything but Active: the event that says why is on its way.
                self._take_note(await self._desk.room.ack(self.ticket_id, call.call_id))
            case wire.Connected() if not call.connected:
                await self._on_connected(call)
            case wire.Renew():
                await self._relay.renew(call.call_id)
            case wire.Failed(stage=stage):
                await self._fail(stage)
            case wire.Hangup():
                await self._finish(EndReason.HANGUP)
            case wire.Switch(description=description):
                await self._switch(call, description)
            case wire.Stay():
                await self._stay(call)

    async def _on_connected(self, call: CallWatch) -> None:
        call.connect(self._desk.stopwatch.now_ms())
        self._activate(call)  # whoever hears the partner knows that both have the match
        self._desk.metrics.connected(call.partner, call.setup_s)
        log.info("call.connected", call_id=call.call_id)
        try:
            await self._desk.room.connected(self.ticket_id or "", call.call_id)
        except RedisError as fault:
            # The two talk already: no reason to part the page from its socket.
            log.warning("queue.unavailable", exc_info=fault)
        await self._know_partner(call.call_id)

    async def _on_block(self, call_id: str) -> None:
        if partner := self._met.get(call_id):
            await self._place.block(partner)
        else:
            await self._place.block_met_in(call_id)
        if self._call and self._call.call_id == call_id:
            await self._finish(EndReason.HANGUP)

    # What the waiting room and the clock say.

    async def _on_news(self, item: object) -> None:
        match item:
            case Tick():
                await self._on_tick()
            case events.Resync():
                await self._reconcile()
            # What is about an older ticket is stale and means nothing.
            case Lost(ticket_id) if ticket_id == self.ticket_id:
                await self._reconcile()
            case _ if self.ticket_id and getattr(item, "ticket_id", None) == self.ticket_id:
                await self._on_event(item)

    async def _on_event(self, event: object) -> None:
        call = self._call
        match event:
            # One of the two is stale, or what came between them was missed.
            case events.OfferEvent(call_id=call_id) if call and call.call_id != call_id:
                await self._reconcile()
            case events.OfferEvent(call_id=call_id, side=side, partner=partner, holder=holder):
                await self._placed(Offered(call_id, side, partner, holder))
            case events.DescribedEvent(call_id=call_id, description=description):
                await self._on_described(call_id, description)
            case events.ActiveEvent(call_id=call_id) if call and call.call_id == call_id:
                self._activate(call)
            case events.RequeuedEvent(call_id=call_id, joined_ms=joined_ms) if not call or call.call_id == call_id:
                await self._settle(Waiting(joined_ms))
            case events.EndedEvent(call_id=call_id, reason=reason) if call and call.call_id == call_id:
                await self._over(reason)
            case events.PersonEvent(call_id=call_id, free=free) if call and call.call_id == call_id:
                await self._tell_person(call, free=free)
            # Our acknowledgement or renewal came too late, yet the page is alive: it keeps its place.
            case events.ExpiredEvent() if call:
                await self._over(EndReason.FAILED)
            case events.ExpiredEvent():
                await self._settle(await self._place.again())

    async def _on_described(self, call_id: str, description: Description) -> None:
        if not self._descriptions.wanted:
            return
        if self._call and self._call.call_id == call_id:
            await self._send(wire.Described(call_id, description))
        else:
            self._descriptions.keep(call_id, description)

    async def _on_tick(self) -> None:
        now_ms = self._desk.stopwatch.now_ms()
        if not self.alive(now_ms):
            raise errors.TimedOut
        if not self.due(now_ms):
            return  # an earlier tick, handled late, has done it
        match self._call.overdue(now_ms) if self._call else None:
            case EndReason.MAX_LENGTH:
                await self._finish(EndReason.MAX_LENGTH)
            case EndReason.FAILED:
                await self._fail("server")
        if self._call and self._call.connected and self._relay.must_rotate():
            await self._relay.renew(self._call.call_id)
        if self.phase is Phase.QUEUED and not self._call:
            await self._place.tell(changed_only=True)
            await self._relay.freshen()
            await self._renew_session()
