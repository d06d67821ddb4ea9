"""What a bot's worker asks of the server over HTTP (`POST /v1/bot/…`), and what it is answered, as JSON. Pure."""

from msgspec import Struct

from matcher.domain import CallId, TicketId
from matcher.parameters import Quiet
from matcher.wire import Channel, IceServer

# Of the key by which the server knows its bots.
MIN_KEY_CHARS = 32


class RelaySet(Quiet, Struct, frozen=True, forbid_unknown_fields=True):
    """Relay credentials for one call; the same are handed in when they are not used any more.

    `provider` names who gave them, `expires_at` in s since the Unix epoch.
    """

    provider: str
    ice_servers: tuple[IceServer, ...]
    expires_at: int


class Provision(Struct, frozen=True):
    """What a call needs before there is one, and its terms.

    `setup_s`: how long from the match to the first audio, s. `call_s`: how long it may last from there, s.
    `describe`: the caller's page is told the connection's description with the match. `speech_by`: who processes what
    is said, as that page says it. `language`: what callers are promised that the bot speaks.
    """

    relay: RelaySet
    setup_s: float
    call_s: float
    describe: bool
    speech_by: str
    language: str


class ChannelWish(Struct, frozen=True, forbid_unknown_fields=True):
    """For which call: a bot's ticket and the call that it is in."""

    ticket_id: TicketId
    call_id: CallId


class ChannelGrant(Struct, frozen=True):
    """The way into a call's private channel."""

    topic: str
    channel: Channel
