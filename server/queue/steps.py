"""The steps that one caller's session can take, whatever made it take them."""

from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from matcher import errors, wire
from matcher.domain import CallerId, EndReason, Partner
from matcher.parameters import Description
from matcher.placed import Active, Gone, Offered, Placed, Waiting
from server.queue.call import CallWatch
from server.queue.descriptions import Descriptions
from server.queue.desk import Desk, Send
from server.queue.phases import Phase
from server.queue.place import Place
from server.queue.relay_hold import RelayHold
from server.queue.switchboard import Switchboard
from server.sessions import Session

log = structlog.get_logger()

# The latest calls of which this process knows by itself with whom they were; of older ones the waiting room may.
MAX_MET = 8


class Steps:
    """Where a session stands, and how it moves: in the waiting room, towards the page, in the metrics.

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
        self._descriptions = Descriptions(wanted=desk.describes)
        self._call: CallWatch | None = None
        self._met: dict[str, CallerId] = {}  # in which call whom, the latest last
        self._heard_ms = desk.stopwatch.now_ms()
        self._session: Session | None = None

    # What the socket's reader says, and what the switchboard asks.

    def heard(self) -> None:
        """Take note that the page lives, however much of what it said still waits to be handled."""
        self._heard_ms = self._desk.stopwatch.now_ms()

    def alive(self, now_ms: int) -> bool:
        """Say whether the page was heard lately; a dead page's lease is not renewed."""
        return now_ms - self._heard_ms < self._desk.terms.silence_s * 1000

    def due(self, now_ms: int) -> bool:
        """Say whether something is to be done by now."""
        if not self.alive(now_ms):
            return True
        if self._call:
            return self._call.overdue(now_ms) is not None or (self._call.connected and self._relay.must_rotate())
        return self.phase is Phase.QUEUED and now_ms - self._place.told_ms >= self._desk.terms.position_s * 1000

    def give_description(self, call_id: str) -> Description | None:
        """Give the description of the page's connection to a call, unless the call has it."""
        return self._descriptions.give(call_id)

    # Towards a call.

    async def _prepare(self) -> None:
        """Hand out fresh relay credentials; the page builds its connection and answers `ready`."""
        self.phase = Phase.PREPARING
        await self._renew_session()
        await self._relay.hand_out()

    async def _renew_session(self) -> None:
        """See to it that the page's token outlasts the wait and the call that may begin now."""
        if self._session and (renewed := self._desk.sessions.renewed(self._session)):
            token, self._session = renewed
            await self._send(wire.Session(token, self._desk.sessions.fresh_s))

    async def _start_over(self) -> None:
        """Look for somebody else, at the end of the queue."""
        self._call = None
        self._place.drop()
        self._place.joined_ms = 0
        await self._prepare()

    async def _placed(self, placed: Placed) -> None:
        match placed:
            case Waiting(joined_ms):
                self.phase, self._call = Phase.QUEUED, None
                self._place.joined_ms = joined_ms
                await self._place.tell(changed_only=False)
            case Offered() | Active():
                if self._call is None or self._call.call_id != placed.call_id:
                    await self._tell_match(placed, self._place.waited_ms())
                self._take_note(placed)
            case Gone():
                raise errors.Superseded

    async def _settle(self, placed: Placed) -> None:
        """Go where the ticket stands; a call that it is no longer in is over."""
        call = self._call
        if call and not isinstance(placed, Gone) and getattr(placed, "call_id", None) != call.call_id:
            self._call = None
            await self._send(wire.Ended(call.call_id, EndReason.PARTNER_LOST, requeued=True))
        await self._placed(placed)

    async def _reconcile(self) -> None:
        """Make Redis and this session agree again, after news may have been missed or Redis has lost its memory.

        This process is the source of truth: what Redis forgot, the ticket or the running call, is put back.
        """
        call = self._call
        if call and call.active:
            placed = await self._place.restore(call, self._met.get(call.call_id, ""))
            if placed == Gone():
                await self._over(EndReason.GONE)  # its end was missed
            else:
                await self._settle(placed)
        elif self.ticket_id:
            await self._settle(await self._place.again())

    async def _tell_match(self, placed: Offered | Active, waited_ms: int | None = None) -> None:
        self._call = self._desk.watch(placed)
        if isinstance(placed, Offered) and placed.partner is Partner.HUMAN:
            self._meet(placed.call_id, placed.holder.caller)
        self.phase = Phase.QUEUED
        self._desk.metrics.matched(placed.partner, waited_ms)
        log.info("call.matched", call_id=placed.call_id)
        # The partner may have ours before both have acknowledged: the way into the channel, where each would tell the
        # other the same, is in this very message, and a relay's address is all that there is in it about a place.
        call_id = placed.call_id
        untold = self._descriptions.give(call_id)
        partner = self._descriptions.partner_in(call_id)
        if partner is None and isinstance(placed, Offered):
            partner = self._board.description_of(placed.holder, call_id)
        await self._send(self._desk.matched(placed, self._descriptions.given(call_id), partner))
        if untold and isinstance(placed, Offered):
            await self._board.describe(placed.holder, call_id, untold)

    def _take_note(self, placed: Placed) -> None:
        """Both pages have the match, when the waiting room says so."""
        if isinstance(placed, Active) and self._call and self._call.call_id == placed.call_id:
            self._activate(self._call)

    # In a call.

    def _activate(self, call: CallWatch) -> None:
        call.active = True
        self.phase = Phase.CALL

    async def _resume(self, placed: Active) -> None:
        self._call = self._desk.watch(placed)
        self._activate(self._call)
        if placed.connected_ms:
            talked_ms = await self._desk.room.now_ms() - placed.connected_ms
            self._call.resume(self._desk.stopwatch.now_ms() - talked_ms)
        # Before the page can block them: from then on Redis may forget.
        await self._know_partner(placed.call_id)
        await self._send(wire.Resumed(placed.call_id, self._desk.channel(placed.call_id, placed.side)))

    async def _know_partner(self, call_id: str) -> None:
        """Learn whom this call is with, or was, while the waiting room remembers: Redis may lose it."""
        if call_id in self._met:
            return
        try:
            partner = await self._desk.room.partner_of(self._place.caller_id, call_id)
        except RedisError as fault:
            log.warning("queue.unavailable", exc_info=fault)
            return
        if partner:
            self._meet(call_id, partner)

    def _meet(self, call_id: str, partner: CallerId) -> None:
        self._met.pop(call_id, None)
        self._met[call_id] = partner
        if len(self._met) > MAX_MET:
            del self._met[next(iter(self._met))]

    # Ends.

    async def _fail(self, stage: str) -> None:
        """The call did not come to be, or its path died: both sides are told."""
        if self._call:
            self._desk.metrics.failed(self._call.partner, stage)
        await self._end_in_room(EndReason.FAILED)
        await self._over(EndReason.FAILED)

    async def _finish(self, reason: EndReason) -> None:
        """End the call for good, and stay without a place."""
        await self._end_in_room(reason)
        await self._over(reason, for_good=True)

    async def _end_in_room(self, reason: EndReason) -> None:
        if self._call and self.ticket_id:
            await self._place.end(self.ticket_id, self._call.call_id, reason)

    async def _over(self, reason: EndReason, *, for_good: bool = False) -> None:
        """Tell the page that its call is over; one that never came to talking keeps its place."""
        call, self._call = self._call, None
        self._place.drop()
        if call is None:
            return
        self._desk.metrics.ended(call.partner, reason)
        log.info("call.ended", call_id=call.call_id, reason=str(reason))
        requeued = not for_good and not call.counts(reason, self._desk.stopwatch.now_ms())
        await self._send(wire.Ended(call.call_id, reason, requeued=requeued))
        if requeued:
            await self._prepare()
        else:
            self.phase = Phase.IDLE
            self._relay.give_back()

    async def part(self, *, stays: bool) -> None:
        """The socket is gone.

        Args:
            stays: It was lost, not closed: keep the place and the call for a while.
        """
        ticket_id = self.ticket_id
        if not self._board.remove(self):
            return  # a newer socket of the same page has both, and the page still talks through the credentials
        if self._call and self._call.connected:
            self._place.joined_ms = 0  # an age is used up by a talk
        if stays and self.phase is Phase.NEW:
            await self._place.let_go(ticket_id)  # its hello failed; what the socket before left is still kept
        elif stays and self.phase is not Phase.IDLE:
            await self._place.part(ticket_id, self._call, self._met, self._relay.part_with())
        else:
            self._relay.give_back()
            await self._place.leave(ticket_id)
