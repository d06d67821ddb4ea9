"""The phases of a queue socket, and which message each allows. Pure.

    NEW ──hello──▶ PREPARING ──ready──▶ QUEUED ──both acked──▶ CALL ──end──▶ IDLE
                      ▲                   │                      │             │
                      └── call failed: fresh relay, same place ──┘             │
                      └──────────────────────── next ──────────────────────────┘

Everything about phases is in this file: a message that is missing in the table is out of order and closes the socket.
A message about a call that is no longer the current one is no fault, whatever the phase: it crossed with its end.
"""

from enum import Enum, auto

from matcher import wire
from matcher.errors import OutOfOrder

ABOUT_A_CALL = (
    wire.Ack,
    wire.Connected,
    wire.Renew,
    wire.Failed,
    wire.Hangup,
    wire.Block,
    wire.Switch,
    wire.Stay,
    wire.Next,
)


class Phase(Enum):
    """Where a socket stands."""

    NEW = auto()  # nothing heard yet
    PREPARING = auto()  # has relay credentials, builds its connection
    QUEUED = auto()  # has a ticket: waiting, or offered a partner
    CALL = auto()  # both pages have the match
    IDLE = auto()  # a call has ended; decides what to do


_ALWAYS = (wire.Leave, wire.Heartbeat, *ABOUT_A_CALL)

ALLOWED: dict[Phase, tuple[type[wire.ClientMessage], ...]] = {
    Phase.NEW: (wire.Hello,),
    Phase.PREPARING: (wire.Ready, *_ALWAYS),
    # ready: credentials are told anew while waiting, and the answer may cross with a match, and with that one's end.
    Phase.QUEUED: (wire.Ready, *_ALWAYS),
    Phase.CALL: (wire.Ready, *_ALWAYS),
    Phase.IDLE: (wire.Ready, *_ALWAYS),
}


def check(phase: Phase, message: wire.AnyClientMessage) -> None:
    """Let a message pass, or refuse it.

    Raises:
        OutOfOrder: The phase does not allow it.
    """
    if not isinstance(message, ALLOWED[phase]):
        raise OutOfOrder
