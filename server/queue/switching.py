"""The way of a caller from a bot to a person: what its session does about it."""

import structlog
from redis.exceptions import RedisError

from matcher import wire
from matcher.domain import CallId, EndReason
from matcher.parameters import Description
from matcher.placed import Active, Offered
from server.queue.call import CallWatch
from server.queue.steps import Steps

log = structlog.get_logger()


class Switching(Steps):
    """A session in a call with a bot, while people may become free."""

    _told_free: CallId | None = None  # the call of whose page the last word was that a person is

    async def _tell_person(self, call: CallWatch, *, free: bool) -> None:
        """Tell the page that a person is free, with relay credentials for the call with it, or that nobody is."""
        before = self._relay.spare
        if not free:
            await self._tell_nobody(call)
        elif spare := await self._relay.find_spare():
            if self._told_free == call.call_id and spare == before:
                return  # told again, in case that it was missed: the page would begin with another connection
            self._told_free = call.call_id
            await self._send(
                wire.Person(call.call_id, True, spare.ice_servers, spare.expires_at, describe=self._desk.describes)
            )
        else:
            # Nobody goes to a call without credentials for it.
            await self._stay(call)

    async def _tell_nobody(self, call: CallWatch) -> None:
        """Tell the page that nobody is free; it closes the connection that it has for a person, if any."""
        self._told_free = None
        self._descriptions.ready(None)
        await self._send(wire.Person(call.call_id, free=False))

    async def _switch(self, call: CallWatch, description: Description | None) -> None:
        """Leave the bot for a person; where none is free any more, nothing has happened."""
        if self._told_free != call.call_id:
            return  # asked for without an offer, asked for again, or it crossed with the news that nobody is free
        # Before the person's session can ask for it.
        self._descriptions.ready(description)
        try:
            placed = await self._desk.room.switch(self.ticket_id or "", call.call_id)
        except RedisError as fault:
            # The call with the bot goes on; if this did happen after all, the offer is told again, and what the page
            # has for its next call then is the connection of its first.
            log.warning("queue.unavailable", exc_info=fault)
            await self._tell_nobody(call)
            return
        match placed:
            case Offered(call_id=call_id) if call_id != call.call_id:
                self._desk.metrics.ended(call.partner, EndReason.SWITCHED)
                log.info("call.ended", call_id=call.call_id, reason=str(EndReason.SWITCHED))
                self._relay.use_spare()
                await self._tell_match(placed)
            case Active(call_id=call_id) if call_id == call.call_id:
                await self._tell_nobody(call)
            # Else the call is over, and the event that says why is on its way.

    async def _stay(self, call: CallWatch) -> None:
        try:
            await self._desk.room.stay(self.ticket_id or "", call.call_id)
        except RedisError as fault:
            log.warning("queue.unavailable", exc_info=fault)
