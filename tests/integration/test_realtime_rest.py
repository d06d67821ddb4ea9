"""Broadcasts over HTTP, as both official clients send them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from server.limits import Row
from server.realtime.hub import Hub, HubLimits
from tests.fakes.clock import FakeClock
from tests.integration.realtime_server import (
    KEY,
    OTHER_TOPIC,
    QUICK,
    TOKENS,
    TOPIC,
    Phoenix,
    hub_server,
    serving,
    token,
)

ONE = f"/api/broadcast/{TOPIC}/events/s?private=true"


@asynccontextmanager
async def listening(limits: HubLimits = QUICK) -> AsyncIterator[tuple[httpx2.AsyncClient, Phoenix]]:
    """A client of the endpoints that holds a token, and a socket that has joined the topic."""
    headers = {"apikey": KEY, "Authorization": f"Bearer {token()}"}
    async with (
        hub_server(limits) as (_, url),
        Phoenix.open(url, v2=False) as listener,
        httpx2.AsyncClient(base_url=url, headers=headers) as client,
    ):
        await listener.join()
        yield client, listener


def message(topic: str = TOPIC, **further: Any) -> dict[str, Any]:
    """Return one message of a batch."""
    return {"topic": topic, "event": "s", "payload": {"a": 1}, "private": True, **further}


async def test_a_batch_is_delivered_and_what_is_not_allowed_is_skipped() -> None:
    """202 without a body even for messages that nobody will hear, as upstream."""
    batch = {"messages": [message(), message(private=False), message(OTHER_TOPIC), message(payload={"a": 2})]}
    async with listening() as (client, listener):
        response = await client.post("/api/broadcast", json=batch)
        assert (response.status_code, response.content) == (202, b"")
        heard = [(await listener.receive())["payload"]["payload"] for _ in range(2)]
        assert heard == [{"a": 1}, {"a": 2}]
        assert await listener.is_quiet()


async def test_one_message_is_delivered() -> None:
    """The body is the payload itself."""
    async with listening() as (client, listener):
        assert (await client.post(ONE, json={"a": 1})).status_code == 202
        heard = {"type": "broadcast", "event": "s", "payload": {"a": 1}}
        assert (await listener.receive())["payload"] == heard


async def test_one_binary_message_is_accepted_and_not_sent_to_version_1() -> None:
    """vsn 1.0.0 cannot carry it."""
    async with listening() as (client, listener):
        headers = {"Content-Type": "application/octet-stream"}
        assert (await client.post(ONE, content=b"\xff", headers=headers)).status_code == 202
        assert await listener.is_quiet()


@pytest.mark.parametrize("path", ["/api/broadcast", ONE])
@pytest.mark.parametrize("header", ["Bearer x", f"Bearer {token(lifetime_s=-5)}", "Bearer"])
async def test_without_a_valid_token_nothing_is_accepted(path: str, header: str) -> None:
    """401; the key of a page alone is valid, but a stranger's: see the next test."""
    async with listening() as (client, listener):
        response = await client.post(path, json={"messages": []}, headers={"Authorization": header})
        assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})
        assert await listener.is_quiet()


async def test_a_stranger_is_heard_by_nobody() -> None:
    """The publishable key, or another call's token: 403 on the single endpoint, skipped in a batch."""
    async with listening() as (client, listener):
        for credential in (KEY, token(OTHER_TOPIC)):
            headers = {"Authorization": f"Bearer {credential}"}
            assert (await client.post(ONE, json={}, headers=headers)).status_code == 403
            batch = {"messages": [message()]}
            assert (await client.post("/api/broadcast", json=batch, headers=headers)).status_code == 202
        del client.headers["Authorization"]
        assert (await client.post(ONE, json={})).status_code == 403
        assert await listener.is_quiet()


async def test_public_topics_do_not_exist() -> None:
    """Without `private=true` even a participant is refused."""
    async with listening() as (client, listener):
        assert (await client.post(ONE.replace("true", "false"), json={})).status_code == 403
        assert (await client.post(ONE.partition("?")[0], json={})).status_code == 403
        assert await listener.is_quiet()


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        (ONE, b"{}", "text/plain", 415),
        (ONE, b"{", "application/json", 422),
        (ONE, b"[1]", "application/json", 422),
        (ONE, b"{}{}", "application/json", 422),
        (ONE, b"x" * 65_537, "application/octet-stream", 422),
        (ONE.replace("/s?", f"/{'s' * 256}?"), b"{}", "application/json", 422),
        ("/api/broadcast", b"", "application/json", 422),
        ("/api/broadcast", b'{"messages":[{"topic":"t","event":"s"}]}', "application/json", 422),
        ("/api/broadcast", b'{"messages":[{"topic":"t","event":"s","payload":[]}]}', "application/json", 422),
        ("/api/broadcast", b"x" * 300_000, "application/json", 422),
    ],
)
async def test_what_has_another_form_is_refused(path: str, body: bytes, kind: str, status: int) -> None:
    """415 for another media type, 422 for what cannot be sent; nobody hears anything."""
    async with listening() as (client, listener):
        response = await client.post(path, content=body, headers={"Content-Type": kind})
        assert response.status_code == status
        assert await listener.is_quiet()


async def test_too_many_messages_are_refused() -> None:
    """429 once the topic's bucket is empty."""
    limits = replace(QUICK, messages=Row(burst=3, per_s=0.01, fails_open=False))
    async with listening(limits) as (client, listener):
        statuses = [(await client.post(ONE, json={})).status_code for _ in range(4)]
        assert statuses == [202, 202, 202, 429]
        assert [(await listener.receive())["event"] for _ in range(3)] == ["broadcast"] * 3


async def test_a_clock_that_is_set_back_refuses_no_message() -> None:
    """How many a topic gets goes by durations, whatever the time of day does."""
    clock, stopwatch = FakeClock(), FakeClock()
    limits = replace(QUICK, messages=Row(burst=1, per_s=1.0, fails_open=False))
    hub = Hub(None, TOKENS, KEY, "test", limits, clock, stopwatch)
    async with serving(hub) as url, httpx2.AsyncClient(base_url=url, headers={"apikey": token()}) as client:
        assert (await client.post(ONE, json={})).status_code == 202
        clock.advance(-3600)
        stopwatch.advance(1)
        assert (await client.post(ONE, json={})).status_code == 202


async def test_any_page_may_ask() -> None:
    """The preflight and the answer allow every origin: the token alone authorises."""
    async with listening() as (client, listener):
        asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "apikey,authorization,content-type"}  # fmt: skip
        preflight = await client.options(ONE, headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
        answer = await client.post(ONE, json={}, headers={"Origin": "https://page.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (await listener.receive())["event"] == "broadcast"
