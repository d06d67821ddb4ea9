"""Both serializations, frame by frame."""

import struct

import pytest

from matcher.errors import BadMessage
from server.realtime.framing import Frame, Message, Version, decode, encode, encode_broadcast, version_of
from server.realtime.messages import Broadcast, Join, Refresh, broadcast_of

V1, V2 = Version.V1, Version.V2
T = "realtime:call-x"


def push(*fields: str, payload: bytes = b"{}", kind: int = 3, encoding: int = 1) -> bytes:
    """Build a binary user broadcast push as the official JavaScript client does."""
    parts = [field.encode() for field in fields]
    return struct.pack("7B", kind, *map(len, parts), encoding) + b"".join(parts) + payload


READABLE: list[tuple[str, Version, Frame, Message]] = [
    ("v1 heartbeat without ref", V1, '{"topic":"phoenix","event":"heartbeat","payload":{},"ref":null,"join_ref":null}',
     Message("phoenix", "heartbeat")),
    ("v2 heartbeat", V2, '[null,"7","phoenix","heartbeat",{}]', Message("phoenix", "heartbeat", "7")),
    ("v1 without payload and refs", V1, f'{{"topic":"{T}","event":"phx_leave"}}', Message(T, "phx_leave")),
    ("unknown keys are ignored", V1, f'{{"topic":"{T}","event":"phx_leave","x":[1]}}', Message(T, "phx_leave")),
    ("v2 join", V2, f'["1","1","{T}","phx_join",{{"config":{{"broadcast":{{"ack":true,"self":true}},"private":true,'
     '"presence":{"key":"","enabled":true},"postgres_changes":[]},"access_token":"t","version":"x"}]',
     Message(T, "phx_join", "1", "1", Join(private=True, ack=True, echo=True, access_token="t"))),
    ("booleans as strings", V1, f'{{"topic":"{T}","event":"phx_join","ref":"1","payload":{{"config":'
     '{"private":"true","broadcast":{"ack":"true","self":"false"}}}}',
     Message(T, "phx_join", "1", body=Join(private=True, ack=True))),
    ("nulls in the join", V1, f'{{"topic":"{T}","event":"phx_join","payload":{{"access_token":null,"config":'
     '{"private":true,"broadcast":null,"presence":null}}}', Message(T, "phx_join", body=Join(private=True))),
    ("user_token is an alias", V2, f'[null,"1","{T}","phx_join",{{"user_token":"t"}}]',
     Message(T, "phx_join", "1", body=Join(access_token="t"))),
    ("an unreadable join config falls back", V2, f'[null,"1","{T}","phx_join",{{"config":7,"access_token":8}}]',
     Message(T, "phx_join", "1", body=Join())),
    ("a join whose payload is no object", V2, f'[null,"1","{T}","phx_join",[1]]',
     Message(T, "phx_join", "1", body=Join())),
    ("refresh", V2, f'["1",null,"{T}","access_token",{{"access_token":"t"}}]',
     Message(T, "access_token", None, "1", Refresh("t"))),
    ("refresh with null", V2, f'["1",null,"{T}","access_token",{{"access_token":null}}]',
     Message(T, "access_token", None, "1", Refresh())),
    ("v1 broadcast", V1, f'{{"topic":"{T}","event":"broadcast","ref":"2","join_ref":"1","payload":'
     '{"type":"broadcast","event":"s","payload":{"a": 1}}}',
     Message(T, "broadcast", "2", "1", Broadcast("s", b'{"a": 1}'))),
    ("v2 text broadcast without payload", V2, f'["1","2","{T}","broadcast",{{"event":"s"}}]',
     Message(T, "broadcast", "2", "1", Broadcast("s", b"{}"))),
    ("v2 push, JSON", V2, push("1", "2", T, "é", "", payload=b'{"a":1}'),
     Message(T, "broadcast", "2", "1", Broadcast("é", b'{"a":1}'))),
    ("v2 push, binary, meta ignored", V2, push("", "", T, "s", '{"persist":true}', payload=b"\xff", encoding=0),
     Message(T, "broadcast", body=Broadcast("s", b"\xff", is_json=False))),
    ("v2 push of nothing", V2, push("", "", T, "s", "", payload=b"", encoding=0),
     Message(T, "broadcast", body=Broadcast("s", b"", is_json=False))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "frame", "message"), [row[1:] for row in READABLE], ids=[row[0] for row in READABLE]
)
def test_frames_of_the_official_clients_are_read(version: Version, frame: Frame, message: Message) -> None:
    """Each frame becomes one typed message."""
    assert decode(version, frame) == message


UNREADABLE: list[tuple[str, Version, Frame]] = [
    ("empty", V1, ""),
    ("no JSON", V2, "hello"),
    ("truncated", V2, f'[null,"1","{T}"'),
    ("too few elements", V2, f'[null,"1","{T}"]'),
    ("an object for v2", V2, f'{{"topic":"{T}","event":"phx_leave"}}'),
    ("an array for v1", V1, f'[null,"1","{T}","phx_leave",{{}}]'),
    ("a topic that is no string", V1, '{"topic":1,"event":"phx_leave"}'),
    ("a ref that is no string", V2, f'[null,1,"{T}","phx_leave",{{}}]'),
    ("a ref that would be kept and is long", V2, f'["{"1" * 65}","1","{T}","phx_leave",{{}}]'),
    ("a topic longer than a binary header can say", V2, f'[null,"1","{"t" * 256}","phx_leave",{{}}]'),
    ("nested without end", V1, "[" * 100_000),
    ("a broadcast without event", V1, f'{{"topic":"{T}","event":"broadcast","payload":{{}}}}'),
    ("a broadcast that is no object", V2, f'[null,null,"{T}","broadcast",[]]'),
    ("an event longer than a binary header can say", V2, f'[null,null,"{T}","broadcast",{{"event":"{"é" * 128}"}}]'),
    ("a lone surrogate", V1, '{"topic":"\\ud800","event":"phx_leave"}'),
    ("binary on v1", V1, push("1", "2", T, "s", "")),
    ("no binary bytes", V2, b""),
    ("half a binary header", V2, b"\x03\x01\x01"),
    ("another kind", V2, push("1", "2", T, "s", "", kind=4)),
    ("another encoding", V2, push("1", "2", T, "s", "", encoding=2)),
    ("lengths beyond the frame", V2, struct.pack("7B", 3, 1, 1, 255, 1, 0, 1) + b"12abc"),
    ("a header that is no UTF-8", V2, struct.pack("7B", 3, 0, 0, 1, 0, 0, 1) + b"\xff{}"),
    ("a push whose JSON is none", V2, push("1", "2", T, "s", "", payload=b"{")),
    ("a push whose JSON would forge fields", V2, push("1", "2", T, "s", "", payload=b'{},"event":"phx_close"')),
    ("a push whose JSON is no UTF-8", V2, push("1", "2", T, "s", "", payload=b'"\xff"')),
    ("a push with a long ref", V2, push("1", "2" * 65, T, "s", "")),
]


@pytest.mark.parametrize(("version", "frame"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_everything_else_is_refused(version: Version, frame: Frame) -> None:
    """What is not a frame raises BadMessage and nothing else, and the error does not quote it."""
    with pytest.raises(BadMessage) as caught:
        decode(version, frame)
    assert caught.value.message == BadMessage.text
    assert caught.value.__cause__ is None


def test_frames_to_the_client() -> None:
    """Version 1 has no join_ref and always a ref; version 2 is an array with both."""
    assert (
        encode(V1, T, "phx_close", {}, None, "1") == f'{{"ref":null,"topic":"{T}","event":"phx_close","payload":{{}}}}'
    )
    assert encode(V2, T, "phx_reply", {"status": "ok"}, "2", "1") == f'["1","2","{T}","phx_reply",{{"status":"ok"}}]'


def test_a_broadcast_to_version_1_embeds_the_payload_as_it_came() -> None:
    """Nothing in the user's payload is parsed, reordered or rounded."""
    payload = b'{"b": 1.10, "a": 12345678901234567890123}'
    frame = encode_broadcast(V1, T, Broadcast("s", payload))
    assert frame == (
        f'{{"ref":null,"topic":"{T}","event":"broadcast","payload":{{"type":"broadcast","event":"s","payload":'
        f"{payload.decode()}}}}}"
    )


def test_a_broadcast_to_version_2_is_binary() -> None:
    """Kind 4, lengths in bytes, encoding, then the fields and the payload."""
    frame = encode_broadcast(V2, "t", Broadcast("é", b"{}"))
    assert frame == bytes([4, 1, 2, 0, 1]) + "té".encode() + b"{}"
    assert encode_broadcast(V2, "t", Broadcast("e", b"\xff", is_json=False)) == bytes([4, 1, 1, 0, 0]) + b"te\xff"


def test_version_1_cannot_carry_binary_payloads() -> None:
    """They are left out, as upstream."""
    assert encode_broadcast(V1, T, Broadcast("s", b"\xff", is_json=False)) is None


def test_a_broadcast_from_outside_is_checked() -> None:
    """A JSON payload must be one value of JSON; a binary one may be anything."""
    assert broadcast_of("s", b"\xff", is_json=False) == Broadcast("s", b"\xff", is_json=False)
    with pytest.raises(BadMessage):
        broadcast_of("s", b"{} {}")
    with pytest.raises(BadMessage):
        broadcast_of("s" * 256, b"{}")


def test_without_a_vsn_the_older_serialization_is_spoken() -> None:
    """As the protocol documents."""
    assert [version_of(vsn) for vsn in (None, "", "1.0.0", "2.0.0", "x")] == [V1, V1, V1, V2, V1]
