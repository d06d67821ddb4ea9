"""The official clients, unmodified, against the hub: `realtime` in Python and `@supabase/realtime-js` in Node."""

import itertools
from contextlib import AsyncExitStack

import pytest

from matcher.domain import Side
from tests.conftest import free_port, until
from tests.integration.realtime_peers import CLIENTS, PAIRS, Starter, javascript, joined, name, python
from tests.integration.realtime_server import KEY, OTHER_TOPIC, TOPIC, Phoenix, hub_server, token

UNAUTHORIZED = f"Unauthorized: You do not have permissions to read from this Channel topic: {TOPIC}"


@pytest.mark.parametrize(("one", "two"), list(itertools.product(CLIENTS, CLIENTS)), ids=name)
async def test_two_official_clients_talk_both_ways(one: Starter, two: Starter) -> None:
    """Acknowledged broadcasts arrive whole at the other end and nowhere else, whichever two clients meet."""
    async with hub_server() as (hub, url), one(url) as a, two(url) as b:
        await joined(a, Side.A)
        await joined(b, Side.B)
        for sender, listener, number in ((a, b, 1), (b, a, 2), (a, b, 3)):
            payload = {"number": number, "text": "é \u2028 🙂", "nested": [None, True, 1.5, {"": []}]}
            assert await sender.send("signal", payload) == "ok"
            assert await listener.events.next("heard") == {"event": "signal", "payload": payload}
        assert a.events.empty
        assert b.events.empty
        assert hub.rooms == 1


@pytest.mark.parametrize("client", CLIENTS, ids=name)
@pytest.mark.parametrize("credential", [token(OTHER_TOPIC), KEY], ids=["another call's token", "the key"])
@pytest.mark.claim("only-you-two")
async def test_who_is_no_participant_is_told_so(client: Starter, credential: str) -> None:
    """A channel error with the documented text; over REST, too, nothing gets through."""
    async with hub_server() as (hub, url), client(url) as stranger, Phoenix.open(url) as listener:
        await listener.join()
        await stranger.authorize(credential)
        await stranger.join(TOPIC)
        status = await stranger.events.next("status")
        assert status["status"] == "CHANNEL_ERROR"
        assert UNAUTHORIZED in status["error"]
        assert await stranger.http_send("signal", {"a": 1}) == "Forbidden"
        assert await listener.is_quiet()
        assert hub.sockets == 2


@pytest.mark.parametrize("client", CLIENTS, ids=name)
async def test_an_expired_token_closes_the_channel_for_the_client(client: Starter) -> None:
    """The client sees the error and then the close; it does not come back by itself."""
    async with hub_server() as (hub, url), client(url) as peer:
        await joined(peer, lifetime_s=3)
        statuses = []
        while "CLOSED" not in statuses:
            statuses.append((await peer.events.next("status"))["status"])
        assert hub.rooms == 0
        await joined(peer)
        assert hub.rooms == 1


async def test_the_javascript_client_is_told_why_its_channel_closes() -> None:
    """The system event carries the documented text."""
    async with hub_server() as (_, url), javascript(url) as peer:
        await joined(peer, lifetime_s=3)
        system = await peer.events.next("system")
        assert system == {"status": "error", "message": "Token has expired 0 seconds ago"}


@pytest.mark.parametrize("client", CLIENTS, ids=name)
async def test_a_refreshed_token_keeps_the_channel(client: Starter) -> None:
    """A joined client that is given a fresh token outlives its first one."""
    async with hub_server() as (hub, url), client(url) as peer, Phoenix.open(url) as clock:
        await joined(peer, lifetime_s=3)
        await clock.join(access_token=token(lifetime_s=3))
        await peer.authorize(token())
        assert (await clock.receive())[3] == "system"  # the first tokens' time is over
        assert (await clock.receive())[3] == "phx_close"
        await clock.join(access_token=token())
        assert await peer.send("signal", {}) == "ok"
        assert (await clock.receive()).endswith(b"signal{}")
        assert peer.events.empty
        assert hub.rooms == 1


@pytest.mark.parametrize("client", CLIENTS, ids=name)
async def test_a_client_leaves(client: Starter) -> None:
    """Its room is gone, and it hears nothing any more."""
    async with hub_server() as (hub, url), client(url) as peer:
        await joined(peer)
        await peer.leave()
        assert (await peer.events.next("status"))["status"] == "CLOSED"
        await until(lambda: hub.rooms == 0, "the empty room")


@pytest.mark.parametrize(("one", "two"), PAIRS, ids=name)
async def test_a_send_over_http_reaches_the_other_client(one: Starter, two: Starter) -> None:
    """`httpSend` and `http_send` need no joined channel on the sender's side, but deliver to one."""
    async with hub_server() as (_, url), one(url) as a, two(url) as b:
        await joined(a, Side.A)
        await joined(b, Side.B)
        assert await a.http_send("signal", {"é": 1}) == "ok"
        assert await b.events.next("heard") == {"event": "signal", "payload": {"é": 1}}


async def test_the_javascript_client_falls_back_to_rest() -> None:
    """Where it has not joined, its `send` posts a batch; the other side hears it all the same."""
    async with hub_server() as (_, url), javascript(url) as sender, python(url) as listener:
        await joined(listener)
        await sender.authorize(token())
        await sender.do("prepare", topic=TOPIC)
        assert await sender.send("signal", {"a": 1}) == "ok"
        assert await listener.events.next("heard") == {"event": "signal", "payload": {"a": 1}}


# The Python client reads these two when it loses its connection, which websockets deprecates; it is used unmodified.
@pytest.mark.filterwarnings(r"ignore:ConnectionClosed\.(code|reason) is deprecated:DeprecationWarning")
@pytest.mark.parametrize("client", CLIENTS, ids=name)
async def test_a_client_comes_back_after_a_restart(client: Starter) -> None:
    """The server closes with 1012 and returns on its port: the client joins again by itself and is heard."""
    port = free_port()
    async with AsyncExitStack() as stack:
        async with hub_server(port=port) as (_, url):
            peer = await stack.enter_async_context(client(url))
            await joined(peer)
        assert (await peer.events.next("status"))["status"] == "CHANNEL_ERROR"
        async with hub_server(port=port) as (hub, url), Phoenix.open(url) as listener:
            await listener.join()
            while (await peer.events.next("status"))["status"] != "SUBSCRIBED":
                assert hub.rooms == 1
            assert await peer.send("signal", {}) == "ok"
            assert (await listener.receive()).endswith(b"signal{}")
