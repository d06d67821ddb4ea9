"""The words everyone shares: identifiers, sides, stages and reasons. Pure."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

# 128 random bits in base64url without padding (RFC 4648 section 5).
ID_PATTERN = r"^[A-Za-z0-9_-]{22}\Z"

CallerId = Annotated[str, Meta(pattern=ID_PATTERN)]
TicketId = Annotated[str, Meta(pattern=ID_PATTERN)]
CallId = Annotated[str, Meta(pattern=ID_PATTERN)]


class Side(StrEnum):
    """Which end of a call: `a` waited longer, or waited while `b` talked to a bot. Side `a` begins with DTLS."""

    A = "a"
    B = "b"


class Holder(Struct, frozen=True, array_like=True):
    """Where a ticket's socket is: the worker that holds it, the ticket, and whose it is. For servers, never a page."""

    worker: str
    ticket_id: TicketId
    caller: CallerId


class Partner(StrEnum):
    """What the other end is."""

    HUMAN = "human"
    BOT = "bot"


class Stage(StrEnum):
    """The steps from matched to talking, in order; a failed call names the one it failed in."""

    CHANNEL = "channel"
    PARAMETERS = "parameters"
    ICE = "ice"
    AUDIO = "audio"
    RELAY = "relay"  # a local candidate was not a relay candidate: the call stops
    MICROPHONE = "microphone"


class Hitch(StrEnum):
    """Why somebody waits, where it is not only that nobody who fits is there."""

    UNAVAILABLE = "unavailable"  # Redis does not answer; nobody is matched until it does
    PAUSED = "paused"  # the operator lets nobody be matched
    BOTS_ONLY = "bots_only"  # the operator lets only bots take calls, and this caller wants none
    NO_BOT = "no_bot"  # a bot may come, and none is free
    PEOPLE_ONLY = "people_only"  # bots come to others, and this caller wants none
    BOT_LANGUAGE = "bot_language"  # this caller would take one, and does not speak its language


class EndReason(StrEnum):
    """Why a call ended, as the person who is told sees it."""

    HANGUP = "hangup"  # the told person's own doing
    PARTNER_LEFT = "partner_left"
    PARTNER_LOST = "partner_lost"  # the partner's lease ran out
    FAILED = "failed"  # the call never came to talking, or the path died
    MAX_LENGTH = "max_length"
    SWITCHED = "switched"  # for a bot: its caller went to a person
    GONE = "gone"  # the service no longer knows this call


def topic_of(call_id: str) -> str:
    """Return the channel topic of a call: `call-` and the call's 128 random bits."""
    return f"call-{call_id}"
