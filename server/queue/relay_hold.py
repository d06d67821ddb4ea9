"""The relay credentials that one caller holds: handed out before queueing, replaced in time, given back after."""

from matcher import wire
from matcher.errors import RateLimited, RelayUnavailable
from server.limits import Limit
from server.queue.desk import RELAY_MARGIN_S, Desk, Send
from server.relay.provider import RelayCredentials


class RelayHold:
    """One set of credentials at a time.

    Args:
        desk: The process's collaborators.
        who: Pseudonym of the caller's address, for the limit.
        send: Sends one message to the page.
    """

    def __init__(self, desk: Desk, who: str, send: Send) -> None:
        self.held: RelayCredentials | None = None
        self._desk = desk
        self._who = who
        self._send = send

    async def hand_out(self) -> None:
        """Give the page a fresh set for its next connection.

        Raises:
            RateLimited: This address took too many.
            RelayUnavailable: No provider has any.
        """
        await self._desk.limiter.take(Limit.CREDENTIALS, self._who)
        fresh = await self._desk.relays.take()
        self.give_back()
        self.held = fresh
        await self._send(wire.Relay(fresh.ice_servers, fresh.expires_at))

    async def tell_again(self) -> None:
        """Give a page that came back what it may have forgotten."""
        if self.held:
            await self._send(wire.Relay(self.held.ice_servers, self.held.expires_at))
        else:
            await self.hand_out()

    async def freshen(self) -> None:
        """Replace a set that has eaten into its margin; while that cannot be, it serves for as long as a call fits."""
        left_s = self.held.expires_at - self._desk.clock.now_ms() / 1000 if self.held else 0
        if left_s >= self._desk.terms.call_s + RELAY_MARGIN_S:
            return
        try:
            await self.hand_out()
        except (RelayUnavailable, RateLimited):
            if left_s < self._desk.terms.call_s:
                raise

    def give_back(self) -> None:
        """The set will not be used any more: let it be revoked."""
        if self.held:
            self._desk.relays.give_back(self.held)
            self.held = None
