"""Client addresses: whom to believe about them, and the only form in which they are ever used.

An address exists here as an argument for the length of a call. What is compared and stored is its keyed hash; the key
is random, made anew each day and gone a day later, so that no hash can be turned back or linked across days.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from matcher.clock import Clock

DAY_MS = 86_400_000
# Sooner than any clock drifts or steps far.
RECHECK_S = 300.0


def client_address(peer: str | None, forwarded_for: Sequence[str], trusted_hops: int) -> str:
    """Return the address that the outermost trusted proxy saw.

    Each proxy appends the address it saw to X-Forwarded-For; only as many entries, from the right, are believed as
    there are proxies of ours. Whatever stands further left was written by the client.

    Args:
        peer: The address of the TCP connection, None on a unix socket.
        forwarded_for: The X-Forwarded-For header lines, in order.
        trusted_hops: Number of proxies of ours in front.
    """
    entries = [entry.strip() for line in forwarded_for for entry in line.split(",")]
    if trusted_hops and len(entries) >= trusted_hops:
        return entries[-trusted_hops]
    return peer or ""


def network(address: str) -> bytes:
    """Return what stands for one household: the IPv4 address, or the /64 of an IPv6 address, as packed bytes.

    Whatever is no address at all falls together into one network, so that garbage buys no fresh bucket.
    """
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return b""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return parsed.ipv4_mapped.packed
        return parsed.packed[:8]
    return parsed.packed


class Pseudonyms:
    """Turns addresses into pseudonyms under a key that all processes share for one day.

    The key lives in Redis with a TTL of a day and in this process until the day is over. When Redis does not answer, a
    key of this process alone serves: limits then count per process.
    """

    def __init__(self, redis: Redis, pool: str, clock: Clock) -> None:
        self._redis = redis
        self._pool = pool
        self._clock = clock
        self._key = b""
        self._day = -1
        self._shared = False  # whether Redis has confirmed the key
        self._timer: asyncio.TimerHandle | None = None

    async def of(self, address: str) -> str:
        """Return the pseudonym of an address for today."""
        key = await self._todays_key()
        return hmac.new(key, network(address), hashlib.sha256).hexdigest()[:32]

    async def _todays_key(self) -> bytes:
        day = self._clock.now_ms() // DAY_MS
        if day == self._day and self._shared:
            return self._key
        name = f"sotto:{{{self._pool}}}:address-key:{day}"
        # Within a day a process that could not ask sticks to the key it made, and offers that one to the others.
        fresh = self._key if day == self._day else secrets.token_bytes(32)
        try:
            await self._redis.set(name, fresh, nx=True, px=DAY_MS)
            shared = await self._redis.get(name)
        except RedisError:
            key, self._shared = fresh, False
        else:
            key, self._shared = shared if isinstance(shared, bytes) else fresh, True
        self._key, self._day = key, day
        self._forget_in_time()
        return key  # not ours any more, if its day ended while Redis was asked

    def _forget_in_time(self) -> None:
        """Drop the key once its day is over, whether or not another address comes."""
        if self._timer:
            self._timer.cancel()
        left_ms = (self._day + 1) * DAY_MS - self._clock.now_ms()
        if 0 < left_ms <= DAY_MS:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(left_ms / 1000, RECHECK_S), self._forget_in_time)
        else:
            self._key, self._day, self._shared = b"", -1, False
