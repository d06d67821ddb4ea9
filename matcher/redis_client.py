"""The one way a process opens its Redis client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

from matcher.settings import RedisSettings

LOCAL_SOCKET = ".run/valkey.sock"

MAX_CONNECTIONS = 64
CONNECT_S = 2.0
# Longer than any script runs; a blocking read of more than this needs a timeout of its own.
ANSWER_S = 5.0
# Waiting longer for a free connection means that Redis does not keep up.
POOL_S = 5.0
# Few and short: a caller waits for the answer, and commands that are sent twice are idempotent.
RETRIES = 3


@asynccontextmanager
async def connect(settings: RedisSettings) -> AsyncIterator[Redis]:
    """Open a client for as long as the context is open. Nothing is sent before the first command.

    Without `redis_url` it is the local Valkey's unix socket, relative to the working directory.
    """
    options: dict[str, Any] = {
        "max_connections": MAX_CONNECTIONS,
        "timeout": POOL_S,
        "socket_timeout": ANSWER_S,
        "socket_connect_timeout": CONNECT_S,
        "health_check_interval": 15,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), RETRIES),
    }
    if settings.redis_url:
        pool = BlockingConnectionPool.from_url(settings.redis_url, **options)
    else:
        # A relative path: an absolute one may be longer than the 107 bytes that a unix socket's address has.
        pool = BlockingConnectionPool(connection_class=UnixDomainSocketConnection, path=LOCAL_SOCKET, **options)
    client = Redis.from_pool(pool)
    try:
        yield client
    finally:
        await client.aclose()
