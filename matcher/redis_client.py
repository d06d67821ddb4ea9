"""The one way a process opens its Redis client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import TimeoutError as RedisTimeout

from matcher.settings import RedisSettings

LOCAL_SOCKET = ".run/valkey.sock"

MAX_CONNECTIONS = 64
CONNECT_S = 2.0
# For one command with its retries, a free connection included: longer than any script runs.
ANSWER_S = 5.0
# Few and short: a caller waits for the answer, and commands that are sent twice are idempotent.
RETRIES = 3


class BoundedRedis(Redis):
    """A client whose commands take ANSWER_S at most.

    redis-py's own `socket_timeout` sends through `asyncio.wait_for`, which in Python 3.11 may swallow a cancellation
    (CPython issue 86296): a task that is cancelled while it sends would run on for ever. So it is off, and the whole
    command is timed here instead.
    """

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Run one command.

        Raises:
            redis.exceptions.TimeoutError: There was no answer in time.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call] # redis-py
        except TimeoutError:
            raise RedisTimeout("no answer in time") from None

    def pubsub(self, **options: Any) -> PubSub:
        """Return a subscriber whose messages are its reader's alone.

        redis-py's own makes the text of a debug line out of each, whether it is logged or not: with the payload, that
        holds relay addresses, and more work than all the rest for a large one.
        """
        return super().pubsub(push_handler_func=_as_it_is, **options)


async def _as_it_is(message: Any) -> Any:
    return message


@asynccontextmanager
async def connect(settings: RedisSettings) -> AsyncIterator[Redis]:
    """Open a client for as long as the context is open. Nothing is sent before the first command.

    Without `redis_url` it is the local Valkey's unix socket, relative to the working directory.
    """
    options: dict[str, Any] = {
        "max_connections": MAX_CONNECTIONS,
        "timeout": None,  # waiting for a free connection is part of ANSWER_S
        "socket_timeout": None,
        "socket_connect_timeout": CONNECT_S,
        "health_check_interval": 15,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), RETRIES),
    }
    if settings.redis_url:
        pool = BlockingConnectionPool.from_url(settings.redis_url, **options)
    else:
        # A relative path: an absolute one may be longer than the 107 bytes that a unix socket's address has.
        pool = BlockingConnectionPool(connection_class=UnixDomainSocketConnection, path=LOCAL_SOCKET, **options)
    client = BoundedRedis.from_pool(pool)
    try:
        yield client
    finally:
        await client.aclose()
