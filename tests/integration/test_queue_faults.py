"""The queue's socket under bad input: a typed error, a documented close code, and nobody else is touched."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from matcher.clock import SystemClock
from matcher.settings import Secret
from server.limits import Limit
from tests.conftest import Coturn
from tests.fakes.clock import FakeClock
from tests.integration.door import Page, new_token, page, serving, settings_for


@pytest.fixture
async def door(valkey_socket: str, coturn: Coturn) -> AsyncIterator[str]:
    """A server with a waiting room of its own."""
    async with serving(settings_for(valkey_socket, coturn)) as host:
        yield host


async def refusal(visitor: Page) -> tuple[str, int]:
    """Return the error's code and the close code."""
    return (await visitor.hears("error"))["code"], await visitor.closes_with()


@pytest.mark.parametrize(
    ("frame", "code", "close"),
    [
        ("not json", "bad_message", 4400),
        ('{"type":"wave"}', "bad_message", 4400),
        ('{"type":"ready"}', "out_of_order", 4400),
        ('{"type":"hello","token":"x","prefs":{"languages":["en"]}}', "unauthorized", 4401),
        ('{"type":"heartbeat","x":"' + "x" * 5000 + '"}', "oversize_message", 4413),
        (b"\x00\x01", "bad_message", 4400),
    ],
)
async def test_a_first_message_that_is_no_hello_closes_the_socket(
    door: str, frame: str | bytes, code: str, close: int
) -> None:
    """Unknown, malformed, out of order, forged, oversize or binary: each has its code."""
    async with page(door) as visitor:
        await visitor.socket.send(frame)

        assert (code, close) == await refusal(visitor)


async def test_a_giant_frame_is_not_even_read(door: str) -> None:
    """Beyond what any socket here takes the protocol itself closes (RFC 6455 section 7.4.1)."""
    async with page(door) as visitor:
        await visitor.socket.send("x" * 200_000)

        assert await visitor.closes_with() == 1009


async def test_a_second_hello_is_out_of_order(door: str) -> None:
    """A socket has one session."""
    async with page(door) as visitor:
        await visitor.greets()
        await visitor.greets()

        assert await refusal(visitor) == ("out_of_order", 4400)


async def test_too_many_messages_close_only_the_socket_that_sent_them(door: str) -> None:
    """Another page on the same server keeps its place."""
    async with page(door) as calm, page(door) as flooder:
        await calm.queues()
        await calm.hears("waiting")
        await flooder.greets()
        for _ in range(200):
            await flooder.says("heartbeat")

        assert await refusal(flooder) == ("rate_limited", 4429)
        async with httpx2.AsyncClient() as client:
            assert (
                'sotto_limit_refusals_total{limit="messages"} 1.0' in (await client.get(f"http://{door}/metrics")).text
            )
        await calm.says("heartbeat")
        await calm.hears("heartbeat")


async def test_messages_about_an_older_call_are_no_fault(door: str) -> None:
    """They crossed with its end."""
    async with page(door) as visitor:
        await visitor.queues()
        await visitor.hears("waiting")
        for kind in ("ack", "connected", "hangup", "block"):
            await visitor.says(kind, call_id="A" * 22)
        await visitor.says("failed", call_id="A" * 22, stage="ice")
        await visitor.says("heartbeat")

        assert (await visitor.hears("heartbeat", "error"))["type"] == "heartbeat"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://[", "null"])
async def test_a_page_of_another_site_is_refused(door: str, origin: str) -> None:
    """Whatever token it has."""
    async with page(door, "stolen", origin=origin) as visitor:
        assert await refusal(visitor) == ("wrong_origin", 4403)


async def test_without_relay_nobody_enters_the_queue(valkey_socket: str, coturn: Coturn) -> None:
    """The page is told before any queueing, with the time to come back; readiness says the same."""
    broken = settings_for(
        valkey_socket,
        coturn,
        relays="cloudflare",
        cloudflare_key_id="k",
        cloudflare_api_token=Secret("t"),
        cloudflare_api_url="http://127.0.0.1:9/v1",
    )
    async with serving(broken) as door, page(door) as visitor:
        await visitor.greets()

        error = await visitor.hears("error", "waiting")
        assert error["code"] == "relay_unavailable"
        assert error["retry_after"] > 0
        assert await visitor.closes_with() == 4503
        async with httpx2.AsyncClient() as client:
            assert (await client.get(f"http://{door}/readyz")).status_code == 503


async def test_a_full_server_says_so(valkey_socket: str, coturn: Coturn) -> None:
    """The socket beyond the capacity is told when to come back; the one inside stays."""
    async with (
        serving(settings_for(valkey_socket, coturn, max_sockets=1)) as door,
        page(door) as inside,
        page(door, "any") as outside,
    ):
        assert await refusal(outside) == ("server_full", 4503)
        await inside.queues()
        await inside.hears("waiting")


async def test_tokens_are_never_part_of_a_url(door: str) -> None:
    """A token in the query does nothing: the hello still has to bring it."""
    token = await new_token(door)
    async with page(door, "wrong", query=f"?token={token}") as visitor:
        await visitor.greets()

        assert await refusal(visitor) == ("unauthorized", 4401)


async def test_http_errors_are_problems(door: str) -> None:
    """Unknown paths and wrong methods answer problem+json and carry the security headers."""
    async with httpx2.AsyncClient(base_url=f"http://{door}") as client:
        for path, status in (("/v1/session", 405), ("/v1/nothing", 404)):
            answer = await client.get(path)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert json.loads(answer.text)["status"] == answer.status_code
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["referrer-policy"] == "no-referrer"


async def test_sessions_are_limited_per_address(valkey_socket: str, coturn: Coturn) -> None:
    """Behind a trusted proxy each client address has its own bucket, and a refusal says when to come back."""
    settings = settings_for(valkey_socket, coturn, trusted_hops=1)
    async with serving(settings) as door, httpx2.AsyncClient(base_url=f"http://{door}") as client:
        statuses = set()
        for _ in range(200):
            answer = await client.post("/v1/session", headers={"X-Forwarded-For": "198.51.100.7"})
            statuses.add(answer.status_code)
            if answer.status_code == 429:
                break
        assert statuses == {201, 429}
        assert int(answer.headers["retry-after"]) >= 1
        other = await client.post("/v1/session", headers={"X-Forwarded-For": "198.51.100.8"})
        assert other.status_code == 201
        assert other.headers["cache-control"] == "no-store"
        assert other.json()["fresh_s"] == settings.session_fresh_s


async def test_sockets_are_limited_per_address(valkey_socket: str, coturn: Coturn) -> None:
    """Those of the queue and of the built-in Realtime count together, silent and refused ones too; by address."""
    settings = settings_for(valkey_socket, coturn, trusted_hops=1)

    def knock(path: str, client: str) -> connect:
        return connect(f"ws://{door}{path}", proxy=None, additional_headers={"X-Forwarded-For": client})

    async def denied(path: str, client: str) -> int:
        with pytest.raises(InvalidStatus) as refused:
            await knock(path, client)
        return refused.value.response.status_code

    # The clock stands still, and no bucket refills.
    clock = FakeClock(SystemClock().now_ms())
    async with serving(settings, clock) as door, contextlib.AsyncExitStack() as crowd:
        realtime = f"/realtime/v1/websocket?apikey={settings.realtime_key}"
        greedy, modest = "198.51.100.7", "198.51.100.8"
        forged = "/realtime/v1/websocket?apikey=forged"
        assert await asyncio.gather(*(denied(forged, greedy) for _ in range(20))) == [401] * 20
        for path in (realtime, "/v1/queue"):
            for _ in range(Limit.SOCKETS.value.burst // 2 - 10):
                await crowd.enter_async_context(knock(path, greedy))

        assert await denied(realtime, greedy) == 429
        assert await denied(forged, greedy) == 429
        async with knock("/v1/queue", greedy) as socket:
            error = json.loads(await socket.recv())
            assert error["code"] == "rate_limited"
            assert error["retry_after"] > 0
            await socket.wait_closed()
            assert socket.close_code == 4429
        async with knock(realtime, modest), knock("/v1/queue", modest) as socket:
            await socket.send("no json")
            assert json.loads(await socket.recv())["code"] == "bad_message"
