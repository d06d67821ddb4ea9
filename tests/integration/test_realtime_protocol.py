"""The hub's protocol over real sockets, frame by frame."""

import struct
from typing import Any

import pytest

from tests.integration.realtime_server import KEY, OTHER_TOPIC, TOPIC, Phoenix, hub_server, token

T = f"realtime:{TOPIC}"
OK = {"status": "ok", "response": {"postgres_changes": []}}


def error(reason: str) -> dict[str, Any]:
    """Return the payload of a refused join."""
    return {"status": "error", "response": {"reason": reason}}


async def test_the_two_versions_hear_each_other() -> None:
    """A binary push reaches vsn 2.0.0 as binary and 1.0.0 as text, as does a text one; no sender hears its own."""
    push = struct.pack("7B", 3, 1, 1, len(T), 1, 0, 1) + f"12{T}s".encode() + b'{"a":1}'
    async with hub_server() as (hub, url), Phoenix.open(url) as new, Phoenix.open(url, v2=False) as old:
        assert await new.join() == OK
        assert await old.join() == OK
        assert hub.rooms == 1
        await new.connection.send(push)
        assert await new.receive() == ["1", "2", T, "phx_reply", {"status": "ok", "response": {}}]
        heard = {"type": "broadcast", "event": "s", "payload": {"a": 1}}
        assert await old.receive() == {"ref": None, "topic": T, "event": "broadcast", "payload": heard}
        await old.send(T, "broadcast", {"type": "broadcast", "event": "r", "payload": {"b": 2}}, "3", "1")
        assert (await old.receive())["payload"] == {"status": "ok", "response": {}}
        assert await new.receive() == struct.pack("5B", 4, len(T), 1, 0, 1) + f"{T}r".encode() + b'{"b": 2}'
        assert await new.is_quiet()
        assert await old.is_quiet()


async def test_heartbeats_are_answered_with_their_own_ref() -> None:
    """Null stays null, as the Python client sends it."""
    async with hub_server() as (_, url), Phoenix.open(url) as new, Phoenix.open(url, v2=False) as old:
        await new.send("phoenix", "heartbeat", {}, "9")
        assert await new.receive() == [None, "9", "phoenix", "phx_reply", {"status": "ok", "response": {}}]
        await old.send("phoenix", "heartbeat", {})
        reply = {"ref": None, "topic": "phoenix", "event": "phx_reply", "payload": {"status": "ok", "response": {}}}
        assert await old.receive() == reply


async def test_leaving_is_answered_and_then_closed() -> None:
    """Reply, then phx_close with the join's ref; after that the topic is unknown, and leaving again is fine."""
    async with hub_server() as (hub, url), Phoenix.open(url) as client:
        await client.join(ref="5")
        await client.send(T, "phx_leave", {}, "6", "5")
        assert await client.receive() == ["5", "6", T, "phx_reply", {"status": "ok", "response": {}}]
        assert await client.receive() == ["5", "5", T, "phx_close", {}]
        assert hub.rooms == 0
        await client.send(T, "broadcast", {"event": "s"}, "7", "5")
        assert await client.receive() == [None, "7", T, "phx_reply", error("unmatched topic")]
        await client.send(T, "phx_leave", {}, "8", "5")
        assert (await client.receive())[4]["status"] == "ok"


async def test_a_second_join_replaces_the_first() -> None:
    """vsn 2.0.0 is told the close of the former channel; 1.0.0 is not, whose client would take it for the new one's."""
    async with hub_server() as (hub, url), Phoenix.open(url) as new, Phoenix.open(url, v2=False) as old:
        await new.join(ref="1")
        await new.send(T, "phx_join", {"config": {"private": True}, "access_token": token()}, "2", "2")
        assert await new.receive() == ["1", "1", T, "phx_close", {}]
        assert await new.receive() == ["2", "2", T, "phx_reply", OK]
        await old.join(ref="1")
        assert await old.join(ref="2") == OK
        assert await old.is_quiet()
        await old.send(T, "broadcast", {"event": "s"}, "3", "2")
        assert isinstance(await new.receive(), bytes)
        assert await new.is_quiet()
        assert hub.rooms == 1


async def test_own_broadcasts_come_back_only_on_request() -> None:
    """`self: true` echoes; `ack: false` gets no reply."""
    async with hub_server() as (_, url), Phoenix.open(url) as client:
        await client.join(broadcast={"self": True})
        await client.send(T, "broadcast", {"event": "s"}, "2", "1")
        assert await client.receive() == struct.pack("5B", 4, len(T), 1, 0, 1) + f"{T}s".encode() + b"{}"
        assert await client.is_quiet()


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (f"realtime:{OTHER_TOPIC}", {"config": {"private": True}, "access_token": token()},
         f"Unauthorized: You do not have permissions to read from this Channel topic: {OTHER_TOPIC}"),
        (T, {"config": {"private": True}},
         f"Unauthorized: You do not have permissions to read from this Channel topic: {TOPIC}"),
        (T, {"config": {"private": True}, "access_token": KEY},
         f"Unauthorized: You do not have permissions to read from this Channel topic: {TOPIC}"),
        (T, {"config": {"private": True}, "access_token": "x"},
         "MalformedJWT: The token provided is not a valid JWT"),
        (T, {"config": {"private": True}, "access_token": token(lifetime_s=-5)}, "InvalidJWTToken: Token has expired"),
        (T, {"config": {"private": False}, "access_token": token()},
         "PrivateOnly: This project only allows private channels"),
        (T, {}, "PrivateOnly: This project only allows private channels"),
        ("realtime:", {}, "TopicNameRequired: You must provide a topic name"),
        ("lobby", {}, "TopicNameRequired: You must provide a topic name"),
    ],
    ids=["another call", "no token", "a key", "no JWT", "expired", "public", "no config", "no name", "no prefix"],
)  # fmt: skip
async def test_refused_joins_say_why(topic: str, payload: dict[str, Any], reason: str) -> None:
    """Each refusal carries the documented text, and nobody is let in."""
    async with hub_server() as (hub, url), Phoenix.open(url) as client:
        await client.send(topic, "phx_join", payload, "1", "1")
        reply = await client.receive()
        assert reply[:4] == ["1", "1", topic, "phx_reply"]
        assert reply[4]["status"] == "error"
        assert reply[4]["response"]["reason"].startswith(reason)
        assert hub.rooms == 0


async def test_frames_that_cannot_be_read_are_dropped_and_the_socket_stays() -> None:
    """As upstream: garbage in either form gets no answer and costs no connection."""
    async with hub_server() as (_, url), Phoenix.open(url) as client:
        await client.join()
        for garbage in ("", "hello", "[]", "{}", b"", b"\x03", b"\x07abcdefg", f'["1","2","{T}","broadcast",5]'):
            await client.connection.send(garbage)
        await client.send(T, "unheard_of", {}, "3", "1")
        assert await client.is_quiet()


async def test_presence_is_answered_and_does_nothing() -> None:
    """Clients may configure and track it; nobody is told."""
    async with hub_server() as (_, url), Phoenix.open(url) as client, Phoenix.open(url) as peer:
        await client.join(presence={"key": "k", "enabled": True})
        await peer.join()
        await client.send(T, "presence", {"type": "presence", "event": "track", "payload": {}}, "2", "1")
        assert await client.receive() == ["1", "2", T, "phx_reply", {"status": "ok", "response": {}}]
        assert await peer.is_quiet()
