"""The pool with real providers: HTTP to the fake Cloudflare, fallback to a coturn's secret."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from matcher.clock import SystemClock
from matcher.errors import RelayUnavailable
from matcher.settings import Secret
from server.relay.factory import providers_from
from server.relay.pool import RelayPool
from server.settings import ServerSettings
from tests.conftest import until
from tests.fakes.cloudflare import FakeCloudflare, Trouble, cloudflare


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


def pool(client: httpx2.AsyncClient, fake: FakeCloudflare, relays: str) -> RelayPool:
    """Return a pool over the providers that the settings name."""
    settings = ServerSettings(
        relays=relays, cloudflare_key_id=fake.key_id, cloudflare_api_token=Secret(fake.api_token),
        cloudflare_api_url=fake.base_url, coturn_secret=Secret("s"),
    )  # fmt: skip
    providers = providers_from(settings, client, SystemClock())
    return RelayPool(providers, ttl_s=settings.relay_ttl_s, call_s=settings.call_s, registry=CollectorRegistry())


async def test_take_and_give_back(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """Ten callers get ten sets, and those that come back are revoked at Cloudflare; spares are not."""
    async with pool(client, fake, "cloudflare") as relays:
        taken = await asyncio.gather(*(relays.take() for _ in range(10)))
        names = {credentials.ice_servers[0].username for credentials in taken}
        assert len(names) == 10
        for credentials in taken:
            relays.give_back(credentials)
        await until(lambda: set(fake.revoked) == names, "all ten revoked")
    assert len(fake.revoked) == 10


@pytest.mark.parametrize("trouble", [401, 503, Trouble.DIE])
async def test_fallback_to_coturn(client: httpx2.AsyncClient, fake: FakeCloudflare, trouble: int | Trouble) -> None:
    """With Cloudflare refusing, failing or dying, callers get coturn's credentials."""
    fake.troubles.extend([trouble] * 100)
    async with pool(client, fake, "cloudflare,coturn") as relays:
        taken = await asyncio.gather(*(relays.take() for _ in range(5)))
        assert {credentials.provider for credentials in taken} == {"coturn"}


async def test_a_drip_is_cut_off(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """An answer that trickles without end does not outlast the deadline of the whole request."""
    fake.troubles.extend([Trouble.DRIP] * 100)
    async with pool(client, fake, "cloudflare,coturn") as relays:
        async with asyncio.timeout(6):
            assert (await relays.take()).provider == "coturn"


async def test_a_dead_cloudflare_alone(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """Nothing listens and there is no second provider: the caller is told so, and when to come again."""
    fake.base_url = "http://127.0.0.1:1/v1"
    async with pool(client, fake, "cloudflare") as relays:
        for _ in range(4):
            with pytest.raises(RelayUnavailable) as caught:
                await relays.take()
            assert caught.value.retry_after_s
        assert not relays.available


async def test_retry_after_keeps_us_away(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """After a rate limit no request is made before the time that it names."""
    fake.troubles.extend([429] * 100)
    fake.retry_after = "20"
    async with pool(client, fake, "cloudflare") as relays:
        for _ in range(3):
            with pytest.raises(RelayUnavailable) as caught:
                await relays.take()
            assert caught.value.retry_after_s is not None
            assert 18 <= caught.value.retry_after_s <= 20
    assert fake.requests <= 3  # the caller and the two spares of the start were under way together


async def test_closing_while_cloudflare_hangs(client: httpx2.AsyncClient, fake: FakeCloudflare) -> None:
    """A request without an answer does not hold the process up for more than a second."""
    fake.troubles.extend([Trouble.HANG] * 100)
    loop = asyncio.get_running_loop()
    async with pool(client, fake, "cloudflare"):
        await until(lambda: fake.requests > 0, "a request under way")
        before = loop.time()
    assert loop.time() - before < 1
