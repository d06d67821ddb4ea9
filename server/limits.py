"""The table of limits, and the one way to take from it."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from matcher.clock import Clock
from matcher.errors import QueueUnavailable, RateLimited

log = structlog.get_logger()

SCRIPT = (Path(__file__).parent / "lua" / "take_token.lua").read_text(encoding="utf-8")


class Row(NamedTuple):
    """One limit: a bucket of `burst` tokens that refills by `per_s` tokens a second.

    `fails_open`: what happens when Redis does not answer. Open where the only harm is load, closed where it is money
    or somebody else's peace.
    """

    burst: int
    per_s: float
    fails_open: bool


class Limit(Enum):
    """Every limit there is. Households and offices share an address: the bursts are for them.

    All but MESSAGES count in Redis; that one counts per socket in the process that holds it. SOCKETS are those of the
    queue and of the built-in Realtime together: a call takes one of each. BOTS are relay credentials for all bots
    together, so that a key of theirs which leaks costs no more; the others count per address.
    """

    SESSIONS = Row(burst=120, per_s=1.0, fails_open=True)
    SOCKETS = Row(burst=240, per_s=4.0, fails_open=True)
    JOINS = Row(burst=240, per_s=2.0, fails_open=True)
    CREDENTIALS = Row(burst=240, per_s=2.0, fails_open=False)
    BOTS = Row(burst=240, per_s=10.0, fails_open=False)
    MESSAGES = Row(burst=60, per_s=10.0, fails_open=False)


class Limiter:
    """Takes tokens from the buckets in Redis.

    Args:
        redis: Where the buckets are.
        pool: The waiting room's name, part of every key.
        clock: The time, passed into the script.
        refused: Told the name of a limit whenever it refuses somebody.
    """

    def __init__(self, redis: Redis, pool: str, clock: Clock, refused: Callable[[str], None]) -> None:
        self._take = redis.register_script(SCRIPT)
        self._pool = pool
        self._clock = clock
        self._refused = refused

    async def take(self, limit: Limit, who: str) -> None:
        """Take one token for `who`, a pseudonym (see `Pseudonyms`).

        Raises:
            RateLimited: There is none; carries the seconds until there is.
            QueueUnavailable: Redis does not answer, and this limit fails closed.
        """
        row: Row = limit.value
        name = limit.name.lower()
        key = f"sotto:{{{self._pool}}}:limit:{name}:{who}"
        try:
            wait_ms = int(await self._take(keys=[key], args=[self._clock.now_ms(), row.burst, row.per_s]))
        except RedisError as fault:
            log.warning("limit.unavailable", limit=name, exc_info=fault)
            if row.fails_open:
                return
            raise QueueUnavailable(retry_after_s=2) from None
        if wait_ms:
            self._refused(name)
            raise RateLimited(retry_after_s=wait_ms / 1000)


class LocalBucket:
    """The same bucket within one process, for what is too frequent to ask Redis. Pure: the time is passed in."""

    def __init__(self, row: Row, now_ms: int) -> None:
        self._row = row
        self._tokens = float(row.burst)
        self._at_ms = now_ms

    def take(self, now_ms: int) -> bool:
        """Take one token at `now_ms`; False when there is none."""
        refill = max(0, now_ms - self._at_ms) * self._row.per_s / 1000
        self._tokens = min(float(self._row.burst), self._tokens + refill)
        self._at_ms = max(now_ms, self._at_ms)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
