"""A call with planted canaries: none of them is in any log, Redis value, metric or error text."""

import io
import logging
import re
from collections.abc import Iterator

import httpx2
import pytest
import structlog
from redis.asyncio import Redis

from matcher import logs
from tests.canaries import dump
from tests.conftest import Coturn
from tests.integration.door import page, serving, settings_for, talking
from tests.integration.realtime_frames import Participant

ADDRESS = "203.0.113.77"
UFRAG = "cAnArYuFrAg0"
SECRET_WORD = "canary-transcript"
PWD = "cAnArYpWd" * 3
FINGERPRINT = ":".join(["CA"] * 32)
DESCRIPTION = {
    "parameters": {
        "generation": 0,
        "ufrag": UFRAG,
        "pwd": PWD,
        "fingerprint": FINGERPRINT,
        "payload_type": 111,
        "yields": True,
    },
    "candidates": [{"generation": 0, "ip": ADDRESS, "port": 50_001}],
}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, at the lowest level there is."""
    handlers = logging.root.handlers[:]
    stream = io.StringIO()
    logs.configure("server", "debug", stream=stream)
    logging.root.setLevel(logging.DEBUG)
    yield stream
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(logging.WARNING)


@pytest.mark.claim("not-written-down")
async def test_a_whole_call_leaves_no_canary_anywhere(
    valkey_socket: str, coturn: Coturn, redis: Redis, written: io.StringIO
) -> None:
    """Addresses in headers, tokens, relay credentials, parameters and candidates pass through and leave no trace."""
    canaries = {ADDRESS, UFRAG, PWD, FINGERPRINT, SECRET_WORD}
    settings = settings_for(valkey_socket, coturn, trusted_hops=1)
    async with (
        serving(settings) as door,
        serving(settings) as other_door,
        httpx2.AsyncClient(base_url=f"http://{door}") as client,
    ):
        answer = await client.post("/v1/session", headers={"X-Forwarded-For": ADDRESS})
        token = answer.json()["token"]
        canaries |= set(token.split(".")[1:])
        async with page(door, token) as one, page(other_door) as other:
            await one.greets()
            (server,) = (await one.hears("relay"))["ice_servers"][:1]
            canaries |= {server["username"], server["credential"]}
            await one.says("ready", description=DESCRIPTION)
            await one.hears("waiting")
            await other.queues()
            first, second = await one.is_matched(), await other.is_matched()
            # From the one process to the other, by way of Redis.
            assert (await other.hears("described"))["description"] == DESCRIPTION
            for match in (first, second):
                canaries |= set(match["channel"]["token"].split(".")[1:])
            async with Participant.join(door, first) as a, Participant.join(door, second) as b:
                words = {"ufrag": UFRAG, "candidate": f"{ADDRESS} 50001", "said": SECRET_WORD}
                await a.broadcast(words)
                assert await b.hears() == words
                during = await dump(redis)
            # Faults quote nothing either.
            await one.says("failed", call_id=first["call_id"], stage="ice")
            await one.hears("ended")
            await one.socket.send(f'{{"type":"{SECRET_WORD}","address":"{ADDRESS}"}}')
            fault = str(await one.hears("error"))
        bodies = "".join([(await client.get(path)).text for path in ("/metrics", f"/{ADDRESS}", f"/v1/{SECRET_WORD}")])
        after = await dump(redis)

    places = {"log": written.getvalue(), "redis": repr(during + after), "bodies": bodies, "error": fault}
    assert "call.matched" in places["log"]
    assert during
    for name, text in places.items():
        found = {canary for canary in canaries if canary in text}
        assert not found, f"{name} holds {len(found)} canaries"
        # No address of anybody, planted or real; loopback's stands for every caller's here.
        assert not re.search(r"\b127\.0\.0\.1\b", text), name


@pytest.mark.claim("everything-ends")
async def test_every_key_in_redis_expires(valkey_socket: str, coturn: Coturn, redis: Redis) -> None:
    """While people wait and talk, no key is without a TTL."""
    async with (
        serving(settings_for(valkey_socket, coturn)) as door,
        page(door) as one,
        page(door) as other,
        page(door) as third,
    ):
        await talking(one, other)
        await third.queues(("de",))
        await third.hears("waiting")

        keys = await redis.keys("*")
        assert keys
        # -2: gone since it was listed; -1: there for ever.
        assert [key for key in keys if await redis.pttl(key) == -1] == []
