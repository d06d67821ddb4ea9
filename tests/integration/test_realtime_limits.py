"""What the hub refuses, cuts off and closes: rates, sizes, slow readers, silence, strangers."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from websockets.exceptions import ConnectionClosed, InvalidStatus

from matcher.domain import Side
from server.limits import Row
from tests.conftest import until
from tests.integration.realtime_server import KEY, QUICK, TOPIC, Phoenix, hub_server, token

T = f"realtime:{TOPIC}"


async def closing_code(client: Phoenix) -> int | None:
    """Read until the socket closes; return the code."""
    while True:
        try:
            await client.receive()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


async def test_too_many_messages_close_the_channel_and_not_the_socket() -> None:
    """The frame beyond the bucket ends the channel with the documented error; the peer has heard what fitted."""
    limits = replace(QUICK, messages=Row(burst=5, per_s=0.5, fails_open=False))
    async with hub_server(limits) as (hub, url), Phoenix.open(url) as client, Phoenix.open(url) as peer:
        await peer.join()
        await client.join(broadcast={"ack": False})
        for _ in range(7):
            await client.send(T, "broadcast", {"event": "s"}, "2", "1")
        system = await client.receive()
        assert system[:4] == ["1", None, T, "system"]
        assert system[4] == {
            "extension": "system", "status": "error", "message": "Too many messages per second", "channel": TOPIC,
        }  # fmt: skip
        assert await client.receive() == ["1", "1", T, "phx_close", {}]
        assert [type(await peer.receive()) for _ in range(4)] == [bytes] * 4
        assert await peer.is_quiet()
        assert hub.sockets == 2


async def test_an_oversize_payload_reaches_nobody() -> None:
    """With ack the sender is told, in a form that both clients can read; without, nothing happens."""
    limits = replace(QUICK, payload_bytes=100)
    async with hub_server(limits) as (_, url), Phoenix.open(url) as client, Phoenix.open(url) as peer:
        await peer.join()
        await client.join()
        big = {"event": "s", "payload": {"x": "y" * 100}}
        await client.send(T, "broadcast", big, "2", "1")
        refused = {"status": "error", "response": {"error": "payload_size_exceeded"}}
        assert await client.receive() == ["1", "2", T, "phx_reply", refused]
        await client.join(broadcast={})
        assert (await client.receive())[4]["status"] == "ok"  # the join's; before it came the former channel's close
        await client.send(T, "broadcast", big, "3", "1")
        assert await client.is_quiet()
        assert await peer.is_quiet()


async def test_a_frame_beyond_the_server_s_limit_closes_the_socket() -> None:
    """Close code 1009 (RFC 6455: message too big)."""
    async with hub_server() as (_, url), Phoenix.open(url) as client:
        await client.connection.send("x" * 200_000)
        assert await closing_code(client) == 1009


async def test_a_socket_joins_only_so_many_topics() -> None:
    """The one beyond is refused with the documented text."""
    async with hub_server() as (_, url), Phoenix.open(url) as client:
        topics = [f"call-{letter * 22}" for letter in "ABCDE"]
        replies = [await client.join(topic) for topic in topics]
        assert [reply["status"] for reply in replies] == ["ok"] * 4 + ["error"]
        assert replies[4]["response"]["reason"] == "ChannelRateLimitReached: Too many channels"


async def test_a_topic_takes_only_so_many_sockets_of_a_side() -> None:
    """One participant's cannot multiply every broadcast: a newcomer takes the place of the oldest, which is closed."""
    async with (
        hub_server(replace(QUICK, members=2)) as (_, url),
        Phoenix.open(url) as one,
        Phoenix.open(url) as two,
        Phoenix.open(url) as three,
        Phoenix.open(url) as partner,
    ):
        await partner.join(access_token=token(side=Side.B))
        for client in (one, two, three):
            assert (await client.join())["status"] == "ok"
        assert await kicked(one) == "Too many connected users"
        assert (await one.join())["status"] == "ok"
        assert await kicked(two) == "Too many connected users"

        await partner.send(T, "broadcast", {"event": "s"}, "2", "1")
        assert [type(await client.receive()) for client in (three, one)] == [bytes] * 2
        assert await two.is_quiet()


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("", "API key is missing"),
        ("sb_publishable_other", "The token provided is not a valid JWT"),
        (token(lifetime_s=-5), "Token has expired"),
    ],
    ids=["none", "another", "expired"],
)
async def test_a_wrong_key_gets_no_socket(key: str, text: str) -> None:
    """The upgrade is answered with HTTP 401 and the documented text."""
    async with hub_server() as (_, url):
        with pytest.raises(InvalidStatus) as refused:
            async with Phoenix.open(url, key=key):
                pass
        assert refused.value.response.status_code == 401
        assert text in (refused.value.response.body or b"").decode()


async def test_a_token_may_be_the_key() -> None:
    """It then counts for joins without a token of their own."""
    async with hub_server() as (_, url), Phoenix.open(url, key=token()) as client:
        await client.send(T, "phx_join", {"config": {"private": True}}, "1", "1")
        assert (await client.receive())[4]["status"] == "ok"


async def test_a_full_hub_takes_no_further_socket() -> None:
    """HTTP 429 and the documented text; there is room again when one leaves."""
    async with hub_server(replace(QUICK, sockets=1)) as (hub, url):
        async with Phoenix.open(url):
            with pytest.raises(InvalidStatus) as refused:
                async with Phoenix.open(url):
                    pass
        assert refused.value.response.status_code == 429
        assert b"Too many connected users" in (refused.value.response.body or b"")
        async with asyncio.timeout(5):
            while hub.full:
                await asyncio.sleep(0.01)
        async with Phoenix.open(url) as client:
            assert await client.is_quiet()


async def test_a_refusal_that_is_held_back_takes_room() -> None:
    """A socket with a wrong key counts until it has its answer."""

    async def knock(url: str, key: str) -> int:
        with pytest.raises(InvalidStatus) as refused:
            async with Phoenix.open(url, key=key):
                pass
        return refused.value.response.status_code

    async with hub_server(replace(QUICK, sockets=1, backoff_s=3.0)) as (hub, url):
        held = asyncio.create_task(knock(url, "no-key"))
        await until(lambda: hub.full, "the socket with a wrong key")
        assert await knock(url, KEY) == 429
        assert await held == 401
        await until(lambda: not hub.full, "room")


async def test_a_foreign_page_gets_no_socket() -> None:
    """HTTP 403 for another site's page; our own page and programs, which send no origin, are let in."""
    async with hub_server() as (_, url):
        with pytest.raises(InvalidStatus) as refused:
            async with Phoenix.open(url, origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403
        async with Phoenix.open(url, origin=url.removesuffix("/realtime/v1")) as client:
            assert await client.is_quiet()


@pytest.mark.parametrize("limit", ["silence_s", "idle_s"])
async def test_a_silent_or_idle_socket_is_closed(limit: str) -> None:
    """Nothing said, or nothing joined, for too long: close code 1001."""
    limits = replace(QUICK, **{limit: 0.2})
    async with hub_server(limits) as (_, url), Phoenix.open(url) as client:
        if limit == "silence_s":
            await client.join()
        assert await closing_code(client) == 1001


async def test_a_slow_reader_loses_its_socket_and_nobody_waits_for_it() -> None:
    """What waits for it is bounded; beyond that it is closed with 1011 while the others hear everything."""
    limits = replace(QUICK, messages=Row(burst=10_000, per_s=10_000, fails_open=False), outbox_frames=64)
    payload = {"event": "s", "payload": {"x": "y" * 60_000}}
    async with (
        hub_server(limits) as (hub, url),
        Phoenix.open(url) as sender,
        Phoenix.open(url) as peer,
        Phoenix.open(url, max_queue=1) as slow,
    ):
        for client in (peer, slow, sender):
            await client.join()
        sent = 0
        # Its client stops reading by itself; the kernel's buffers fill first.
        while sent < 200:
            await sender.send(T, "broadcast", payload, str(sent), "1")
            assert (await sender.receive())[4]["status"] == "ok"
            assert isinstance(await peer.receive(), bytes)
            sent += 1
        assert await closing_code(slow) == 1011
        await sender.send(T, "broadcast", payload, "last", "1")
        assert isinstance(await peer.receive(), bytes)
        assert hub.rooms == 1


async def join_briefly(client: Phoenix) -> None:
    """Join with a token of one to two seconds: expiry is in whole ones."""
    assert (await client.join(access_token=token(lifetime_s=2)))["status"] == "ok"


async def kicked(client: Phoenix) -> Any:
    """Return the message of the system error that must come, followed by the close."""
    system = await client.receive()
    assert system[3] == "system"
    assert await client.receive() == ["1", "1", system[2], "phx_close", {}]
    return system[4]["message"]


async def test_an_expired_token_ends_the_channel() -> None:
    """A system error that says so, then the close; the socket stays, and leaving in time stops the clock."""
    async with hub_server() as (hub, url), Phoenix.open(url) as client, Phoenix.open(url) as leaver:
        await join_briefly(leaver)
        await leaver.send(T, "phx_leave", {}, "2", "1")
        assert [(await leaver.receive())[3] for _ in range(2)] == ["phx_reply", "phx_close"]
        await join_briefly(client)
        assert await kicked(client) == "Token has expired 0 seconds ago"
        assert hub.rooms == 0
        assert await client.is_quiet()
        assert await leaver.is_quiet()


async def test_a_fresh_token_extends_the_channel() -> None:
    """Only the one with the new token is still there when the old token's time is over."""
    async with hub_server() as (hub, url), Phoenix.open(url) as client, Phoenix.open(url) as other:
        await join_briefly(client)
        await join_briefly(other)
        await client.send(T, "access_token", {"access_token": token()}, None, "1")
        assert await kicked(other) == "Token has expired 0 seconds ago"
        assert await client.is_quiet()
        assert hub.rooms == 1


@pytest.mark.parametrize(
    ("fresh", "message"),
    [
        (token("call-BBBBBBBBBBBBBBBBBBBBBB"), "You do not have permissions to read from this Channel topic"),
        ("x", "The token provided is not a valid JWT"),
        (token(lifetime_s=-3), "Token has expired"),
    ],
    ids=["another call's", "none", "expired"],
)
async def test_a_wrong_fresh_token_ends_the_channel(fresh: str, message: str) -> None:
    """Rights are what the newest token says."""
    async with hub_server() as (hub, url), Phoenix.open(url) as client:
        await client.join()
        await client.send(T, "access_token", {"access_token": fresh}, None, "1")
        assert (await kicked(client)).startswith(message)
        assert hub.rooms == 0


@pytest.mark.parametrize("fresh", [None, 5, KEY], ids=["null", "a number", "a key"])
async def test_what_is_no_token_changes_nothing(fresh: Any) -> None:
    """Clients send null or their key where they have no token."""
    async with hub_server() as (hub, url), Phoenix.open(url) as client:
        await client.join()
        await client.send(T, "access_token", {"access_token": fresh}, None, "1")
        assert await client.is_quiet()
        assert hub.rooms == 1
