"""Frames of the Realtime protocol, both serializations. Pure.

vsn 1.0.0: JSON objects `{topic, event, payload, ref, join_ref}`; towards the client without `join_ref`.
vsn 2.0.0: JSON arrays `[join_ref, ref, topic, event, payload]`, and binary user broadcasts:

    client to server, 0x03: kind, lengths of join_ref, ref, topic, event and meta, encoding (0 binary, 1 JSON), one
                            byte each; then those five fields and the payload
    server to client, 0x04: kind, lengths of topic, event and meta, encoding; then those three fields and the payload

Source: Supabase's Realtime protocol documentation and Phoenix's V1 and V2 JSON serializers.
"""

import struct
from enum import Enum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from matcher.errors import BadMessage

PUSH_KIND = 3
BROADCAST_KIND = 4
BINARY, JSON = 0, 1

# The binary header has one byte for each field's length.
MAX_FIELD_BYTES = 255

Frame = str | bytes
Ref = Annotated[str, Meta(max_length=64)] | None
Topic = Annotated[str, Meta(max_length=MAX_FIELD_BYTES)]


class Version(Enum):
    """The serializations, by the `vsn` query parameter."""

    V1 = "1.0.0"
    V2 = "2.0.0"


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


class Message(Struct, frozen=True):
    """One frame from a client. `body` is typed for the events that carry something we read."""

    topic: str
    event: str
    ref: str | None = None
    join_ref: str | None = None
    body: Broadcast | Join | Refresh | None = None


class _V1(Struct, frozen=True):
    topic: Topic
    event: str
    payload: Raw = Raw(b"{}")
    ref: Ref = None
    join_ref: Ref = None


class _V2(Struct, frozen=True, array_like=True):
    join_ref: Ref
    ref: Ref
    topic: Topic
    event: str
    payload: Raw = Raw(b"{}")


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


def version_of(vsn: str | None) -> Version:
    """Return the serialization that a `vsn` parameter asks for; without one, the older."""
    return Version.V2 if vsn and vsn.startswith("2.") else Version.V1


def decode(version: Version, frame: Frame) -> Message:
    """Decode one frame from a client.

    Raises:
        BadMessage: It is not a frame of that version.
    """
    try:
        if isinstance(frame, bytes):
            return _decode_push(version, frame)
        kind: type[_V1] | type[_V2] = _V2 if version is Version.V2 else _V1
        envelope = msgspec.json.decode(frame, type=kind)
        body = _body_of(envelope.event, bytes(envelope.payload))
        return Message(envelope.topic, envelope.event, envelope.ref, envelope.join_ref, body)
    except (msgspec.DecodeError, UnicodeError, struct.error, RecursionError):
        # The decoder's text may quote the input.
        raise BadMessage from None


def encode(
    version: Version,
    topic: str,
    event: str,
    payload: dict[str, Any],
    ref: str | None = None,
    join_ref: str | None = None,
) -> str:
    """Encode one frame to a client."""
    envelope: object
    if version is Version.V2:
        envelope = (join_ref, ref, topic, event, payload)
    else:
        # `ref` must be there, null or not: the Python client drops the frame without it.
        envelope = {"ref": ref, "topic": topic, "event": event, "payload": payload}
    return msgspec.json.encode(envelope).decode()


def encode_broadcast(version: Version, topic: str, broadcast: Broadcast) -> Frame | None:
    """Encode a broadcast to a client; None where the version cannot carry it (binary payloads in 1.0.0)."""
    if version is Version.V2:
        head, name = topic.encode(), broadcast.event.encode()
        lengths = struct.pack("5B", BROADCAST_KIND, len(head), len(name), 0, JSON if broadcast.is_json else BINARY)
        return lengths + head + name + broadcast.payload
    if not broadcast.is_json:
        return None
    payload = {"type": "broadcast", "event": broadcast.event, "payload": Raw(broadcast.payload)}
    return encode(version, topic, "broadcast", payload)


def broadcast_of(event: str, payload: bytes, *, is_json: bool = True) -> Broadcast:
    """Build a broadcast from what came in from outside.

    Raises:
        BadMessage: The event's name is longer than 255 bytes, or a JSON payload is not JSON.
    """
    try:
        if len(event.encode()) > MAX_FIELD_BYTES:
            raise BadMessage
        if is_json:
            # It is embedded in other frames as it is: it must be one whole value, or it could forge their fields.
            payload.decode()
            msgspec.json.decode(payload, type=Raw)
    except (msgspec.DecodeError, UnicodeError):
        raise BadMessage from None
    return Broadcast(event, payload, is_json)


def _decode_push(version: Version, frame: bytes) -> Message:
    kind, *lengths, encoding = struct.unpack_from("7B", frame)
    if version is not Version.V2 or kind != PUSH_KIND or encoding not in (BINARY, JSON):
        raise BadMessage
    end = 7 + sum(lengths)
    if end > len(frame):
        raise BadMessage
    fields, start = [], 7
    for length in lengths:
        fields.append(frame[start : start + length].decode())
        start += length
    join_ref, ref, topic, event, _ = fields
    if max(len(join_ref), len(ref)) > 64:
        raise BadMessage
    body = broadcast_of(event, frame[end:], is_json=encoding == JSON)
    return Message(topic, "broadcast", ref or None, join_ref or None, body)


def _body_of(event: str, payload: bytes) -> Broadcast | Join | Refresh | None:
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
