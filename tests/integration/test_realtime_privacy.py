"""What the hub leaves behind: nothing."""

import logging

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from server.realtime.hub import Hub
from tests.integration.realtime_server import KEY, QUICK, TOKENS, TOPIC, Phoenix, serving, token

CANARY = "203.0.113.77"


async def test_no_topic_token_or_payload_is_logged_or_kept(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """Joins, broadcasts, refusals and kicks leave no line that names them, and no key in Redis."""
    caplog.set_level(logging.WARNING)  # what a process writes; below that libraries speak of what they carry
    good, bad = token(), token("call-BBBBBBBBBBBBBBBBBBBBBB")
    hub = Hub(redis, TOKENS, KEY, "test", QUICK)
    with capture_logs() as events:
        async with serving(hub) as url, Phoenix.open(url) as client, Phoenix.open(url) as peer:
            await client.join(access_token=good)
            await peer.join(access_token=good)
            await client.send(f"realtime:{TOPIC}", "broadcast", {"event": CANARY, "payload": {"ip": CANARY}}, "2", "1")
            assert CANARY.encode() in await peer.receive()
            assert await redis.keys("*") == []
            await client.connection.send(f"{CANARY} is no frame")
            assert (await client.receive())[4]["status"] == "ok"
            await client.send(f"realtime:{TOPIC}", "access_token", {"access_token": bad}, None, "1")
            assert (await client.receive())[3] == "system"
    text = str(events) + caplog.text
    for secret in (CANARY, TOPIC, good, bad, KEY):
        assert secret not in text
