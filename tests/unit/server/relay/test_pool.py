"""The pool in virtual time: what callers get, and what it costs."""

import asyncio
from random import Random

import pytest
from prometheus_client import CollectorRegistry

from matcher.errors import RelayUnavailable
from server.relay.pool import RelayPool, unknown
from server.relay.provider import Fault, ProviderError, RelayCredentials
from tests.fakes.relay_provider import FakeProvider
from tests.fakes.virtual_time import LoopClock, run_virtually

TTL_S, CALL_S = 7200, 3600


def pool(*providers: FakeProvider, healthy: dict[str, bool] | None = None) -> RelayPool:
    """Return a pool over fake providers."""
    return RelayPool(
        providers, ttl_s=TTL_S, call_s=CALL_S, registry=CollectorRegistry(), clock=LoopClock(), random=Random(7),
        healthy=healthy.get if healthy is not None else unknown,
    )  # fmt: skip


def name_of(credentials: RelayCredentials) -> str:
    """Return the username of a set."""
    return credentials.ice_servers[0].username


async def timed_take(relays: RelayPool) -> float:
    """Take one set and return how long that took, s."""
    before = asyncio.get_running_loop().time()
    await relays.take()
    return asyncio.get_running_loop().time() - before


def test_spares_are_ready_before_the_first_caller() -> None:
    """A fresh process mints ahead, so that the first two callers wait for nothing."""

    async def main() -> None:
        async with pool(FakeProvider()) as relays:
            await asyncio.sleep(1)
            assert await timed_take(relays) == 0
            assert await timed_take(relays) == 0

    run_virtually(main())


def test_a_rush_gets_distinct_sets_without_a_stampede() -> None:
    """Forty callers at once get forty different sets, at most eight requests are under way, none for nothing."""

    async def main() -> None:
        provider = FakeProvider()
        async with pool(provider) as relays:
            taken = await asyncio.gather(*(relays.take() for _ in range(40)))
            assert len({name_of(credentials) for credentials in taken}) == 40
            assert provider.most_at_once <= 8
            await asyncio.sleep(5)
            assert provider.minted <= 40 + 64

    run_virtually(main())


def test_a_waiting_caller_shares_the_request_under_way() -> None:
    """A caller who comes while a spare is being minted gets that one: no second request is made for him."""

    async def main() -> None:
        provider = FakeProvider()
        async with pool(provider) as relays:
            await asyncio.sleep(0.1)  # the two spares of the start are under way
            under_way = provider.requests
            waiting = asyncio.create_task(relays.take())
            await asyncio.sleep(0)
            assert provider.requests == under_way
            await waiting

    run_virtually(main())


def test_a_caller_who_leaves_meanwhile_wastes_nothing() -> None:
    """The set that was on its way to a caller who left goes to the next one."""

    async def main() -> None:
        provider = FakeProvider()
        async with pool(provider) as relays:
            leaving = asyncio.create_task(relays.take())
            await asyncio.sleep(0.1)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            await asyncio.sleep(1)
            assert provider.requests == 3  # his and the two spares of the start
            for _ in range(3):
                assert await timed_take(relays) == 0

    run_virtually(main())


@pytest.mark.parametrize("steps", range(8))
def test_a_caller_cancelled_as_the_set_arrives_wastes_nothing(steps: int) -> None:
    """Whatever step of the delivery a caller is cancelled at, the set is his or stays for the next one."""

    async def main() -> None:
        provider = FakeProvider()
        async with pool(provider) as relays:
            leaving = asyncio.create_task(relays.take())
            await asyncio.sleep(provider.delay_s)
            for _ in range(steps):
                await asyncio.sleep(0)
            leaving.cancel()
            (answer,) = await asyncio.gather(leaving, return_exceptions=True)
            taken = [] if isinstance(answer, asyncio.CancelledError) else [answer]
            while len(taken) < 3:
                taken.append(await relays.take())
            names = [name_of(credentials) for credentials in taken if isinstance(credentials, RelayCredentials)]
            assert sorted(names) == ["far-1", "far-2", "far-3"]

    run_virtually(main())


def test_local_sets_are_made_when_they_are_wanted() -> None:
    """What costs no request is not kept ready."""

    async def main() -> None:
        provider = FakeProvider("near", remote=False, delay_s=0)
        async with pool(provider) as relays:
            await asyncio.sleep(60)
            assert provider.requests == 0
            await relays.take()
            await asyncio.sleep(60)
            assert provider.requests == 1

    run_virtually(main())


def test_a_dead_relay_is_passed_over() -> None:
    """A provider that mints but whose relay is down serves nobody, not even from its spares; without another: none."""

    async def main() -> None:
        healthy = {"far": True}
        far, near = FakeProvider(), FakeProvider("near", remote=False, delay_s=0)
        async with pool(far, near, healthy=healthy) as relays:
            await asyncio.sleep(1)
            assert (await relays.take()).provider == "far"
            healthy["far"] = False
            assert (await relays.take()).provider == "near"
            healthy["near"] = False
            assert not relays.available
            with pytest.raises(RelayUnavailable):
                await relays.take()
            healthy["far"] = True
            assert relays.available
            assert (await relays.take()).provider == "far"

    run_virtually(main())


def test_closing_ends_everything_within_a_second() -> None:
    """Providers that never answer do not keep a pool open; whoever waits is told so, and so is who comes later."""

    async def main() -> None:
        provider = FakeProvider(delay_s=1e6)
        loop = asyncio.get_running_loop()
        async with pool(provider) as relays:
            relays.give_back(RelayCredentials("far", (), 2**40))
            waiting = asyncio.create_task(relays.take())
            await asyncio.sleep(0.5)
            before = loop.time()
        assert loop.time() - before < 1
        with pytest.raises(RelayUnavailable):
            await waiting
        with pytest.raises(RelayUnavailable):
            await relays.take()
        assert len(asyncio.all_tasks()) == 1

    run_virtually(main())


def test_given_back_sets_are_revoked() -> None:
    """A set that comes back is revoked soon, also when that fails at first; one that ran out is left alone."""

    async def main() -> None:
        provider = FakeProvider()
        async with pool(provider) as relays:
            credentials = await relays.take()
            provider.error = ProviderError(Fault.OUTAGE)
            relays.give_back(credentials)
            await asyncio.sleep(0.5)
            assert provider.revoked == []
            provider.error = None
            await asyncio.sleep(2)
            assert provider.revoked == [credentials]
            late = await relays.take()
            await asyncio.sleep(TTL_S)
            relays.give_back(late)
            await asyncio.sleep(60)
            assert provider.revoked == [credentials]

    run_virtually(main())


def test_giving_back_is_bounded() -> None:
    """A flood of sets to revoke neither blocks nor grows without limit; closing still revokes for half a second."""

    async def main() -> None:
        provider = FakeProvider(delay_s=0.01)
        async with pool(provider) as relays:
            for _ in range(2000):
                relays.give_back(RelayCredentials("far", (), 2**40))
        assert 80 <= len(provider.revoked) <= 512

    run_virtually(main())
