"""What the frames of a client say, typed. Pure."""

import msgspec
from msgspec import Raw, Struct

from matcher.errors import BadMessage

# A binary frame's header has one byte for each field's length.
MAX_FIELD_BYTES = 255


class Broadcast(Struct, frozen=True):
    """What a user sends to the others: an event name and an encoded payload, which is never parsed here."""

    event: str
    payload: bytes
    is_json: bool = True


class Join(Struct, frozen=True):
    """How a client wants to join a topic."""

    private: bool = False
    ack: bool = False
    echo: bool = False  # `self` on the wire: its own broadcasts come back
    access_token: str | None = None


class Refresh(Struct, frozen=True):
    """A new access token for a joined topic."""

    access_token: str | None = None


Body = Broadcast | Join | Refresh | None


class _Broadcast(Struct, frozen=True):
    event: str
    payload: Raw = Raw(b"{}")


class _BroadcastConfig(Struct, frozen=True):
    ack: bool = False
    echo: bool = msgspec.field(name="self", default=False)


class _Config(Struct, frozen=True):
    private: bool = False
    broadcast: _BroadcastConfig | None = None


class _Tokens(Struct, frozen=True):
    access_token: str | None = None
    user_token: str | None = None


class _Joining(Struct, frozen=True):
    config: _Config | None = None


def body_of(event: str, payload: bytes) -> Body:
    """Decode the payload of a frame, for the events that carry something we read.

    Raises:
        BadMessage: It is a broadcast whose event name is too long.
        msgspec.DecodeError: It does not have the event's form.
    """
    match event:
        case "broadcast":
            pushed = msgspec.json.decode(payload, type=_Broadcast)
            return broadcast_of(pushed.event, bytes(pushed.payload))
        case "access_token":
            return Refresh(_token_of(payload))
        case "phx_join":
            config = _config_of(payload)
            sending = config.broadcast or _BroadcastConfig()
            return Join(config.private, sending.ack, sending.echo, _token_of(payload))
    return None


def broadcast_of(event: str, payload: bytes, *, is_json: bool = True) -> Broadcast:
    """Build a broadcast from what came in from outside.

    Raises:
        BadMessage: The event's name is longer than 255 bytes, or a JSON payload is not JSON or nested too deep.
    """
    try:
        if len(event.encode()) > MAX_FIELD_BYTES:
            raise BadMessage
        if is_json:
            # It is embedded in other frames as it is: it must be one whole value, or it could forge their fields.
            payload.decode()
            msgspec.json.decode(payload, type=Raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadMessage from None
    return Broadcast(event, payload, is_json)


def _token_of(payload: bytes) -> str | None:
    try:
        tokens = msgspec.json.decode(payload, type=_Tokens)
    except msgspec.ValidationError:
        return None
    return tokens.access_token or tokens.user_token


def _config_of(payload: bytes) -> _Config:
    # Clients send booleans as strings, too, and nulls; what cannot be read falls back to the defaults, so the join is
    # answered with an error that the client understands and not with silence.
    try:
        return msgspec.json.decode(payload, type=_Joining, strict=False).config or _Config()
    except msgspec.ValidationError:
        return _Config()
