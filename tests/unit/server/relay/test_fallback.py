"""The pool when providers fail, in virtual time."""

import asyncio
from random import Random

import pytest
from prometheus_client import CollectorRegistry

from matcher.errors import RelayUnavailable
from server.relay.pool import RelayPool
from server.relay.provider import Fault, ProviderError
from tests.fakes.relay_provider import FakeProvider
from tests.fakes.virtual_time import LoopClock, run_virtually


def pool(registry: CollectorRegistry, *providers: FakeProvider) -> RelayPool:
    """Return a pool over fake providers."""
    return RelayPool(providers, ttl_s=7200, call_s=3600, registry=registry, clock=LoopClock(), random=Random(7))


def failing(fault: Fault, retry_after_s: float | None = None, delay_s: float = 0.2) -> FakeProvider:
    """Return a remote provider that fails."""
    provider = FakeProvider(delay_s=delay_s)
    provider.error = ProviderError(fault, retry_after_s=retry_after_s)
    return provider


def near() -> FakeProvider:
    """Return a local provider."""
    return FakeProvider("near", remote=False, delay_s=0)


def mints(registry: CollectorRegistry, provider: str, outcome: str) -> float:
    """Return how often a provider was asked with this outcome."""
    return registry.get_sample_value("sotto_relay_mints_total", {"provider": provider, "outcome": outcome}) or 0


@pytest.mark.parametrize("fault", [Fault.OUTAGE, Fault.CONFIG, Fault.RATE_LIMITED, Fault.UNUSABLE, Fault.UNREACHABLE])
def test_the_second_provider_steps_in(fault: Fault) -> None:
    """A caller gets a set of the second provider within a second, whatever is wrong with the first."""

    async def main() -> None:
        async with pool(CollectorRegistry(), failing(fault), near()) as relays:
            async with asyncio.timeout(1):
                assert (await relays.take()).provider == "near"
            assert relays.available

    run_virtually(main())


def test_a_hanging_provider_costs_two_deadlines_at_most() -> None:
    """Two attempts of two seconds, then the second provider; once the breaker is open nobody waits any more."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with pool(CollectorRegistry(), FakeProvider(delay_s=1e6), near()) as relays:
            assert (await relays.take()).provider == "near"
            assert loop.time() <= 2 * 2 + 0.3
            await asyncio.gather(*(relays.take() for _ in range(8)))
            before = loop.time()
            assert (await relays.take()).provider == "near"
            assert loop.time() == before

    run_virtually(main())


def test_all_down_is_said_with_a_time() -> None:
    """Without any provider callers are refused, each soon, and told when to come again."""

    async def main() -> None:
        async with pool(CollectorRegistry(), failing(Fault.CONFIG)) as relays:
            answers = await asyncio.gather(*(relays.take() for _ in range(30)), return_exceptions=True)
            for answer in answers:
                assert isinstance(answer, RelayUnavailable)
                assert answer.retry_after_s is not None
                assert 1 <= answer.retry_after_s <= 10
            assert asyncio.get_running_loop().time() < 1
            assert not relays.available

    run_virtually(main())


def test_an_outage_is_asked_once_by_a_crowd() -> None:
    """Eight requests that fail together open the breaker: nobody makes his second attempt, nobody else his first."""

    async def main() -> None:
        provider = failing(Fault.OUTAGE)
        async with pool(CollectorRegistry(), provider) as relays:
            answers = await asyncio.gather(*(relays.take() for _ in range(30)), return_exceptions=True)
            assert all(isinstance(answer, RelayUnavailable) for answer in answers)
            assert provider.requests == 8

    run_virtually(main())


def test_wrong_settings_open_the_breaker_at_once() -> None:
    """After one refusal the provider is asked again by a single trial every ten seconds, not by every caller."""

    async def main() -> None:
        provider = failing(Fault.CONFIG)
        async with pool(CollectorRegistry(), provider, near()) as relays:
            await asyncio.sleep(1)
            asked = provider.requests
            assert asked <= 2  # the two spares of the start
            for _ in range(600):
                await relays.take()
                await asyncio.sleep(0.1)
            assert asked + 4 <= provider.requests <= asked + 6

    run_virtually(main())


def test_it_comes_back_by_itself() -> None:
    """When the first provider works again, it serves again within eleven seconds, without a caller's patience."""

    async def main() -> None:
        provider = failing(Fault.OUTAGE)
        async with pool(CollectorRegistry(), provider, near()) as relays:
            for _ in range(5):
                await relays.take()
            assert provider.requests >= 5
            provider.error = None
            await asyncio.sleep(11.5)
            before = asyncio.get_running_loop().time()
            assert (await relays.take()).provider == "far"
            assert asyncio.get_running_loop().time() == before

    run_virtually(main())


def test_a_passing_fault_is_retried_within_the_request() -> None:
    """One failure costs a caller a pause of 100 to 300 ms, no more."""

    async def main() -> None:
        registry = CollectorRegistry()
        provider = failing(Fault.OUTAGE)
        async with pool(registry, provider) as relays:
            waiting = asyncio.create_task(relays.take())
            await asyncio.sleep(0.25)
            provider.error = None
            await waiting
            assert 0.2 + 0.1 + 0.2 <= asyncio.get_running_loop().time() <= 0.2 + 0.3 + 0.2 + 0.01
            assert mints(registry, "far", "outage") >= 1
            assert mints(registry, "far", "ok") >= 1

    run_virtually(main())


def test_retry_after_is_honoured() -> None:
    """A provider that asks for 30 s of peace gets them, from callers and from the refill alike."""

    async def main() -> None:
        provider = failing(Fault.RATE_LIMITED, retry_after_s=30)
        async with pool(CollectorRegistry(), provider) as relays:
            with pytest.raises(RelayUnavailable) as caught:
                await relays.take()
            assert caught.value.retry_after_s is not None
            assert 29 <= caught.value.retry_after_s <= 30
            asked = provider.requests
            provider.error = None
            for _ in range(29):
                with pytest.raises(RelayUnavailable):
                    await relays.take()
                await asyncio.sleep(1)
            assert provider.requests == asked
            await asyncio.sleep(2)
            await relays.take()

    run_virtually(main())


def test_spares_outlive_the_provider() -> None:
    """With the provider gone, what lies ready is still handed out."""

    async def main() -> None:
        provider = FakeProvider()
        async with pool(CollectorRegistry(), provider) as relays:
            await asyncio.sleep(1)
            provider.error = ProviderError(Fault.UNREACHABLE)
            await relays.take()
            await asyncio.sleep(60)
            assert relays.available
            await relays.take()
            await asyncio.sleep(1)
            with pytest.raises(RelayUnavailable):
                await relays.take()

    run_virtually(main())


def test_callers_do_not_pay_for_the_trials() -> None:
    """While the first provider hangs, trials go on in the background: callers, however rare, hardly ever wait."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        waited = 0
        async with pool(CollectorRegistry(), FakeProvider(delay_s=1e6), near()) as relays:
            await asyncio.sleep(60)
            for _ in range(20):
                await asyncio.sleep(60)
                before = loop.time()
                await relays.take()
                waited += loop.time() > before
        assert waited <= 3

    run_virtually(main())


def test_refill_backs_off() -> None:
    """When spares cannot be had, the next try comes after a second, and later ones ever more rarely."""

    async def main() -> None:
        provider = failing(Fault.OUTAGE, delay_s=0.1)
        async with pool(CollectorRegistry(), provider):
            await asyncio.sleep(1)
            assert provider.requests == 4  # two spares, two attempts each
            await asyncio.sleep(3)
            assert provider.requests > 4
            await asyncio.sleep(300)
            assert provider.requests <= 40

    run_virtually(main())
