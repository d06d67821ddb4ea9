"""A participant of one call against the hub: whatever he does, another call on the same hub notices nothing of it."""

import asyncio
import base64
import json
import select
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
import jwt
import pytest

from matcher.domain import Side
from matcher.settings import Secret
from server.realtime.tokens import ChannelTokens
from tests.conftest import until
from tests.integration.realtime_server import KEY, OTHER_TOPIC, TOPIC, Phoenix, hub_server, token
from tests.malice import CASES, payloads

T, OTHER = f"realtime:{TOPIC}", f"realtime:{OTHER_TOPIC}"
TOO_MUCH = bytes([0x88, 2, *(1008).to_bytes(2, "big")])  # the close frame, without a reason
ENOUGH_S = 1.0  # for a bystander's frame; the hub, both clients and the attacker share one event loop here
FORGED = ChannelTokens(Secret("another-secret-of-more-than-32-characters"))
CLAIMS = {"role": "authenticated", "exp": 4_000_000_000, "call": TOPIC, "side": "a"}


class Scene(NamedTuple):
    """Where an attack happens."""

    url: str
    evil: Phoenix  # joined as side B of its own call
    open: Callable[[], Awaitable[Phoenix]]  # one more socket of the attacker


Attack = Callable[[Scene], Awaitable[None]]


class Bystanders:
    """A call that goes on beside the attack: numbered frames from one to the other, each timed."""

    def __init__(self, one: Phoenix, other: Phoenix) -> None:
        self._one, self._other = one, other
        self.slowest_s = 0.0
        self.heard = 0

    async def talk(self, stop: asyncio.Event) -> None:
        """Send and hear until told to stop; nothing else may arrive on either socket."""
        while not stop.is_set() or self.heard < 5:
            before = time.monotonic()
            await self._one.send(OTHER, "broadcast", {"event": "s", "payload": {"n": self.heard}}, "9", "1")
            frame = await self._other.receive()
            assert isinstance(frame, bytes), f"another frame than the partner's: {frame}"
            assert frame.endswith(json.dumps({"n": self.heard}).encode())
            self.slowest_s = max(self.slowest_s, time.monotonic() - before)
            assert (await self._one.receive())[4] == {"status": "ok", "response": {}}
            self.heard += 1
            await asyncio.sleep(0.06)  # below the rate that one socket has


async def only_broadcasts(client: Phoenix) -> list[Any]:
    """Hear broadcasts until something else comes; return that."""
    while True:
        frame = json.loads(text) if isinstance(text := await client.connection.recv(), str) else None
        if isinstance(frame, list):
            return frame


@asynccontextmanager
async def beside_a_call() -> AsyncIterator[Scene]:
    """A hub with an attacked call and one beside it."""
    async with hub_server() as (hub, url):
        async with AsyncExitStack() as stack:

            async def client(topic: str = "", side: Side = Side.B) -> Phoenix:
                opened = await stack.enter_async_context(Phoenix.open(url))
                if topic:
                    assert (await opened.join(topic, token(topic, side)))["status"] == "ok"
                return opened

            bystanders = Bystanders(await client(OTHER_TOPIC, Side.A), await client(OTHER_TOPIC))
            honest, evil = await client(TOPIC, Side.A), await client(TOPIC)
            stop = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(bystanders.talk(stop))
                hearing = group.create_task(only_broadcasts(honest))
                yield Scene(url, evil, client)
                # The attack is over: the honest one is still in, has been told nothing else, and can still speak.
                await honest.send(T, "broadcast", {"event": "s", "payload": {}}, "alive", "1")
                assert (await hearing)[1:] == ["alive", T, "phx_reply", {"status": "ok", "response": {}}]
                stop.set()
            assert bystanders.slowest_s < ENOUGH_S
        await until(lambda: hub.sockets == 0, "all sockets to close")


async def refused(client: Phoenix, topic: str, credential: str) -> str:
    """Try to join; return the reason for which the hub refuses."""
    reply = await client.join(topic, credential)
    assert reply["status"] == "error", reply
    return str(reply["response"]["reason"])


def unsigned() -> str:
    """Return a token that says it needs no signature (RFC 7518 section 3.6)."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, CLAIMS)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


async def tokens_of_others(scene: Scene) -> None:
    """Of another call, expired, forged, unsigned, cut short, or no token at all."""
    client = await scene.open()
    assert "Unauthorized" in await refused(client, OTHER_TOPIC, token())
    assert "Unauthorized" in await refused(client, OTHER_TOPIC, KEY)
    assert "expired" in await refused(client, TOPIC, token(lifetime_s=-1))
    assert "signature" in await refused(client, TOPIC, FORGED.mint(TOPIC, Side.A, 60))
    for none in (unsigned(), token()[:-1], token() + "x" * 5000, "x", ".."):
        assert await refused(client, TOPIC, none)


async def claims_of_others(scene: Scene) -> None:
    """Signed with our public key's text, without a role, as a stranger, or for a topic that is no call's."""
    client = await scene.open()
    for claims in ({**CLAIMS, "role": "anon"}, {**CLAIMS, "call": [TOPIC]}, {**CLAIMS, "role": "service_role"}):
        assert await refused(client, TOPIC, jwt.encode(claims, "a-secret-of-at-least-thirty-two-characters"))
    assert await refused(client, TOPIC, jwt.encode(CLAIMS, KEY.ljust(32, "0")))
    for topic in ("phoenix", "call-*", f"{TOPIC}\n", f"{TOPIC} ", f"realtime:{TOPIC}", "", "../" + TOPIC, "x" * 240):
        assert await refused(client, topic, token())


async def refresh_to_another_call(scene: Scene) -> None:
    """A token refreshed into another call ends the attacker's own channel, and opens none."""
    await scene.evil.send(T, "access_token", {"access_token": token(OTHER_TOPIC)}, None, "1")
    assert (await scene.evil.receive())[3] == "system"
    assert (await scene.evil.receive())[3] == "phx_close"


async def broadcasts_elsewhere(scene: Scene) -> None:
    """Over the socket to a topic that was not joined, as text and as binary."""
    await scene.evil.send(OTHER, "broadcast", {"event": "s", "payload": {}}, "2", "1")
    assert (await scene.evil.receive())[4]["response"] == {"reason": "unmatched topic"}
    fields = ["1", "3", OTHER, "s", ""]
    await scene.evil.connection.send(bytes([3, *map(len, fields), 1]) + "".join(fields).encode() + b"{}")
    assert (await scene.evil.receive())[4]["response"] == {"reason": "unmatched topic"}


async def rest_elsewhere(scene: Scene) -> None:
    """Over HTTP to another topic, beyond every limit, as garbage: refused or skipped, and never an error of ours."""
    headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
    deep = b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    batch = b'{"messages":[{"topic":"%s","event":"s","private":true,"payload":%s}]}'
    one = f"/api/broadcast/{OTHER_TOPIC}/events/s?private=true"
    own = f"/api/broadcast/{TOPIC}/events/s?private=true"
    async with httpx2.AsyncClient(base_url=scene.url, headers=headers) as client:
        for path, body, status in (
            ("/api/broadcast", batch % (OTHER_TOPIC.encode(), b"{}"), 202),
            ("/api/broadcast", batch % (TOPIC.encode(), deep), 422),
            ("/api/broadcast", batch % (TOPIC.encode(), b'{"a":1}},"x":{'), 422),
            ("/api/broadcast", b"[" * 100_000, 422),
            ("/api/broadcast", b"x" * 300_000, 422),
            (one, b"{}", 403),
            (one.replace("s?", "s%0d%0a?"), b"{}", 404),
            (own, deep, 422),
            (own, b"{}{}", 422),
            (own, b'{"a":1}},"event":"x",{', 422),
            (own, b'{"a":"' + b"x" * 70_000 + b'"}', 422),
            (own.replace("/s?", f"/{'s' * 300}?"), b"{}", 422),
        ):
            assert (await client.post(path, content=body)).status_code == status, (path, body[:40])


async def malformed_frames(scene: Scene) -> None:
    """Neither frames of either version nor of any form: dropped one by one, and the socket stays."""
    head = bytes([3, 1, 1, len(T), 1, 0, 1]) + b"12" + T.encode() + b"s"
    for frame in (
        "", "null", "{}", "[]", "x", "\0", "[" * 20_000, '{"topic":"' + T + '"}', "[1,2,3,4,5]",
        f'["1","2","{T}",5,{{}}]',
        b"", b"\3", b"\4" + head[1:], b"\3" + b"\xff" * 6, head[:-2], head + b"{", head + b"{}}", head + b"\xff",
        head + b"[" * 20_000, head + b"NaN", bytes([3, 1, 1, len(T), 1, 0, 9]) + head[7:] + b"{}",
    ):  # fmt: skip
        await scene.evil.connection.send(frame)
    assert await scene.evil.is_quiet()


async def forged_events(scene: Scene) -> None:
    """What only the hub may say, said by a client; and events whose names would mean something to one."""
    for event in (
        "phx_reply",
        "phx_close",
        "phx_error",
        "system",
        "presence_state",
        "presence_diff",
        "postgres_changes",
    ):
        await scene.evil.send(T, event, {"status": "error", "response": {}}, "1", "1")
    for event in ("phx_close", "system", "__proto__", "s\r\n", "*", ""):
        await scene.evil.send(T, "broadcast", {"event": event, "payload": {}}, "2", "1")
        assert (await scene.evil.receive())[4]["status"] == "ok"
    assert await scene.evil.is_quiet()


async def a_frame_beyond_the_limit(scene: Scene) -> None:
    """It costs the socket that sent it."""
    client = await scene.open()
    await client.connection.send("x" * 200_000)
    await client.connection.wait_closed()
    assert client.connection.close_code == 1009


async def joining_again_and_again(scene: Scene) -> None:
    """With one token on many sockets, and twice on one: the oldest of his own have to go, and ours has room."""
    crowd = [await scene.open() for _ in range(8)]
    for client in crowd:
        assert (await client.join(TOPIC, token(TOPIC, Side.B)))["status"] == "ok"
    for client in (scene.evil, *crowd[:4]):
        assert [(await client.receive())[3] for _ in range(2)] == ["system", "phx_close"]
    assert await crowd[4].is_quiet()
    again = await scene.open()
    assert (await again.join(TOPIC, token(TOPIC, Side.A)))["status"] == "ok"
    await scene.evil.join(TOPIC, token(TOPIC, Side.B), ref="5")


def pour(url: str, frames: list[Any]) -> bytes:
    """Join, then send the last frame as fast as the socket takes it, until the hub ends it; return all that it said."""
    said = bytearray()
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as raw:
        raw.sendall(
            f"GET {address.path}/websocket?apikey={KEY}&vsn=2.0.0 HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in said:
            said += raw.recv(4096)
        *first, last = (masked(frame if isinstance(frame, str) else json.dumps(frame)) for frame in frames)
        raw.sendall(b"".join(first))
        waiting = b""
        with suppress(ConnectionError):
            while True:
                readable, writable, _ = select.select([raw], [raw], [], 20)
                assert readable or writable, "the hub neither reads nor closes"
                if readable:
                    said += (heard := raw.recv(65_536))
                    if not heard:
                        break
                if writable:
                    waiting = waiting or last * (65_536 // len(last) + 1)
                    waiting = waiting[raw.send(waiting[:65_536]) :]
    return bytes(said)


def masked(text: str) -> bytes:
    """Return a client's text frame with a mask of zeros (RFC 6455 section 5.2)."""
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text.encode()


async def flood(scene: Scene) -> None:
    """As fast as sockets can, joined or not, small frames and large ones: each is closed, or reset."""
    await scene.evil.send(T, "phx_leave", {}, "2", "1")
    config = {"config": {"private": True, "broadcast": {"ack": True}}, "access_token": token(TOPIC, Side.B)}
    join = ["1", "1", T, "phx_join", config]
    large = ["1", "2", T, "broadcast", {"event": "s", "payload": {"x": "y" * 60_000}}]
    small = ["1", None, T, "broadcast", {"event": "s", "payload": {}}]
    heartbeat: list[Any] = [None, "1", "phoenix", "heartbeat", {}]
    floods: list[list[Any]] = [[join, large], [join, small], [small], [heartbeat], [join, join], ["x"], ["[" * 60_000]]
    said = await asyncio.gather(*(asyncio.to_thread(pour, scene.url, frames) for frames in floods))
    assert TOO_MUCH in said[0][-64:]


async def the_table_of_the_browser(scene: Scene) -> None:
    """Payloads are none of the hub's business: it passes them on or drops them, and neither parses nor trips."""
    await scene.evil.send(T, "phx_leave", {}, "2", "1")
    for case in CASES:
        client = await scene.open()
        await client.join(TOPIC, token(TOPIC, Side.B))
        for payload in payloads(case, "00000000000000aa", "00000000000000bb", beyond_hub=False):
            await client.send(T, "broadcast", {"event": "s", "payload": payload}, "2", "1")
            assert (await client.receive())[4]["status"] == "ok"
        await client.connection.close()


ATTACKS: list[Attack] = [
    tokens_of_others, claims_of_others, refresh_to_another_call, broadcasts_elsewhere, rest_elsewhere, malformed_frames,
    forged_events, a_frame_beyond_the_limit, joining_again_and_again, flood, the_table_of_the_browser,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.claim("only-you-two")
async def test_nobody_else_is_touched(attack: Attack) -> None:
    """The honest partner stays joined, and a call beside it hears all of its frames, in order and in time."""
    async with beside_a_call() as scene:
        await attack(scene)
