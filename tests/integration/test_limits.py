"""Limits on a real Redis with a clock that stands still."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from matcher.errors import QueueUnavailable, RateLimited
from server.addresses import DAY_MS, Pseudonyms
from server.limits import Limit, Limiter
from tests.fakes.clock import FakeClock
from tests.fakes.virtual_time import LoopClock, run_virtually
from tests.integration.own_valkey import own_valkey


async def exhaust(limiter: Limiter, limit: Limit, who: str) -> int:
    """Take until refused; returns how many were given."""
    for given in range(10_000):
        try:
            await limiter.take(limit, who)
        except RateLimited:
            return given
    raise AssertionError("never refused")


async def test_a_bucket_gives_its_burst_refills_and_says_when(redis: Redis) -> None:
    """Exactly the burst, then a refusal with the time until the next token, which is then there."""
    clock = FakeClock()
    refused: list[str] = []
    limiter = Limiter(redis, "main", clock, refused.append)

    assert Limit.SESSIONS.value.burst == await exhaust(limiter, Limit.SESSIONS, "one")
    with pytest.raises(RateLimited) as fault:
        await limiter.take(Limit.SESSIONS, "one")
    assert fault.value.retry_after_s == 1
    assert refused == ["sessions", "sessions"]

    clock.advance(1)
    await limiter.take(Limit.SESSIONS, "one")
    clock.advance(-3600)
    with pytest.raises(RateLimited):
        await limiter.take(Limit.SESSIONS, "one")


async def test_everybody_and_every_limit_has_a_bucket_that_expires(redis: Redis) -> None:
    """One caller's appetite is nobody else's, and no bucket stays."""
    limiter = Limiter(redis, "main", FakeClock(), lambda _: None)
    await exhaust(limiter, Limit.SESSIONS, "one")

    await limiter.take(Limit.SESSIONS, "two")
    await limiter.take(Limit.JOINS, "one")

    keys = await redis.keys("*")
    assert len(keys) == 3
    for key in keys:
        assert 0 < await redis.pttl(key) <= 250_000


@pytest.mark.parametrize(("limit", "passes"), [(Limit.SESSIONS, True), (Limit.CREDENTIALS, False)])
async def test_without_redis_each_row_does_as_it_says(limit: Limit, passes: bool) -> None:
    """Open where only load is at stake, closed where it is money."""
    async with Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0)) as gone:
        limiter = Limiter(gone, "main", FakeClock(), lambda _: None)

        if passes:
            await limiter.take(limit, "one")
        else:
            with pytest.raises(QueueUnavailable):
                await limiter.take(limit, "one")


@pytest.mark.claim("scrambled-for-a-day")
async def test_pseudonyms_are_shared_for_a_day_and_then_unlinkable(redis: Redis) -> None:
    """Two processes agree today; tomorrow's key is another, and today's is gone from Redis by then."""
    clock = FakeClock()
    one, other = Pseudonyms(redis, "main", clock), Pseudonyms(redis, "main", clock)
    today = await one.of("192.0.2.1")

    assert today == await other.of("192.0.2.1")
    assert today != await one.of("192.0.2.2")
    (key,) = await redis.keys("*address-key*")
    assert 0 < await redis.pttl(key) <= 86_400_000

    clock.advance(86_400)
    assert today != await one.of("192.0.2.1")


async def test_without_redis_yesterdays_pseudonyms_are_not_todays() -> None:
    """A key of the process's own serves meanwhile, and dies with its day all the same."""
    clock = FakeClock()
    async with Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0)) as gone:
        pseudonyms = Pseudonyms(gone, "main", clock)
        today = await pseudonyms.of("192.0.2.1")

        assert today == await pseudonyms.of("192.0.2.1")
        clock.advance(86_400)
        assert today != await pseudonyms.of("192.0.2.1")


@pytest.mark.claim("scrambled-for-a-day")
async def test_a_key_from_redis_is_not_used_beyond_its_day() -> None:
    """Not even when Redis goes away over midnight."""
    clock = FakeClock()
    async with own_valkey() as valkey:
        await valkey.start()
        async with Redis(unix_socket_path=str(valkey.socket), retry=Retry(NoBackoff(), 0)) as redis:
            pseudonyms = Pseudonyms(redis, "main", clock)
            today = await pseudonyms.of("192.0.2.1")
            await valkey.kill()

            clock.advance(86_400)
            assert today != await pseudonyms.of("192.0.2.1")


@pytest.mark.claim("scrambled-for-a-day")
def test_a_process_to_which_nobody_comes_forgets_the_key_all_the_same() -> None:
    """When its day is over, to the second, and so the next one."""

    def holds_a_key(pseudonyms: Pseudonyms) -> bool:
        return any(isinstance(value, bytes) and value for value in vars(pseudonyms).values())

    async def days() -> None:
        clock = LoopClock()
        async with Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0)) as gone:
            pseudonyms = Pseudonyms(gone, "main", clock)
            for _ in range(2):
                await pseudonyms.of("192.0.2.1")
                await asyncio.sleep((DAY_MS - clock.now_ms() % DAY_MS) / 1000 - 1)
                assert holds_a_key(pseudonyms)
                await asyncio.sleep(1)
                assert not holds_a_key(pseudonyms)

    run_virtually(days())


@pytest.mark.claim("scrambled-for-a-day")
def test_a_clock_that_leaps_over_midnight_does_not_keep_the_key() -> None:
    """It is looked at every few minutes, whatever it said when the key was made."""

    async def leap() -> bytes:
        clock = FakeClock()
        async with Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0)) as gone:
            pseudonyms = Pseudonyms(gone, "main", clock)
            await pseudonyms.of("192.0.2.1")
            clock.advance(86_400)
            await asyncio.sleep(300)
            return b"".join(value for value in vars(pseudonyms).values() if isinstance(value, bytes))

    assert not run_virtually(leap())
