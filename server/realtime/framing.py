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
from server.realtime.messages import MAX_FIELD_BYTES, Body, Broadcast, body_of, broadcast_of

PUSH_KIND = 3
BROADCAST_KIND = 4
BINARY, JSON = 0, 1

Frame = str | bytes
Ref = Annotated[str, Meta(max_length=64)] | None
Topic = Annotated[str, Meta(max_length=MAX_FIELD_BYTES)]


class Version(Enum):
    """The serializations, by the `vsn` query parameter."""

    V1 = "1.0.0"
    V2 = "2.0.0"


class Message(Struct, frozen=True):
    """One frame from a client. `body` is typed for the events that carry something we read."""

    topic: str
    event: str
    ref: str | None = None
    join_ref: str | None = None
    body: Body = None


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
        body = body_of(envelope.event, bytes(envelope.payload))
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
