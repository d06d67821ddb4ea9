"""What the pool costs, in virtual time: more than half of the sets minted must be used."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

from prometheus_client import CollectorRegistry

from server.relay.pool import RelayPool
from tests.fakes.relay_provider import FakeProvider
from tests.fakes.virtual_time import LoopClock, run_virtually

# A spare lies ready for 8 to 10 minutes.
TTL_S, CALL_S = 1800, 600
OLD_S = 600


def pool(registry: CollectorRegistry, *providers: FakeProvider) -> RelayPool:
    """Return a pool over fake providers."""
    return RelayPool(providers, ttl_s=TTL_S, call_s=CALL_S, registry=registry, clock=LoopClock(), random=Random(7))


async def arrivals(random: Random, mean_s: float, for_s: float) -> AsyncIterator[None]:
    """Yield at random moments, `mean_s` apart on average, for a while."""
    now = asyncio.get_running_loop().time
    end = now() + for_s
    while (pause_s := random.expovariate(1 / mean_s)) < end - now():
        await asyncio.sleep(pause_s)
        yield
    await asyncio.sleep(end - now())


def test_waste_stays_below_half_at_any_time() -> None:
    """Silence, lone callers, an evening rush, lone callers: less than half is wasted, at every moment of it.

    Each set counts as wasted until it is taken; the first few callers do not outweigh the spares of the start yet.
    """

    async def main() -> None:
        random, provider, taken = Random(11), FakeProvider(), 0
        async with pool(CollectorRegistry(), provider) as relays:
            for mean_s, for_s in ((1e9, 2000), (1200, 15_000), (100, 2000), (1.5, 900), (30, 1200), (900, 10_000)):
                async for _ in arrivals(random, mean_s, for_s):
                    await relays.take()
                    taken += 1
                    assert taken < 5 or (provider.minted - taken) / provider.minted < 0.5
                assert taken < 5 or (provider.minted - taken) / provider.minted < 0.5
        assert taken > 500

    run_virtually(main())


def test_lone_callers_do_not_make_it_hoard() -> None:
    """With callers so rare that every spare grows old, it wastes two sets and one for every two callers at most."""

    async def main() -> None:
        provider = FakeProvider()
        async with pool(CollectorRegistry(), provider) as relays:
            for _ in range(40):
                await asyncio.sleep(OLD_S + 100)
                await relays.take()
            assert provider.minted - 40 <= 2 + 20

    run_virtually(main())


def test_an_empty_service_mints_nothing() -> None:
    """When nobody comes, the two sets of the start grow old and are not replaced."""

    async def main() -> None:
        provider, registry = FakeProvider(), CollectorRegistry()
        async with pool(registry, provider) as relays:
            await asyncio.sleep(20 * OLD_S)
            assert provider.requests == 2
            assert registry.get_sample_value("sotto_relay_pool_ready") == 0
            assert registry.get_sample_value("sotto_relay_discards_total") == 2
            assert relays.available

    run_virtually(main())


def test_steady_callers_never_wait() -> None:
    """With a caller every five seconds, everybody gets a set at once."""

    async def main() -> None:
        registry = CollectorRegistry()
        async with pool(registry, FakeProvider()) as relays:
            for _ in range(600):
                await asyncio.sleep(5)
                await relays.take()
            assert registry.get_sample_value("sotto_relay_takes_total", {"outcome": "ready"}) == 600

    run_virtually(main())


def test_sets_always_outlast_a_call() -> None:
    """At any age of the spares, what is handed out lasts the longest call and 10 min more."""

    async def main() -> None:
        random = Random(3)
        async with pool(CollectorRegistry(), FakeProvider()) as relays:
            async for _ in arrivals(random, 100, 20_000):
                credentials = await relays.take()
                assert credentials.expires_at - LoopClock().now_ms() / 1000 >= CALL_S + 600

    run_virtually(main())
