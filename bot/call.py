"""One call of a bot's, from the job to the end: prepare, claim, acknowledge, join, talk, end once.

What the waiting room tells of the call's ticket comes through one inbox. Whatever ends the call first decides why.
"""

import asyncio
import math
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog
from redis.exceptions import RedisError

from bot.bench import Bench, Lost, Outcome, Over, surely
from bot.channel import Channel, ChannelLost
from bot.door import Misleading
from bot.media.playout import Playout
from bot.parts import Conversation, Leg
from bot.turns.state import Ending
from matcher import events
from matcher.bot_wire import Provision, RelaySet
from matcher.domain import EndReason, Partner
from matcher.jobs import Job
from matcher.placed import Active, Gone, Offered, Placed, Ticket

log = structlog.get_logger()

# For relay credentials and candidates; the caller waits meanwhile, and may meet a person. Less than
# `matcher.jobs.IDLE_MS`, so that no other worker takes the same job.
PREPARE_S = 8.0
# From the claim until both have acknowledged it; the waiting room gives up after 4 s.
OFFER_S = 5.0
# A page that says goodbye tells its server so as well, and it is its word that counts.
BYE_S = 1.0
# Beyond the longest call: both conversation and server end it before.
MARGIN_S = 5.0

REASONS = {Ending.LENGTH: EndReason.MAX_LENGTH, Ending.UNCONNECTED: EndReason.FAILED,
           Ending.UNDISCLOSED: EndReason.FAILED, Ending.DEAF: EndReason.FAILED}  # fmt: skip


class Call:
    """Answers one job.

    Args:
        bench: The worker's collaborators.
        job: Whose caller it is about.
    """

    def __init__(self, bench: Bench, job: Job) -> None:
        # A bot is a caller for one call: its ticket is all the name it has.
        self.ticket_id = secrets.token_urlsafe(16)
        self.held = False  # the ticket is in the waiting room
        self._bench = bench
        self._job = job
        self._inbox: asyncio.Queue[object] = asyncio.Queue()
        self._over: asyncio.Future[Over] = asyncio.get_running_loop().create_future()
        self._active = asyncio.Event()
        self._until_s = math.inf  # from then on nobody is claimed
        self._preparing: asyncio.Timeout | None = None
        self._relay: RelaySet | None = None
        self._conversation: Conversation | None = None
        self._connected_s: float | None = None

    def post(self, event: object) -> None:
        """Take an event about this call's ticket."""
        self._inbox.put_nowait(event)

    def withdraw(self) -> None:
        """Claim nobody any more; a call whose claim has begun goes on."""
        self._until_s = asyncio.get_running_loop().time()
        if self._preparing:
            with suppress(RuntimeError):  # it is over
                self._preparing.reschedule(self._until_s)

    def drain(self) -> None:
        """Say goodbye and end; a call that is still to come does not."""
        if self._over.done():
            return
        if self._connected_s is not None and self._conversation:
            self._conversation.end(Ending.DRAIN)
        else:
            self._end(Over(EndReason.FAILED))

    async def answer(self, done: Callable[[], Awaitable[None]]) -> Outcome:
        """Take the job's caller, if it is still to be had, and talk until the end; after it, `give_back`.

        Args:
            done: Called once the job need not be given to another worker any more.

        Raises:
            DoorError: There are no relay credentials to be had, or the caller would be told an untruth.
            NoRelay: They are of no use.
            TimeoutError: Preparing took longer than PREPARE_S, or the call was withdrawn.
            RedisError: It is not known whether the caller could be had.
        """
        room = self._bench.room
        if await room.now_ms() - self._job.asked_ms > room.terms.job_ms:
            await done()
            return Outcome.LATE
        self._until_s = min(self._until_s, asyncio.get_running_loop().time() + PREPARE_S)
        # Relay credentials come first: nobody is claimed whom the bot could not reach.
        async with asyncio.timeout_at(self._until_s) as self._preparing:
            provision = await self._bench.door.relay()
        self._relay = provision.relay
        parts = self._bench.parts
        if (provision.speech_by, provision.language) != (parts.speech_by, parts.language):
            raise Misleading
        return await self._with(provision, done)

    async def give_back(self) -> None:
        """Hand in what the call was made with; it may take a while, and needs no slot."""
        if self._relay:
            await self._bench.door.give_back(self._relay)

    async def _with(self, provision: Provision, done: Callable[[], Awaitable[None]]) -> Outcome:
        async with self._bench.parts.legs(provision.relay.ice_servers) as leg:
            async with asyncio.timeout_at(self._until_s) as self._preparing:
                description = await leg.gather()
            if asyncio.get_running_loop().time() >= self._until_s:
                raise TimeoutError
            room = self._bench.room
            claim = partial(room.claim, self._job.ticket_id, self._job.asked_ms, self.ticket_id, self._bench.worker)
            offered = await surely(claim, OFFER_S)
            with suppress(RedisError):  # whoever is given the job again finds the caller gone
                await done()
            if not isinstance(offered, Offered):
                return Outcome.MISSED
            self.held = True
            log.info("call.claimed", call_id=offered.call_id)
            if provision.describe:
                with suppress(RedisError):  # the same goes by the channel
                    await room.describe(offered.holder, offered.call_id, description)
            await self._talk(offered, provision, leg)
        return Outcome.TALKED if self._active.is_set() else Outcome.FELL_THROUGH

    async def _talk(self, offered: Offered, provision: Provision, leg: Leg) -> None:
        playout = Playout()
        conversation = self._conversation = self._bench.parts.conversations(playout, provision.call_s)
        channel = Channel(partial(self._bench.door.channel, self.ticket_id, offered.call_id), leg.receive)
        over = Over(EndReason.FAILED)
        try:
            async with asyncio.TaskGroup() as tasks:
                leg.join(offered.side, offered.call_id, send=channel.send, hear=conversation.hear, playout=playout)
                work = [
                    tasks.create_task(job)
                    for job in (
                        self._carry(channel),
                        self._acknowledge(offered),
                        self._attend(offered, leg),
                        self._connect(offered, provision, leg, conversation),
                        self._watch(leg),
                        self._converse(conversation),
                    )
                ]
                over = await self._over
                if not over.known:
                    leg.bye()
                    await self._close(offered, over)
                    over = replace(over, known=True)
                    if not over.alone:
                        await channel.flush()
                for task in work:
                    task.cancel()
        finally:
            # Where something broke, or this call was cancelled.
            await self._close(offered, over)
            log.info("call.ended", call_id=offered.call_id, reason=str(over.reason))

    async def _close(self, offered: Offered, over: Over) -> None:
        """Leave the call: an offer puts its caller back into the queue, a call ends for both."""
        if over.known:
            return
        room = self._bench.room
        act: Callable[[], Awaitable[object]] = partial(room.leave, self.ticket_id)
        if self._active.is_set():
            act = partial(room.end, self.ticket_id, offered.call_id, over.reason)
        try:
            await act()
        except RedisError as fault:
            log.warning("call.end_owed", call_id=offered.call_id, exc_info=fault)
            self._bench.owe(act)

    def _end(self, over: Over) -> None:
        if not self._over.done():
            self._over.set_result(over)

    # What goes on in a call, side by side.

    async def _carry(self, channel: Channel) -> None:
        try:
            await channel.run()
        except* ChannelLost:
            self._end(Over(EndReason.FAILED))

    async def _acknowledge(self, offered: Offered) -> None:
        try:
            async with asyncio.timeout(OFFER_S):
                ack = partial(self._bench.room.ack, self.ticket_id, offered.call_id)
                self._placed(await surely(ack, OFFER_S))
                await self._active.wait()
        except (TimeoutError, RedisError):
            self._end(Over(EndReason.FAILED))

    async def _attend(self, offered: Offered, leg: Leg) -> None:
        """Handle what the waiting room says, one by one."""
        while True:
            match await self._inbox.get():
                case events.ActiveEvent():
                    self._active.set()
                case events.DescribedEvent(call_id=offered.call_id, description=description):
                    leg.described(description)
                case events.PersonEvent(call_id=offered.call_id, free=free) if self._conversation:
                    self._conversation.human(free=free)
                case events.EndedEvent(call_id=offered.call_id, reason=reason):
                    self.held = False
                    if reason is EndReason.SWITCHED and self._conversation:
                        # The page listens on for a moment, so that there is a goodbye.
                        self._conversation.end(Ending.HANDOVER)
                    else:
                        self._end(Over(reason, known=True))
                case events.ExpiredEvent() | events.SupersededEvent():
                    self._end(Over(EndReason.FAILED, known=True))
                case events.OfferEvent() | events.Resync() | Lost():
                    await self._reconcile(offered)

    async def _reconcile(self, offered: Offered) -> None:
        """Make Redis and this call agree again: what it has forgotten is put back, what was missed is made up for."""
        try:
            if self._active.is_set():
                self._placed(await self._restore(offered))
            else:
                self._placed(await self._bench.room.ack(self.ticket_id, offered.call_id))
        except RedisError as fault:
            # The next renewal, or subscription, brings it up again.
            log.warning("call.unreconciled", call_id=offered.call_id, exc_info=fault)

    async def _restore(self, offered: Offered) -> Placed:
        room, now_s = self._bench.room, asyncio.get_running_loop().time()
        now_ms = await room.now_ms()
        heard_ms = 0 if self._connected_s is None else now_ms - int((now_s - self._connected_s) * 1000)
        ticket = Ticket(self.ticket_id, self.ticket_id, 0, now_ms, self._bench.worker, ())
        return await room.restore(
            ticket, offered.call_id, offered.side, connected_ms=heard_ms, partner_is=Partner.HUMAN, bot=True
        )

    def _placed(self, placed: Placed) -> None:
        match placed:
            case Active():
                self._active.set()
            case Gone():
                self._end(Over(EndReason.GONE, known=True))

    async def _connect(self, offered: Offered, provision: Provision, leg: Leg, conversation: Conversation) -> None:
        """Begin to talk when the caller is heard; end a call in which that takes, or which lasts, too long."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(provision.setup_s):
                await leg.connected.wait()
                await leg.heard.wait()
        except TimeoutError:
            self._end(Over(EndReason.FAILED))
            return
        self._connected_s = loop.time()
        self._active.set()  # whoever hears the partner knows that both have the match
        log.info("call.connected", call_id=offered.call_id)
        conversation.connected()
        with suppress(RedisError):  # the two talk already
            await self._bench.room.connected(self.ticket_id, offered.call_id)
        await asyncio.sleep(provision.call_s + MARGIN_S)
        self._end(Over(EndReason.MAX_LENGTH))

    async def _watch(self, leg: Leg) -> None:
        end = await asyncio.shield(leg.ended)
        if end.name == "BYE":
            await asyncio.sleep(BYE_S)
            self._end(Over(EndReason.HANGUP))
        self._end(Over(EndReason.FAILED, alone=end.name == "NO_MEDIA"))

    async def _converse(self, conversation: Conversation) -> None:
        ending = await conversation.run()
        self._end(Over(REASONS.get(ending, EndReason.HANGUP)))
