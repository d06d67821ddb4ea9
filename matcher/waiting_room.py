"""The waiting room: one method per Lua script. Each is atomic, and safe to send twice.

Every method may raise `redis.exceptions.RedisError`; then nothing or everything of it happened, and calling it again
with the same arguments is right.
"""

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

import msgspec
from redis.asyncio import Redis

from matcher import modes, scripts
from matcher.clock import Clock
from matcher.domain import CallerId, CallId, EndReason, Hitch, Holder, Partner, Side, TicketId
from matcher.events import DescribedEvent, Event, listen
from matcher.keys import BLOCK_TTL_MS, KEY_TTL_MS, Keys
from matcher.modes import Mode
from matcher.parameters import Description
from matcher.placed import Active, Gone, Offered, Placed, Position, Ticket, Waiting
from matcher.policy import estimate_s
from matcher.terms import Terms

__all__ = ["Active", "Gone", "Offered", "Placed", "Position", "Terms", "Ticket", "Waiting", "WaitingRoom"]

MAX_BLOCKS = 64
# So many renewals keep Redis busy for well under a millisecond.
RENEW_BATCH = 200

# What the one side's reason is for the other.
SEEN_BY_PARTNER = {
    EndReason.HANGUP: EndReason.PARTNER_LEFT,
    EndReason.PARTNER_LEFT: EndReason.PARTNER_LEFT,
    EndReason.PARTNER_LOST: EndReason.PARTNER_LOST,
    EndReason.GONE: EndReason.PARTNER_LOST,
    EndReason.FAILED: EndReason.FAILED,
    EndReason.MAX_LENGTH: EndReason.MAX_LENGTH,
}

_placed: msgspec.msgpack.Decoder[Placed] = msgspec.msgpack.Decoder(Placed)


class WaitingRoom:
    """Pairs callers in Redis.

    Args:
        redis: A client that answers in bytes.
        pool: Name of the room; callers meet within one.
        clock: The time to pass into the scripts; None: they use the server's own, which all workers share.
        terms: How long things last; all may read them.
        files: The Lua sources; None: those of this package.
    """

    def __init__(
        self,
        redis: Redis,
        pool: str = "main",
        clock: Clock | None = None,
        terms: Terms = Terms(),  # noqa: B008 # frozen
        files: dict[str, str] | None = None,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._keys = Keys(pool)
        self.terms = terms
        self._latest_ms = 0  # as late as it was already, by what this process has heard
        constants = {
            **{name.upper(): value for name, value in msgspec.structs.asdict(terms).items()},
            "KEY_TTL_MS": KEY_TTL_MS,
            "BLOCK_TTL_MS": BLOCK_TTL_MS,
            "MAX_BLOCKS": MAX_BLOCKS,
            "CHANNEL": self._keys.channel_prefix(),
        }
        files = scripts.sources() if files is None else files
        self._scripts = {name: scripts.compose(name, files, constants) for name in files if "/" not in name}

    async def _run(self, name: str, *args: str | int | bytes, more_keys: Sequence[str] = ()) -> Any:
        script = self._scripts[name]
        keys = [*(self._keys.static(key) for key in script.keys), *more_keys]
        now_ms = self._clock.now_ms() if self._clock else -self._latest_ms
        return await scripts.run(self._redis, script, keys, [now_ms, secrets.token_urlsafe(16), *args])

    def _heard(self, now_ms: int) -> int:
        self._latest_ms = max(self._latest_ms, now_ms)
        return now_ms

    async def load(self) -> None:
        """Load every script. Not needed, only quicker: a script that is missing is loaded by its first use."""
        for script in self._scripts.values():
            await self._redis.script_load(script.text)

    async def enter(self, ticket: Ticket) -> Placed:
        """Enter the queue, or read where a ticket stands that is in it already.

        The same (caller, epoch) enters once, however often this is called, and a ticket that was lost is put back with
        its `joined_ms`. A newer epoch supersedes the caller's older ticket.

        Returns:
            Offered when somebody fits, else Waiting; Gone("superseded") when a newer ticket holds the place.
        """
        return _placed.decode(await self._run("enter", *_arguments(ticket)))

    async def claim(self, ticket_id: TicketId, asked_ms: int, bot_ticket_id: TicketId, worker: str) -> Placed:
        """Take a waiting ticket for a bot, asked for at `asked_ms`; `worker` hears about the bot's own ticket.

        Returns:
            Offered, the one time that it is still to be had; else Gone.
        """
        return _placed.decode(await self._run("claim", ticket_id, asked_ms, bot_ticket_id, worker))

    async def mode(self) -> Mode:
        """Return who is matched with whom now."""
        stored: Any = await self._redis.get(self._keys.static("mode"))
        return modes.read(stored.decode() if stored else None)

    async def keep_mode(self, known: Mode | None) -> Mode | None:
        """Return the mode that was chosen; where Redis has lost it, put the one that is `known` back."""
        stored: Any = await self._redis.get(self._keys.static("mode"))
        if stored:
            return modes.read(stored.decode())
        return await self.set_mode(known, only_lost=True) if known else None

    async def set_mode(self, mode: Mode, *, only_lost: bool = False) -> Mode:
        """Choose who is matched with whom, from this moment on; `only_lost`: where Redis has none, having lost it.

        Returns:
            What holds now.
        """
        return modes.read((await self._run("mode", mode.stored, int(only_lost))).decode())

    async def leave(self, ticket_id: str, *, epoch: int = 0) -> None:
        """Leave queue, offer or call. The partner of an offer keeps its place; that of a call hears partner_left.

        Args:
            ticket_id: The ticket.
            epoch: Only if this is still the ticket's epoch, so only if no newer socket took it over; 0: in any case.
        """
        await self._run("leave", ticket_id, epoch)

    async def ack(self, ticket_id: str, call_id: str) -> Placed:
        """Acknowledge an offer; Active as soon as both sides did. Otherwise says where the ticket stands by now."""
        return _placed.decode(await self._run("ack", ticket_id, call_id))

    async def connected(self, ticket_id: str, call_id: str) -> bool:
        """Note that this side hears its partner; True when both do."""
        return bool(await self._run("connected", ticket_id, call_id))

    async def end(self, ticket_id: str, call_id: str, reason: EndReason) -> bool:
        """End a call and forget both tickets; the partner's worker hears the reason as the partner sees it.

        Returns:
            True the one time that a call ends.
        """
        return bool(await self._run("end", ticket_id, call_id, SEEN_BY_PARTNER[reason]))

    async def switch(self, ticket_id: str, call_id: str) -> Placed:
        """Let a caller leave its bot for a person who waits, if there is one; the bot's worker hears switched.

        Returns:
            Offered, to both at once; Active, in this same call, where nobody waits; else where the ticket stands.
        """
        return _placed.decode(await self._run("switch", ticket_id, call_id))

    async def stay(self, ticket_id: str, call_id: str) -> None:
        """Note that a caller prefers its bot: it is told of no person for `Terms.quiet_ms`."""
        await self._run("stay", ticket_id, call_id)

    async def renew(self, worker: str, ticket_ids: Sequence[str], *, bot: bool = False) -> list[str]:
        """Renew the worker's lease, on which active calls ride, and those of its waiting and offered tickets.

        A `bot`'s worker has a shorter one (`Terms.bot_lease_ms`): nobody comes back to a bot that died.

        Returns:
            The ids that are gone, or were taken over: `enter` or `restore` them, and see which.
        """
        lease_ms = self.terms.bot_lease_ms if bot else self.terms.lease_ms
        gone: list[str] = []
        for start in range(0, max(1, len(ticket_ids)), RENEW_BATCH):
            batch = ticket_ids[start : start + RENEW_BATCH]
            now_ms, *missing = await self._run("renew", worker, lease_ms, *batch)
            self._heard(now_ms)
            gone += [ticket_id.decode() for ticket_id in missing]
        return gone

    async def now_ms(self) -> int:
        """Return the time that all processes of this room agree on, in ms.

        It begins as Redis's and never goes back; between two calls it advances as real time does, or more.
        """
        return self._heard(await self._run("now"))

    async def attach(self, caller: CallerId, worker: str) -> tuple[int, tuple[str, Placed] | None]:
        """Take over the caller's live ticket for a new socket; a different worker that held it hears Superseded.

        Returns:
            The socket's epoch, newer than any that this caller had, and the ticket's id and where it stands, if there
            is one.
        """
        epoch, *held = await self._run("attach", caller, worker)
        return epoch, (held[0].decode(), _placed.decode(held[1])) if held else None

    async def detach(self, ticket_id: str, grace_ms: int, *, epoch: int = 0) -> None:
        """Note that a ticket's socket was lost: after `grace_ms` its call is over, and the partner hears partner_lost.

        A waiting or offered ticket keeps its lease. `epoch` as in `leave`.
        """
        await self._run("detach", ticket_id, grace_ms, epoch)

    async def restore(
        self,
        ticket: Ticket,
        call_id: str,
        side: Side,
        *,
        connected_ms: int = 0,
        partner: CallerId = "",
        partner_is: Partner = Partner.HUMAN,
        bot: bool = False,
    ) -> Placed:
        """Put this side of a running call back after Redis lost it; the other side's worker does the same.

        `connected_ms` as in `Active`; `partner`, where the worker knows it, is remembered before the other side is
        back; `partner_is` says what it is, `bot` that this side is one. A side whose partner is not back within a lease
        hears partner_lost, as does a bot of a call that is over: of bots nothing is kept by which to tell. Idempotent.

        Returns:
            Active, or Gone() when Redis has forgotten nothing: the call is over; Gone("superseded") as for `enter`.
            A bot is never Gone.
        """
        state = (call_id, side, connected_ms, partner, partner_is, int(bot))
        reply = await self._run("restore", *_arguments(ticket), *state)
        return _placed.decode(reply)

    async def position(self, ticket_id: str) -> Position:
        """Return where a ticket stands in the queue; one that does not wait has place 0."""
        reply = await self._run("position", ticket_id)
        if reply is None:
            return Position(0)
        place, waited_ms, hitch, *waits_ms = reply
        return Position(place, estimate_s(waited_ms, waits_ms), Hitch(hitch.decode()) if hitch else None)

    async def block(self, caller: CallerId, blocked_caller: CallerId) -> None:
        """Remember for a day that a caller never wants to meet another; the newest MAX_BLOCKS count.

        A ticket that the caller has already is bound by it as well.
        """
        await self._run("block", caller, blocked_caller, more_keys=[self._keys.blocks(caller)])

    async def blocked(self, caller: CallerId) -> tuple[CallerId, ...]:
        """Return whom a caller blocked, the newest first: what belongs into `Ticket.avoid`."""
        newest: Any = await self._redis.zrevrange(self._keys.blocks(caller), 0, -1)
        return tuple(name.decode() for name in newest)

    async def partner_of(self, caller: CallerId, call_id: str) -> CallerId | None:
        """Return whom a caller met in a call, running or over, while that is remembered (`Terms.recent_ms`).

        For the server only: a page never learns it.
        """
        partner = await self._run("partner_of", caller, call_id)
        return None if partner is None else partner.decode()

    async def bot_side(self, ticket_id: TicketId, call_id: CallId) -> Side | None:
        """Return which side of a call a bot's ticket has; None: it is no bot's, or not in that call."""
        side = await self._run("bot_side", ticket_id, call_id)
        return None if side is None else Side(side.decode())

    async def describe(self, holder: Holder, call_id: str, description: Description) -> None:
        """Tell the partner's worker what it needs to connect to this side; passed on, never stored, and maybe lost."""
        event = DescribedEvent(holder.ticket_id, call_id, description)
        await self._redis.publish(self._keys.channel(holder.worker), msgspec.msgpack.encode(event))

    async def sweep(self, limit: int = 50) -> int:
        """Do what time has made due, at most `limit` of each kind; from `limit` on there may be more to do.

        Any number of processes may sweep; without anything to do, or right after another sweep, it returns 0.
        """
        return int(await self._run("sweep", limit, self.terms.sweep_gap_ms))

    def events(self, worker: str) -> AbstractAsyncContextManager[AsyncGenerator[Event, None]]:
        """Open the stream of events about a worker's tickets; it begins with a Resync and ends with its context."""
        return aclosing(listen(self._redis, self._keys.channel(worker)))


def _arguments(ticket: Ticket) -> tuple[str | int | bytes, ...]:
    ladder = msgspec.json.encode([(rung.delay_ms, rung.buckets) for rung in ticket.rungs])
    avoid = " ".join(ticket.avoid[:MAX_BLOCKS])
    return ticket.id, ticket.caller, ticket.epoch, ticket.joined_ms, ticket.worker, avoid, ladder, int(ticket.bots)
