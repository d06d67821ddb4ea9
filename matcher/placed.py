"""What enters the waiting room, and where it can stand there. Scripts answer with these as msgpack arrays."""

from typing import NamedTuple

from msgspec import Struct

from matcher.domain import CallerId, CallId, Hitch, Holder, Partner, Side, TicketId
from matcher.policy import Rung


class Ticket(Struct, frozen=True):
    """One caller's wish to be matched.

    Args:
        id: 128 random bits, chosen by the worker.
        caller: Who.
        epoch: Grows with each new ticket or socket of this caller; the newest wins.
        joined_ms: Since when the caller waits, ms since the Unix epoch; 0: from now on.
        worker: The process that holds the socket.
        rungs: Whom to meet, and when (`matcher.policy`).
        avoid: Callers never to be matched with, 64 at most.
        bots: Whether a bot may take it.
    """

    id: TicketId
    caller: CallerId
    epoch: int
    joined_ms: int
    worker: str
    rungs: tuple[Rung, ...]
    avoid: tuple[CallerId, ...] = ()
    bots: bool = False


class Position(NamedTuple):
    """A place in the queue, from 1 by age; the further wait that is likely, s, where known; what stands in the way."""

    place: int
    estimate_s: float | None = None
    hitch: Hitch | None = None


class Waiting(Struct, frozen=True, array_like=True, tag="waiting"):
    """In the queue since `joined_ms`."""

    joined_ms: int


class Offered(Struct, frozen=True, array_like=True, tag="offered"):
    """Matched; both sides have to acknowledge. `holder` was the partner's when the two were matched."""

    call_id: CallId
    side: Side
    partner: Partner
    holder: Holder


class Active(Struct, frozen=True, array_like=True, tag="active"):
    """In a call that both sides have acknowledged. Since `connected_ms` this side has heard its partner; 0: not yet."""

    call_id: CallId
    side: Side
    partner: Partner
    connected_ms: int = 0


class Gone(Struct, frozen=True, array_like=True, tag="gone"):
    """The waiting room has no such ticket. `superseded`: a newer one of the same caller holds the place."""

    reason: str = ""


Placed = Waiting | Offered | Active | Gone
