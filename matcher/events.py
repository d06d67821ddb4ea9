"""What the worker that holds a ticket's socket is told: by the scripts, and by the worker of a partner.

Pub/sub may lose a message: each is only a nudge to look at state that Redis still has. Offers that nobody acknowledges
are told again, renewals name tickets that are gone, and after each new subscription comes a Resync.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from matcher.domain import CallId, EndReason, Holder, Partner, Side, TicketId
from matcher.parameters import Description

log = structlog.get_logger()

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
# A connection that is silent for so long is asked whether it still lives.
SILENCE_S = 15.0


class _Told(Struct, frozen=True, array_like=True, tag_field="type"):
    ticket_id: TicketId


class OfferEvent(_Told, frozen=True, tag="offer"):
    """A partner was found; acknowledge. `holder`: see `matcher.placed.Offered`."""

    call_id: CallId
    side: Side
    partner: Partner
    holder: Holder


class DescribedEvent(_Told, frozen=True, tag="described"):
    """What the partner's worker says of its end. It may come before the offer, and it may never come."""

    call_id: CallId
    description: Description


class ActiveEvent(_Told, frozen=True, tag="active"):
    """Both sides have acknowledged."""

    call_id: CallId


class RequeuedEvent(_Told, frozen=True, tag="requeued"):
    """The offer fell through; the ticket waits again, as old as it was."""

    call_id: CallId
    joined_ms: int


class EndedEvent(_Told, frozen=True, tag="ended"):
    """The call is over and the ticket forgotten."""

    call_id: CallId
    reason: EndReason


class PersonEvent(_Told, frozen=True, tag="person"):
    """Of a call with a bot, to both ends: a person is `free` whom the caller could have instead, or no more."""

    call_id: CallId
    free: bool


class SupersededEvent(_Told, frozen=True, tag="superseded"):
    """The caller came again, elsewhere or anew; this worker no longer holds the ticket."""


class ExpiredEvent(_Told, frozen=True, tag="expired"):
    """The lease or the deadline ran out and the ticket was forgotten."""


class Resync(Struct, frozen=True):
    """Messages may have been missed: read the state of every ticket again."""


TicketEvent = (
    OfferEvent
    | DescribedEvent
    | ActiveEvent
    | RequeuedEvent
    | EndedEvent
    | PersonEvent
    | SupersededEvent
    | ExpiredEvent
)
Event = TicketEvent | Resync

_decoder: msgspec.msgpack.Decoder[TicketEvent] = msgspec.msgpack.Decoder(TicketEvent)


async def listen(redis: Redis, channel: str) -> AsyncGenerator[Event, None]:
    """Yield what arrives on a channel, for ever: a Resync after each subscription, the client's silent ones included.

    Errors of Redis are logged and answered with a new subscription after a pause that grows up to LONGEST_PAUSE_S.
    """
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            async with redis.pubsub() as pubsub:
                await pubsub.subscribe(channel)
                asked = False
                while True:
                    message = await pubsub.get_message(timeout=SILENCE_S)
                    if message is None:
                        if asked:
                            break
                        await pubsub.ping()
                        asked = True
                        continue
                    asked, pause_s = False, FIRST_PAUSE_S
                    if (event := _event_of(message)) is not None:
                        yield event
        except (RedisError, OSError) as fault:
            log.warning("events.lost", exc_info=fault)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def _event_of(message: dict[str, Any]) -> Event | None:
    match message["type"]:
        case "subscribe":
            return Resync()
        case "message":
            return _decoder.decode(message["data"])
        case _:
            return None
