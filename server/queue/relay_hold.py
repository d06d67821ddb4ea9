"""The relay credentials that one caller holds: handed out before queueing, replaced in time, given back after."""

from matcher import wire
from matcher.errors import QueueUnavailable, RateLimited, RelayUnavailable
from server.limits import Limit
from server.queue.desk import RELAY_MARGIN_S, Desk, Send
from server.relay.provider import RelayCredentials

# What one call may take: its own set, and those of restarts that could not do with it.
MAX_SETS = 8
ROTATE_S = 300  # a running call gets another set so long before the one that it uses runs out
ROTATE_AGAIN_MS = 30_000


class RelayHold:
    """One set of credentials at a time; in a call those of its restarts as well, because an old path may still serve.

    Args:
        desk: The process's collaborators.
        who: Pseudonym of the caller's address, for the limit.
        send: Sends one message to the page.
    """

    def __init__(self, desk: Desk, who: str, send: Send) -> None:
        self.sets: tuple[RelayCredentials, ...] = ()
        self.spare: RelayCredentials | None = None  # for the call with a person, while a bot's goes on
        self._rotated_ms: int | None = None
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
        self.sets = (fresh,)
        await self._tell(fresh)

    async def tell_again(self) -> None:
        """Give a page that came back what it may have forgotten."""
        if self.sets:
            await self._tell(self.sets[-1])
        else:
            await self.hand_out()

    async def freshen(self) -> None:
        """Replace a set that has eaten into its margin; while that cannot be, it serves for as long as a call fits."""
        left_s = self._left_s()
        if left_s >= self._desk.terms.call_s + RELAY_MARGIN_S:
            return
        try:
            await self.hand_out()
        except (RelayUnavailable, RateLimited):
            if left_s < self._desk.terms.call_s:
                raise

    def must_rotate(self) -> bool:
        """Say whether a running call needs another set by now."""
        if not self.sets or self._left_s() > ROTATE_S:
            return False
        return self._rotated_ms is None or self._desk.stopwatch.now_ms() - self._rotated_ms >= ROTATE_AGAIN_MS

    async def renew(self, call_id: str) -> None:
        """Give a running call another set; where there is none to give, it goes on with what it has."""
        self._rotated_ms = self._desk.stopwatch.now_ms()
        if len(self.sets) >= MAX_SETS:
            return
        try:
            await self._desk.limiter.take(Limit.CREDENTIALS, self._who)
            fresh = await self._desk.relays.take()
        except (RateLimited, QueueUnavailable, RelayUnavailable):
            return  # counted where it happened
        self.sets = (*self.sets, fresh)
        await self._send(wire.Renewed(call_id, fresh.ice_servers, fresh.expires_at))

    async def find_spare(self) -> RelayCredentials | None:
        """Return a set for another call beside the running one, the same while it lasts; None: there is none."""
        least_s = self._desk.terms.call_s + RELAY_MARGIN_S / 2
        if self.spare and self.spare.expires_at - self._desk.clock.now_ms() / 1000 < least_s:
            self._desk.relays.give_back(self.spare)
            self.spare = None
        if self.spare is None:
            try:
                await self._desk.limiter.take(Limit.CREDENTIALS, self._who)
                self.spare = await self._desk.relays.take()
            except (RateLimited, QueueUnavailable, RelayUnavailable):
                return None  # counted where it happened
        return self.spare

    def use_spare(self) -> None:
        """The running call is over, and the other one begins."""
        spare, self.spare = self.spare, None
        self.give_back()
        self.sets = (spare,) if spare else ()

    def part_with(self) -> tuple[RelayCredentials, ...]:
        """Return all sets that the page may still use, the one of its latest connection last."""
        return (self.spare, *self.sets) if self.spare else self.sets

    def give_back(self) -> None:
        """The sets will not be used any more: let them be revoked."""
        for credentials in self.part_with():
            self._desk.relays.give_back(credentials)
        self.sets, self.spare = (), None
        self._rotated_ms = None

    def _left_s(self) -> float:
        return self.sets[-1].expires_at - self._desk.clock.now_ms() / 1000 if self.sets else 0

    async def _tell(self, credentials: RelayCredentials) -> None:
        await self._send(wire.Relay(credentials.ice_servers, credentials.expires_at, self._desk.describes))
