"""The official clients, unmodified, when the hub freezes or dies, and when they send too much."""

import pytest
from msgspec.structs import replace

from matcher.domain import Side
from server.limits import Row
from tests.conftest import free_port, until
from tests.integration.hub_process import HubProcess
from tests.integration.realtime_peers import PAIRS, Peer, Starter, back, javascript, joined, name, python
from tests.integration.realtime_server import OTHER_TOPIC, QUICK, Phoenix, hub_server

# The Python client reads these two when it loses its connection, which websockets deprecates; it is used unmodified.
PYTHON_CLIENT = pytest.mark.filterwarnings(r"ignore:ConnectionClosed\.(code|reason) is deprecated:DeprecationWarning")


async def talk(one: Peer, two: Peer) -> None:
    """Let each say something that the other hears; what was on its way before may still come first."""
    for number, (sender, listener) in enumerate([(one, two), (two, one)]):
        assert await sender.send("signal", {"number": number}) == "ok"
        while (heard := await listener.events.next("heard"))["event"] != "signal":
            assert heard["event"] == "stray"
        assert heard["payload"] == {"number": number}


async def test_a_frozen_hub_is_noticed_and_outlived() -> None:
    """No send is taken for delivered meanwhile, though it may be; afterwards both talk again by themselves."""
    async with (
        HubProcess.start(free_port()) as hub,
        javascript(hub.url, patience_s=1) as one,
        python(hub.url, patience_s=1) as two,
    ):
        await joined(one, Side.A)
        await joined(two, Side.B)
        with hub.frozen():
            assert await one.send("stray", {}) == "timed out"
            assert await two.send("stray", {}) == "timed out"
            assert (await one.events.next("status"))["status"] == "CHANNEL_ERROR"
        await back(one)
        await talk(one, two)


@PYTHON_CLIENT
async def test_a_killed_hub_is_outlived() -> None:
    """Its successor on the same port, which knows nothing of them, has both back and carries what they say."""
    port = free_port()
    async with HubProcess.start(port) as hub, javascript(hub.url) as one, python(hub.url) as two:
        await joined(one, Side.A)
        await joined(two, Side.B)
        await hub.kill()
        for peer in (one, two):
            assert (await peer.events.next("status"))["status"] == "CHANNEL_ERROR"
        async with HubProcess.start(port):
            await back(one)
            await back(two)
            await talk(one, two)


@PYTHON_CLIENT
@pytest.mark.parametrize(("sender", "listener"), PAIRS, ids=name)
async def test_what_is_too_large_is_refused_and_the_rest_goes_on(sender: Starter, listener: Starter) -> None:
    """A payload over the limit is an error to who sends it, a frame over the limit costs the socket; both talk on."""
    async with hub_server() as (hub, url), sender(url) as one, listener(url) as two:
        await joined(one, Side.A)
        await joined(two, Side.B)
        large = {"x": "y" * hub.limits.payload_bytes}
        assert await one.send("large", large) == "error"
        assert "Unprocessable" in await one.http_send("large", large)
        await talk(one, two)
        await one.flood("huge", large | {"z": large}, 1)
        assert (await one.events.next("status"))["status"] == "CHANNEL_ERROR"
        await back(one)
        await talk(one, two)


@pytest.mark.parametrize(("sender", "listener"), PAIRS, ids=name)
async def test_a_flood_ends_the_flooder_s_channel_alone(sender: Starter, listener: Starter) -> None:
    """The partner hears what fitted and stays; another call notices nothing; the flooder may join anew."""
    limits = replace(QUICK, messages=Row(burst=20, per_s=5, fails_open=False))
    async with (
        hub_server(limits) as (hub, url),
        sender(url) as one,
        listener(url) as two,
        Phoenix.open(url) as other,
        Phoenix.open(url) as third,
    ):
        await joined(one, Side.A)
        await joined(two, Side.B)
        await other.join(OTHER_TOPIC)
        await third.join(OTHER_TOPIC)
        await one.flood("flood", {}, 50)
        while (await one.events.next("status"))["status"] != "CLOSED":
            pass
        await until(lambda: hub.rooms == 2, "both rooms to be there")
        await other.send(f"realtime:{OTHER_TOPIC}", "broadcast", {"event": "s"}, "2", "1")
        assert (await other.receive())[4]["status"] == "ok"
        assert (await third.receive()).endswith(b"s{}")
        assert await third.is_quiet()
        assert await two.send("signal", {}) == "ok"
