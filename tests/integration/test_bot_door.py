"""`/v1/bot/…`: what the server gives to bots, to whom, and what not."""

import asyncio
from typing import Any

import httpx2
import msgspec
import pytest
from redis.asyncio import Redis

from bot.door import Door, NotInCall, Refused, Unavailable
from matcher.bot_wire import RelaySet
from matcher.domain import Side, topic_of
from matcher.settings import BadSetting, Secret
from matcher.waiting_room import Offered, WaitingRoom
from server.app import create_app
from server.realtime.authorize import Claims
from server.realtime.tokens import ChannelTokens
from server.settings import ServerSettings
from tests.conftest import Coturn, free_port, until
from tests.integration.bot_world import KEY, bots_for, jobs_of, waiting_room
from tests.integration.door import page, serving, talking
from tests.integration.test_queue_processes import RevocableCoturn

PATHS = ("relay", "relay/return", "channel")
BOT = "b" * 22


WITH_KEY = f"Bearer {KEY}".encode()


async def asked(door: str, path: str, *, shows: bytes = WITH_KEY, body: bytes = b"") -> httpx2.Response:
    """Post something at the door, with this for Authorization."""
    async with httpx2.AsyncClient() as client:
        return await client.post(f"http://{door}/v1/bot/{path}", content=body, headers=[(b"Authorization", shows)])


async def claimed(settings: ServerSettings, room: WaitingRoom, ticket_id: str = BOT) -> Offered:
    """Claim whoever waits first, for a bot."""
    async with jobs_of(settings) as jobs:
        job = await jobs.take()
        assert job
        await jobs.done(job)
        offered = await room.claim(job.ticket_id, job.asked_ms, ticket_id, "bots")
        assert isinstance(offered, Offered)
        return offered


@pytest.mark.parametrize("path", PATHS)
async def test_without_the_key_the_door_stays_shut(valkey_socket: str, coturn: Coturn, path: str) -> None:
    """None, a wrong one, one that is cut or too long, one of another scheme: each gets the same answer."""
    wrong = (b"", b"Bearer", KEY.encode(), b"Bearer " + b"x" * 32, b"Basic " + KEY.encode(), b"Bearer \xd0\xba")
    shown = [*wrong, WITH_KEY[:-1], WITH_KEY + b"k"]
    async with serving(bots_for(valkey_socket, coturn)) as door:
        answers = [await asked(door, path, shows=shows) for shows in shown]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "unauthorized")}
        assert answers[0].headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", PATHS)
async def test_where_there_are_no_bots_there_is_no_door(valkey_socket: str, coturn: Coturn, path: str) -> None:
    """An empty key is no key that one could have."""
    async with serving(bots_for(valkey_socket, coturn, bot_key=Secret())) as door:
        for shows in (WITH_KEY, b"Bearer", b""):
            answer = await asked(door, path, shows=shows)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        async with Door(f"http://{door}", Secret(KEY)) as bots:
            with pytest.raises(Refused):
                await bots.relay()


def test_a_key_that_is_too_short_stops_the_start(valkey_socket: str, coturn: Coturn) -> None:
    """The sentence names the variable and what it takes, not the key."""
    with pytest.raises(BadSetting, match=r"^SOTTO_BOT_KEY must have at least 32 characters$"):
        create_app(bots_for(valkey_socket, coturn, bot_key=Secret("k" * 31)))


async def test_relay_credentials_are_handed_out_and_taken_back(
    valkey_socket: str, coturn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each bot gets a set of its own and the terms of a call; a set that comes back is revoked, by any process."""
    relay = RevocableCoturn(coturn)
    monkeypatch.setattr("server.app.providers_from", lambda *_: [relay])
    settings = bots_for(valkey_socket, coturn, call_s=1234)
    async with (
        serving(settings) as here,
        serving(settings) as there,
        Door(f"http://{here}", Secret(KEY)) as bots,
        Door(f"http://{there}", Secret(KEY)) as others,
    ):
        first, second = [await bots.relay() for _ in range(2)]
        assert first.relay.ice_servers[0].username != second.relay.ice_servers[0].username
        assert (first.call_s, first.describe) == (1234, True)
        assert first.setup_s > 0
        assert first.relay.ice_servers[0].credential not in f"{first} {first!r}"

        await others.give_back(first.relay)

        await until(lambda: first.relay.ice_servers[0].username in relay.revoked, "the revocation")
        assert second.relay.ice_servers[0].username not in relay.revoked


async def test_what_is_no_set_is_not_taken_back(valkey_socket: str, coturn: Coturn) -> None:
    """A provider that nobody knows is no matter; anything else than a set, or too much of it, is refused."""
    foreign = msgspec.json.encode(RelaySet("nobody", (), 2_000_000_000))
    cases = [(foreign, 204), (b"", 400), (b"{}", 400), (b"[" * 5000, 400), (foreign[:-1] + b',"x":1}', 400),
             (b" " * 8193, 413), (b"\xff", 400)]  # fmt: skip
    async with serving(bots_for(valkey_socket, coturn)) as door:
        for body, status in cases:
            assert (await asked(door, "relay/return", body=body)).status_code == status


async def test_a_bot_is_let_into_the_channel_of_its_call(valkey_socket: str, coturn: Coturn) -> None:
    """With a token for its side; the built-in hub's URL is one that it can reach."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings) as room,
        serving(settings) as door,
        Door(f"http://{door}", Secret(KEY)) as bots,
        page(door) as one,
    ):
        await one.says("hello", token=one.token, prefs={"languages": ["en"], "bots": True})
        await one.hears("relay")
        await one.says("ready")
        offered = await claimed(settings, room)

        grant = await bots.channel(BOT, offered.call_id)

        assert (grant.topic, grant.channel.key) == (topic_of(offered.call_id), settings.realtime_key)
        assert grant.channel.url == f"http://{door}/realtime/v1"
        claims: Claims = ChannelTokens(settings.realtime_signing_key).verify(grant.channel.token)
        assert (claims.call, offered.side) == (grant.topic, Side.B)
        assert grant.channel.token not in f"{grant} {grant!r}"


async def test_the_key_opens_no_channel_that_no_bot_is_in(valkey_socket: str, coturn: Coturn, redis: Redis) -> None:
    """Not that of two people, not with their own tickets, not another bot's, not one that has ended."""
    settings = bots_for(valkey_socket, coturn)
    async with (
        waiting_room(settings) as room,
        serving(settings) as door,
        Door(f"http://{door}", Secret(KEY)) as bots,
        page(door) as one,
        page(door) as other,
        page(door) as third,
    ):
        people = await talking(one, other)
        kept: Any = await redis.hkeys(f"sotto:{{{settings.pool}}}:tickets")
        theirs = [name.decode() for name in kept]
        assert len(theirs) == 2
        await third.says("hello", token=third.token, prefs={"languages": ["en"], "bots": True})
        await third.hears("relay")
        await third.says("ready")
        offered = await claimed(settings, room)

        tried = [(ticket_id, people) for ticket_id in (*theirs, BOT, "x" * 22)]
        tried += [("x" * 22, offered.call_id), (theirs[0], offered.call_id), (BOT, "x" * 22)]
        for ticket_id, call_id in tried:
            with pytest.raises(NotInCall):
                await bots.channel(ticket_id, call_id)
        assert (await bots.channel(BOT, offered.call_id)).topic == topic_of(offered.call_id)
        await room.leave(BOT)
        with pytest.raises(NotInCall):
            await bots.channel(BOT, offered.call_id)
        for body in (b"{}", b'{"ticket_id":"a","call_id":"b"}'):
            assert (await asked(door, "channel", body=body)).status_code == 400


async def test_a_server_that_is_away_is_asked_again_where_that_makes_sense() -> None:
    """Relay credentials once, the channel and what is handed in several times; no fault shows what was asked."""
    port, tries = free_port(), 0

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        writer.write(
            b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    async with Door(f"http://127.0.0.1:{port}", Secret(KEY), pauses_s=(0.01, 0.01)) as bots:
        with pytest.raises(Unavailable):
            await bots.relay()
        async with await asyncio.start_server(refuse, "127.0.0.1", port):
            with pytest.raises(Unavailable) as fault:
                await bots.relay()
            assert (tries, fault.value.retry_after_s, str(fault.value)) == (1, 7, "")
            with pytest.raises(Unavailable):
                await bots.channel(BOT, "c" * 22)
            assert tries == 4
            await bots.give_back(RelaySet("coturn", (), 0))
            assert tries == 7


async def test_an_answer_that_is_none_is_refused() -> None:
    """Whatever speaks HTTP there, it is not the server."""
    port, bodies = free_port(), [b"", b"<html>", b"{}", b'{"relay":' + b" " * 70_000 + b"}"]

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = bodies.pop()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()

    async with (
        Door(f"http://127.0.0.1:{port}", Secret(KEY)) as bots,
        await asyncio.start_server(answer, "127.0.0.1", port),
    ):
        while bodies:
            with pytest.raises(Refused) as fault:
                await bots.relay()
            assert str(fault.value) == ""


async def test_a_leaked_key_cannot_buy_without_end(valkey_socket: str, coturn: Coturn, redis: Redis) -> None:
    """All bots together have one allowance of relay credentials."""
    headers = {b"Authorization": WITH_KEY}
    async with serving(bots_for(valkey_socket, coturn)) as door, httpx2.AsyncClient() as client:
        statuses = {(await client.post(f"http://{door}/v1/bot/relay", headers=headers)).status_code for _ in range(400)}
        assert statuses == {200, 429}
