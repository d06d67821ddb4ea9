"""The least that pairing can cost: a list of whoever waits, and no wishes, no leases, no ages, no second thoughts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

# Takes whoever waits and tells them, or waits. Names are `worker|ticket`.
PAIR_OR_WAIT = """
local other = redis.call('LPOP', KEYS[1])
if not other then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  return false
end
redis.call('PUBLISH', KEYS[1] .. ':' .. string.match(other, '^[^|]+'), ARGV[1])
return other
"""


class Floor:
    """Pairs by PAIR_OR_WAIT, through the same client as the waiting room."""

    def __init__(self, redis: Redis, pool: str) -> None:
        self._redis = redis
        self._key = f"floor:{{{pool}}}"
        self._sha = ""

    async def load(self) -> None:
        """Load the script."""
        self._sha = await self._redis.script_load(PAIR_OR_WAIT)

    async def enter(self, worker: str, ticket_id: str) -> bool:
        """Pair or wait; True: paired."""
        return bool(await self._redis.evalsha(self._sha, 1, self._key, f"{worker}|{ticket_id}"))

    @asynccontextmanager
    async def told(self, worker: str) -> AsyncIterator[AsyncIterator[str]]:
        """Open the stream of those who were paired with a worker's tickets, by ticket id."""
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(f"{self._key}:{worker}")

            async def stream() -> AsyncIterator[str]:
                async for message in pubsub.listen():
                    if message["type"] == "message":
                        yield message["data"].decode().partition("|")[2]

            yield stream()
