"""Redis goes away and comes back, empty: nobody is thrown out, calls go on, and places are kept."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.conftest import Coturn
from tests.integration.door import Page, page, serving, settings_for, talking
from tests.integration.own_valkey import OwnValkey, own_valkey


@pytest.fixture
async def valkey() -> AsyncIterator[OwnValkey]:
    """A Valkey of this test's own, running."""
    async with own_valkey() as server:
        await server.start()
        yield server


async def readiness(door: str) -> dict[str, bool]:
    """Return what /readyz says of each part."""
    async with httpx2.AsyncClient() as client:
        checks: dict[str, bool] = (await client.get(f"http://{door}/readyz")).json()["checks"]
        return checks


async def lives(someone: Page, seconds: float) -> list[str]:
    """Send heartbeats for so long; returns what else was heard than their answers."""
    heard = []
    loop = asyncio.get_running_loop()
    until_s = loop.time() + seconds
    while loop.time() < until_s:
        await someone.says("heartbeat")
        while (kind := (await someone.hears("heartbeat", "waiting", "ended", "error", "relay"))["type"]) != "heartbeat":
            heard.append(kind)
        await asyncio.sleep(0.5)  # the pace of a page, not a wait for something
    return heard


async def test_a_server_starts_without_redis_says_so_and_recovers(coturn: Coturn) -> None:
    """It is alive and not ready, callers are told when to come back; once Redis is there, they queue."""
    async with own_valkey() as valkey, serving(settings_for(str(valkey.socket), coturn)) as door:
        assert (await readiness(door))["redis"] is False
        async with page(door) as early:
            await early.greets()
            error = await early.hears("error")
            assert (error["code"], error["retry_after"] > 0) == ("queue_unavailable", True)
            assert await early.closes_with() == 4503

        await valkey.start()

        async with page(door) as one, page(door) as other:
            await talking(one, other)
        assert (await readiness(door))["redis"] is True


async def test_those_who_wait_keep_their_place_over_a_restart_of_redis(coturn: Coturn, valkey: OwnValkey) -> None:
    """Their sockets stay open while it is away, and whoever waited longest is served first afterwards."""
    async with (
        serving(settings_for(str(valkey.socket), coturn)) as door,
        page(door) as first,
        page(door) as second,
    ):
        await first.queues(("de",))
        await first.hears("waiting")
        await second.queues(("fr",))
        await second.hears("waiting")

        await valkey.kill()
        outage = await asyncio.gather(lives(first, 6), lives(second, 6))
        await valkey.start()
        after = await asyncio.gather(lives(first, 6), lives(second, 6))

        assert {kind for heard in (*outage, *after) for kind in heard} <= {"waiting"}
        async with page(door) as third:
            await third.queues(("de", "fr"))
            assert (await third.is_matched())["call_id"] == (await first.is_matched())["call_id"]


async def test_calls_go_on_over_a_restart_of_redis(coturn: Coturn, valkey: OwnValkey) -> None:
    """Both talk on while it is away and when it is back; then either can end it for both."""
    async with serving(settings_for(str(valkey.socket), coturn)) as door, page(door) as one, page(door) as other:
        call_id = await talking(one, other)

        await valkey.kill()
        outage = await asyncio.gather(lives(one, 6), lives(other, 6))
        await valkey.start()
        after = await asyncio.gather(lives(one, 14), lives(other, 14))

        assert [*outage, *after] == [[], [], [], []]
        await one.says("hangup", call_id=call_id)
        assert (await one.hears("ended"))["reason"] == "hangup"
        assert (await other.hears("ended"))["reason"] == "partner_left"


async def test_a_page_that_returns_while_redis_is_away_loses_nothing(coturn: Coturn, valkey: OwnValkey) -> None:
    """It is refused, and served at its age as soon as Redis is back, although Redis forgot it."""
    async with serving(settings_for(str(valkey.socket), coturn)) as door, page(door) as later:
        async with page(door) as lost:
            await lost.queues(("de",))
            await lost.hears("waiting")
            await later.queues(("fr",))
            await later.hears("waiting")
            await valkey.kill()
            lost.socket.transport.abort()
        async with page(door, lost.token) as early:
            await early.greets(("de",))
            assert (await early.hears("error"))["code"] == "queue_unavailable"
            assert await early.closes_with() == 4503
        await valkey.start()
        await later.hears("waiting", seconds=15)

        async with page(door, lost.token) as back, page(door) as third:
            await back.queues(("de",))
            assert (await back.hears("waiting"))["position"] == 1
            await third.queues(("de", "fr"))
            assert (await third.is_matched())["call_id"] == (await back.is_matched())["call_id"]
