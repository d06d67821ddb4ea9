"""The health probe against a real coturn."""

import asyncio
import socket
from collections.abc import Sequence

import pytest
from prometheus_client import CollectorRegistry

from matcher.clock import SystemClock
from matcher.errors import RelayUnavailable
from matcher.settings import Secret
from server.relay.coturn import CoturnRelay
from server.relay.pool import RelayPool
from server.relay.probe import RelayProbe
from server.relay.provider import Fault, ProviderError, RelayCredentials, RelayProvider
from tests.conftest import Coturn, until
from tests.fakes.clock import FakeClock


def relay(coturn: Coturn, *, secret: str | None = None, clock: FakeClock | None = None) -> CoturnRelay:
    """Return the provider for a real coturn."""
    return CoturnRelay("127.0.0.1", coturn.port, 0, Secret(secret or coturn.secret), clock or SystemClock())


def pool(providers: Sequence[RelayProvider], probe: RelayProbe) -> RelayPool:
    """Return a pool that heeds the probe."""
    return RelayPool(providers, ttl_s=7200, call_s=3600, registry=CollectorRegistry(), healthy=probe.healthy)


class Watched:
    """A provider that can be made to fail, and remembers what came back."""

    name = "watched"
    remote = True

    def __init__(self, inner: RelayProvider) -> None:
        self.inner = inner
        self.error: ProviderError | None = None
        self.requests = 0
        self.minted: list[RelayCredentials] = []
        self.revoked: list[RelayCredentials] = []

    async def mint(self, ttl_s: int) -> RelayCredentials:
        """Mint with the inner provider."""
        self.requests += 1
        if self.error:
            raise self.error
        self.minted.append(await self.inner.mint(ttl_s))
        return self.minted[-1]

    async def revoke(self, credentials: RelayCredentials) -> None:
        """Remember the set."""
        self.revoked.append(credentials)


async def verdict(provider: RelayProvider, timeout_s: float = 3) -> bool | None:
    """Return the first verdict on a provider."""
    async with RelayProbe([provider], registry=CollectorRegistry(), timeout_s=timeout_s) as probe:
        assert probe.healthy(provider.name) is None
        await until(lambda: probe.healthy(provider.name) is not None, "a verdict")
        assert probe.any_healthy is probe.healthy(provider.name)
        return probe.healthy(provider.name)


async def test_a_working_relay(coturn: Coturn) -> None:
    """coturn allocates for credentials of the right secret."""
    assert await verdict(relay(coturn)) is True


async def test_a_wrong_secret(coturn: Coturn) -> None:
    """coturn refuses credentials of another secret: minting alone proves nothing."""
    assert await verdict(relay(coturn, secret="another")) is False


async def test_expired_credentials(coturn: Coturn) -> None:
    """coturn refuses credentials that ran out; so a server whose clock is wrong learns it here."""
    assert await verdict(relay(coturn, clock=FakeClock(1_000_000_000_000))) is False


async def test_a_silent_relay() -> None:
    """A relay that takes packets and answers none is down when the time is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        assert await verdict(relay(Coturn(silent.getsockname()[1])), timeout_s=0.3) is False


async def test_an_unknown_host() -> None:
    """A name that does not resolve is a relay that is down."""
    assert await verdict(CoturnRelay("relay.invalid", 3478, 0, Secret("s"), SystemClock())) is False


async def test_it_changes_its_mind(coturn: Coturn) -> None:
    """One miss is forgiven, the second in a row is not; the first success makes it good. The gauge follows."""
    registry = CollectorRegistry()
    provider = Watched(relay(coturn))
    async with RelayProbe([provider], registry=registry, every_s=0.05, again_s=0.05) as probe:
        await until(lambda: probe.healthy("watched") is True, "a good verdict")
        provider.inner = relay(coturn, secret="another")
        await until(lambda: probe.healthy("watched") is False, "a bad verdict")
        labels = {"provider": "watched", "outcome": "refused"}
        assert (registry.get_sample_value("sotto_relay_probes_total", labels) or 0) >= 2
        assert registry.get_sample_value("sotto_relay_healthy", {"provider": "watched"}) == 0
        provider.inner = relay(coturn)
        await until(lambda: probe.healthy("watched") is True, "a good verdict again")
        assert registry.get_sample_value("sotto_relay_healthy", {"provider": "watched"}) == 1


async def test_no_credentials_say_nothing_about_the_relay(coturn: Coturn) -> None:
    """While none can be minted the verdict stays what it was: sets handed out before still work."""
    provider = Watched(relay(coturn))
    async with RelayProbe([provider], registry=CollectorRegistry(), every_s=0.05, again_s=0.05) as probe:
        await until(lambda: probe.healthy("watched") is True, "a good verdict")
        provider.error = ProviderError(Fault.OUTAGE)
        asked = provider.requests
        await until(lambda: provider.requests >= asked + 4, "probes without credentials")
        assert probe.healthy("watched") is True


async def test_it_gives_back_what_it_used(coturn: Coturn) -> None:
    """Each probe uses a set of its own and has it revoked."""
    provider = Watched(relay(coturn))
    async with RelayProbe([provider], registry=CollectorRegistry(), every_s=0.05):
        await until(lambda: len(provider.revoked) >= 3, "three probes")
    assert provider.revoked == provider.minted[: len(provider.revoked)]
    assert len(set(provider.revoked)) == len(provider.revoked)


async def test_it_closes_at_once() -> None:
    """A probe that waits for a silent relay does not hold the process up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        provider = Watched(relay(Coturn(silent.getsockname()[1])))
        async with RelayProbe([provider], registry=CollectorRegistry()):
            await until(lambda: bool(provider.minted), "a probe under way")
            before = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - before < 0.5


async def test_the_pool_passes_over_a_dead_relay(coturn: Coturn) -> None:
    """Of two providers whose first has a dead relay, callers get the second's sets alone."""
    providers: list[RelayProvider] = [Watched(relay(coturn, secret="another")), relay(coturn)]
    async with (
        RelayProbe(providers, registry=CollectorRegistry()) as probe,
        pool(providers, probe) as relays,
    ):
        await until(lambda: probe.healthy("watched") is False and bool(probe.healthy("coturn")), "both verdicts")
        assert (await relays.take()).provider == "coturn"


async def test_the_pool_refuses_when_the_only_relay_is_dead(coturn: Coturn) -> None:
    """Credentials without a relay behind them are not handed out."""
    providers = [relay(coturn, secret="another")]
    async with (
        RelayProbe(providers, registry=CollectorRegistry()) as probe,
        pool(providers, probe) as relays,
    ):
        await until(lambda: probe.healthy("coturn") is False, "a bad verdict")
        assert not relays.available
        with pytest.raises(RelayUnavailable) as caught:
            await relays.take()
        assert caught.value.retry_after_s
