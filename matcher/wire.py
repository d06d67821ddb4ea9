"""Every message on the queue's socket (`WS /v1/queue`), as msgspec tagged unions. Pure.

JSON text frames; the tag is `type`. Unknown types and unknown fields are refused. ARCHITECTURE.md lists the same
messages in prose; a test holds the two together.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from matcher.domain import CallId, EndReason, Hitch, Partner, Side, Stage
from matcher.errors import BadMessage, OversizeMessage
from matcher.parameters import Description, Quiet

MAX_MESSAGE_BYTES = 4096

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}\Z")]  # BCP 47 primary language subtag
Interest = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,24}\Z")]


class Prefs(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a caller wants to meet: at least one shared language; a shared interest is preferred, never required.

    `bots`: an AI voice bot would do as well, where no person is free.
    """

    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=3)]
    interests: Annotated[tuple[Interest, ...], Meta(max_length=3)] = ()
    bots: bool = False


class ClientMessage(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """What the page may send."""


class Hello(Quiet, ClientMessage, frozen=True):
    """The first message. `call_id` names the call that a reconnecting page is still in."""

    token: Annotated[str, Meta(max_length=1024)]
    prefs: Prefs
    call_id: CallId | None = None


class Ready(ClientMessage, frozen=True):
    """A relay candidate is in hand: enter the queue. Said again for each connection that replaces the one that waits.

    `description` is that connection's, where `relay` asked for it.
    """

    description: Description | None = None


class Ack(ClientMessage, frozen=True):
    """The page itself, not only its socket, has the match."""

    call_id: CallId


class Connected(ClientMessage, frozen=True):
    """The first audio of the partner has arrived."""

    call_id: CallId


class Renew(ClientMessage, frozen=True):
    """The path of a running call cannot be restored with the relay credentials it has: `renewed` brings others."""

    call_id: CallId


class Failed(ClientMessage, frozen=True):
    """The call did not come to be; both go back to the queue at their place."""

    call_id: CallId
    stage: Stage


class Hangup(ClientMessage, frozen=True):
    """End the call and stay here without a place in the queue."""

    call_id: CallId


class Block(ClientMessage, frozen=True):
    """End the call and never be matched with this partner again."""

    call_id: CallId


class Switch(ClientMessage, frozen=True):
    """Leave the bot of this call for the person who is free. `description` is of the connection made for it."""

    call_id: CallId
    description: Description | None = None


class Stay(ClientMessage, frozen=True):
    """Go on with the bot: let nobody be offered for a while."""

    call_id: CallId


class Next(ClientMessage, frozen=True):
    """End the call, if one is running, and look for somebody else.

    `call_id`: the call that the page leaves; if another one has come meanwhile, it is not meant.
    """

    call_id: CallId | None = None


class Leave(ClientMessage, frozen=True):
    """Leave the queue or the call and close."""


class Heartbeat(ClientMessage, frozen=True):
    """The page is alive. Every 5 s; the server answers with its own."""


AnyClientMessage = (
    Hello | Ready | Ack | Connected | Renew | Failed | Hangup | Block | Switch | Stay | Next | Leave | Heartbeat
)


class IceServer(Quiet, Struct, frozen=True):
    """An RTCIceServer (W3C WebRTC section 4.2.4): `turn:` and `turns:` URLs only."""

    urls: tuple[str, ...]
    username: str
    credential: str


class Channel(Quiet, Struct, frozen=True):
    """How to join the call's private Realtime channel: base URL (absolute or a path of this origin), key and token."""

    url: str
    key: str
    token: str


class Deadlines(Struct, frozen=True):
    """How long each stage may take, in s, and how long the call may last."""

    channel_s: float
    parameters_s: float
    ice_s: float
    audio_s: float
    call_s: float


class ServerMessage(Struct, frozen=True, tag_field="type", tag=str.lower, omit_defaults=True):
    """What the server sends."""


class Session(Quiet, ServerMessage, frozen=True):
    """Another token for the same caller, where the one of the hello may not outlast what begins now.

    `fresh_s`: how long it does for new places in the queue, s.
    """

    token: str
    fresh_s: int


class Relay(ServerMessage, frozen=True):
    """Fresh relay credentials: build the connection and answer `ready`. `expires_at` in s since the Unix epoch.

    `describe`: the answer shall carry the connection's description, which the partner is then told with the match.
    """

    ice_servers: tuple[IceServer, ...]
    expires_at: int
    describe: bool = False


class Waiting(ServerMessage, frozen=True):
    """The place in the queue (from 1), the expected wait in s, where one is known, and what stands in the way."""

    position: int
    estimate_s: float | None = None
    hitch: Hitch | None = None


class Matched(ServerMessage, frozen=True):
    """A partner. Answer `ack` and join the channel.

    `ufrag` names the connection of ours whose description the partner is told, `description` is the partner's, where it
    is known already; without them both come through the channel. `speech_by`: who processes a
    bot's speech, in the operator's words; without it, this service's own server.
    """

    call_id: CallId
    topic: str
    side: Side
    partner: Partner
    channel: Channel
    deadlines: Deadlines
    ufrag: str | None = None
    description: Description | None = None
    speech_by: str | None = None


class Described(ServerMessage, frozen=True):
    """The description of the partner's connection, shortly after `matched`: connect to it."""

    call_id: CallId
    description: Description


class Resumed(ServerMessage, frozen=True):
    """A reconnected page is still in this call; the channel has a fresh token."""

    call_id: CallId
    channel: Channel


class Renewed(ServerMessage, frozen=True):
    """Other relay credentials for a running call, asked for or because its own run out: restart ICE with them."""

    call_id: CallId
    ice_servers: tuple[IceServer, ...]
    expires_at: int


class Person(ServerMessage, frozen=True):
    """In a call with a bot: a person is `free`, or no more. Answer `switch` or `stay`.

    With one come relay credentials for another connection, which is to be there before the answer.
    """

    call_id: CallId
    free: bool
    ice_servers: tuple[IceServer, ...] = ()
    expires_at: int = 0
    describe: bool = False


class Ended(ServerMessage, frozen=True):
    """The call is over. `requeued`: the page keeps its place; `waiting` or fresh `relay` credentials follow."""

    call_id: CallId
    reason: EndReason
    requeued: bool = False


class Error(ServerMessage, frozen=True):
    """Something is wrong; `code` is stable. A close follows unless the message says otherwise."""

    code: str
    message: str
    retry_after: float | None = None


class Alive(ServerMessage, frozen=True, tag="heartbeat"):
    """The answer to a heartbeat."""


AnyServerMessage = Session | Relay | Waiting | Matched | Described | Resumed | Renewed | Person | Ended | Error | Alive

_decoder: msgspec.json.Decoder[AnyClientMessage] = msgspec.json.Decoder(AnyClientMessage)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> AnyClientMessage:
    """Decode one client message.

    Raises:
        OversizeMessage: It is longer than MAX_MESSAGE_BYTES.
        BadMessage: It is not JSON, or not one of the documented messages.
    """
    # A character is at least one byte: the cheap test first, so that a giant one is not encoded to be measured.
    if len(text) > MAX_MESSAGE_BYTES:
        raise OversizeMessage
    try:
        if len(text.encode()) > MAX_MESSAGE_BYTES:
            raise OversizeMessage
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        # msgspec's text may quote the input, which may hold a token.
        raise BadMessage from None


def encode(message: AnyServerMessage) -> str:
    """Encode one server message as JSON text."""
    return _encoder.encode(message).decode()
