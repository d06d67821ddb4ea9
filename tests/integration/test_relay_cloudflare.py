"""Cloudflare's provider over real HTTP, against a loopback server that follows the documentation."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from matcher.clock import SystemClock
from matcher.settings import Secret
from server.relay.cloudflare import CloudflareRelay
from server.relay.provider import Fault, ProviderError, RelayCredentials
from tests.conftest import free_port
from tests.fakes.cloudflare import FakeCloudflare, Shape, Trouble, cloudflare


@pytest.fixture
async def fake() -> AsyncIterator[FakeCloudflare]:
    """A fake Cloudflare."""
    async with cloudflare() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """An unmodified HTTP client."""
    async with httpx2.AsyncClient() as http:
        yield http


def relay(client: httpx2.AsyncClient, fake: FakeCloudflare, **changes: str) -> CloudflareRelay:
    """Return the provider for a fake."""
    return CloudflareRelay(
        client,
        changes.get("key_id", fake.key_id),
        Secret(changes.get("api_token", fake.api_token)),
        changes.get("base_url", fake.base_url),
        False,
        SystemClock(),
    )


@pytest.mark.parametrize("shape", [Shape.ARRAY, Shape.MIXED, Shape.OBJECT])
async def test_mint(client: httpx2.AsyncClient, fake: FakeCloudflare, shape: Shape) -> None:
    """Each documented form of the answer gives two URLs, without STUN and port 53, and our own expiry."""
    fake.shape = shape
    credentials = await relay(client, fake).mint(7200)
    (server,) = credentials.ice_servers
    assert server.urls == (
        "turn:turn.cloudflare.com:3478?transport=udp",
        "turns:turn.cloudflare.com:443?transport=tcp",
    )
    assert fake.minted == {server.username: 7200}
    assert credentials.provider == "cloudflare"
    assert abs(credentials.expires_at - SystemClock().now_ms() / 1000 - 7200) < 5


async def test_revoke(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """A revoked set is named by its username; one that is unknown there is a fault without the name in its text."""
    provider = relay(client, fake)
    credentials = await provider.mint(7200)
    await provider.revoke(credentials)
    assert fake.revoked == [credentials.ice_servers[0].username]
    fake.minted.clear()
    with pytest.raises(ProviderError, match=r"^config$"):
        await provider.revoke(credentials)


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [
        (400, Fault.CONFIG),
        (401, Fault.CONFIG),
        (403, Fault.CONFIG),
        (404, Fault.CONFIG),
        (408, Fault.TIMEOUT),
        (429, Fault.RATE_LIMITED),
        (500, Fault.OUTAGE),
        (503, Fault.OUTAGE),
        (Trouble.DIE, Fault.UNREACHABLE),
        (Trouble.HANG, Fault.TIMEOUT),
    ],
)
async def test_faults(client: httpx2.AsyncClient, fake: FakeCloudflare, trouble: int | Trouble, fault: Fault) -> None:
    """Each way to fail is told apart, quotes nothing, and does not spoil the next request."""
    provider = relay(client, fake)
    fake.troubles.append(trouble)
    with pytest.raises(ProviderError, match=f"^{fault.value}$"):
        await provider.mint(7200)
    assert isinstance(await provider.mint(7200), RelayCredentials)


@pytest.mark.parametrize("shape", [Shape.STUN_ONLY, Shape.GARBAGE])
async def test_unusable_answers(client: httpx2.AsyncClient, fake: FakeCloudflare, shape: Shape) -> None:
    """An answer that would leave a browser without a relay is a fault."""
    fake.shape = shape
    with pytest.raises(ProviderError, match=r"^unusable$"):
        await relay(client, fake).mint(7200)


async def test_retry_after(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """The pause that a rate limit asks for is passed on."""
    fake.troubles.append(429)
    fake.retry_after = "17"
    with pytest.raises(ProviderError) as caught:
        await relay(client, fake).mint(7200)
    assert caught.value.retry_after_s == 17


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"api_token": "wrong"}, Fault.CONFIG),
        ({"key_id": "wrong"}, Fault.CONFIG),
        ({"base_url": "http://127.0.0.1:1/v1"}, Fault.UNREACHABLE),
    ],
)
async def test_wrong_settings(
    client: httpx2.AsyncClient, fake: FakeCloudflare, changes: dict[str, str], fault: Fault
) -> None:
    """A wrong token, key or address is a fault, not a crash."""
    with pytest.raises(ProviderError, match=f"^{fault.value}$"):
        await relay(client, fake, **changes).mint(7200)


async def test_a_ttl_that_is_too_long_is_refused(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """Cloudflare allows 48 h; more is a fault of ours."""
    with pytest.raises(ProviderError, match=r"^config$"):
        await relay(client, fake).mint(172_801)


async def test_a_server_that_accepts_and_says_nothing(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """A connection that is accepted but never answered ends in a timeout after two seconds."""
    port = free_port()
    silent = asyncio.Event()

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    async with await asyncio.start_server(hold, "127.0.0.1", port):
        async with asyncio.timeout(4):
            with pytest.raises(ProviderError, match=r"^timeout$"):
                await relay(client, fake, base_url=f"http://127.0.0.1:{port}/v1").mint(7200)
        silent.set()
