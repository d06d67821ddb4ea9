"""Several server processes on one Redis: pages are matched across them, and come back to another than they left."""

import asyncio

import httpx2
import pytest
from redis.asyncio import Redis

from server.relay.coturn import CoturnRelay
from server.relay.provider import RelayCredentials
from tests.conftest import Coturn, until
from tests.fakes.clock import FakeClock
from tests.integration.door import SYSTEM, Page, page, serving, settings_for, talking


class RevocableCoturn(CoturnRelay):
    """coturn's credentials, with a record of those that were given back, as a remote provider would revoke them."""

    remote = True

    def __init__(self, coturn: Coturn) -> None:
        super().__init__("127.0.0.1", coturn.port, 0, settings_for("", coturn).coturn_secret, SYSTEM)
        self.revoked: list[str] = []

    async def revoke(self, credentials: RelayCredentials) -> None:
        """Take note."""
        self.revoked.append(credentials.ice_servers[0].username)


async def test_two_processes_share_one_queue(valkey_socket: str, coturn: Coturn) -> None:
    """A page on each is matched into one call, and what one does is told at the other."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as here, serving(settings) as there, page(here) as one, page(there) as other:
        call_id = await talking(one, other)

        await other.says("hangup", call_id=call_id)

        assert (await one.hears("ended"))["reason"] == "partner_left"


async def test_a_lost_page_takes_its_call_to_another_process(valkey_socket: str, coturn: Coturn) -> None:
    """It is resumed there, and both ends still reach each other."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as here, serving(settings) as there, page(here) as one:
        async with page(here) as lost:
            call_id = await talking(one, lost)
            lost.socket.transport.abort()
        async with page(there, lost.token) as back:
            await back.greets(call_id=call_id)
            assert (await back.hears("resumed"))["call_id"] == call_id

            await one.says("hangup", call_id=call_id)
            assert (await back.hears("ended"))["reason"] == "partner_left"


async def test_a_page_that_returns_elsewhere_before_its_socket_is_missed_takes_its_call(
    valkey_socket: str, coturn: Coturn
) -> None:
    """The older socket is told that it was superseded, and its end changes nothing."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as here, serving(settings) as there, page(here) as one, page(here) as older:
        call_id = await talking(one, older)
        async with page(there, older.token) as newer:
            await newer.greets(call_id=call_id)
            await newer.hears("resumed")

            assert (await older.hears("error"))["code"] == "superseded"
            assert await older.closes_with() == 4409
            await newer.says("hangup", call_id=call_id)
            assert (await one.hears("ended"))["reason"] == "partner_left"


@pytest.mark.parametrize("ahead_s", [100, -100])
async def test_clocks_need_not_agree(valkey_socket: str, coturn: Coturn, ahead_s: int) -> None:
    """A process whose clock is off takes calls and places over like any other, and gives nobody an age."""
    settings = settings_for(valkey_socket, coturn)
    off = FakeClock(SYSTEM.now_ms())
    off.advance(ahead_s)
    async with (
        serving(settings) as here,
        serving(settings, off) as there,
        page(there) as one,
        page(here) as third,
    ):
        await third.queues(("fr",))
        await third.hears("waiting")
        async with page(here) as lost:
            call_id = await talking(one, lost)
            lost.socket.transport.abort()
        async with page(there, lost.token) as back:
            await back.greets(call_id=call_id)
            assert (await back.hears("resumed"))["call_id"] == call_id
            await back.says("next")
            await back.hears("relay")
            await back.says("ready")
            assert (await back.hears("waiting", "error"))["position"] == 2


async def test_credentials_that_moved_with_their_call_are_not_revoked(
    valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that lost the page keeps its hands off them; those of a page that never returns are given back."""
    relay = RevocableCoturn(coturn)
    monkeypatch.setattr("server.app.providers_from", lambda *_: [relay])
    stopwatch = FakeClock()
    settings = settings_for(valkey_socket, coturn)
    async with (
        serving(settings, stopwatch=stopwatch) as here,
        serving(settings) as there,
        page(there) as one,
    ):
        async with page(here) as gone:
            await gone.greets()
            forgotten = (await gone.hears("relay"))["ice_servers"][0]["username"]
            gone.socket.transport.abort()
        async with page(here) as lost:
            await one.queues()
            await one.hears("waiting")
            await lost.greets()
            carried = (await lost.hears("relay"))["ice_servers"][0]["username"]
            await lost.says("ready")
            match, _ = await asyncio.gather(one.is_matched(), lost.is_matched())
            for side in (one, lost):
                await side.says("connected", call_id=match["call_id"])
            await lost.says("heartbeat")
            await lost.hears("heartbeat")
            lost.socket.transport.abort()
        async with page(there, lost.token) as back:
            await back.greets(call_id=match["call_id"])
            await back.hears("resumed")

            stopwatch.advance(61)
            await until(lambda: forgotten in relay.revoked, "the revocation")

            assert carried not in relay.revoked


async def lost_over_the_match(door: str, one: Page) -> tuple[str, str]:
    """Let a page lose its socket as it is matched with this one; returns its session token and the call's id."""
    async with page(door) as lost:
        await one.queues()
        await one.hears("waiting")
        await lost.queues()
        match = await lost.hears("matched")
        await one.is_matched()
        lost.socket.transport.abort()
    return lost.token, match["call_id"]


async def test_an_offer_is_taken_along_and_measured_truly(valkey_socket: str, coturn: Coturn) -> None:
    """A page that loses its socket over the match is told it again elsewhere; nobody waited since 1970."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as here, serving(settings) as there, page(here) as one:
        token, call_id = await lost_over_the_match(here, one)
        async with page(there, token) as back, httpx2.AsyncClient() as client:
            await back.greets()
            assert (await back.is_matched())["call_id"] == call_id

            lines = (await client.get(f"http://{there}/metrics")).text.splitlines()
            waited_s = [float(line.split()[1]) for line in lines if line.startswith("sotto_wait_seconds_sum")]
            assert waited_s[0] < 60


async def test_an_offer_that_the_page_knows_goes_on(valkey_socket: str, coturn: Coturn) -> None:
    """A page that builds its call already is told nothing but the match, to say again that it has it."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as here, serving(settings) as there, page(here) as one:
        token, call_id = await lost_over_the_match(here, one)
        async with page(there, token) as back:
            await back.greets(call_id=call_id)
            assert (await back.hears("relay", "matched"))["type"] == "matched"
            await back.says("ack", call_id=call_id)
            for side in (one, back):
                await side.says("connected", call_id=call_id)
                await side.says("heartbeat")
                assert (await side.hears("heartbeat", "relay", "ended"))["type"] == "heartbeat"
            await back.says("hangup", call_id=call_id)
            assert (await one.hears("ended"))["reason"] == "partner_left"


async def test_a_call_that_redis_forgot_moves_with_whom_it_is_with(
    redis: Redis, valkey_socket: str, coturn: Coturn
) -> None:
    """A block at the process that the page came to holds, although the partner's side of the call is not back yet."""
    settings = settings_for(valkey_socket, coturn)
    async with serving(settings) as here, serving(settings) as there:
        async with page(here) as one, page(here) as other:
            call_id = await talking(one, other)
            for side in (one, other):
                side.socket.transport.abort()
        await redis.flushall()
        async with page(here, one.token) as back:
            await back.greets(call_id=call_id)
            await back.hears("resumed")
            back.socket.transport.abort()
        async with page(there, one.token) as moved, page(here, other.token) as late:
            await moved.greets(call_id=call_id)
            await moved.hears("resumed")
            await moved.says("block", call_id=call_id)
            await moved.hears("ended")
            await moved.says("next")
            await moved.hears("relay")
            await moved.says("ready")
            await moved.hears("waiting")
            await late.queues()

            assert (await late.hears("waiting", "matched"))["type"] == "waiting"
