"""The built-in hub with its door open: the clients' suites join topics that are no call's, as nobody in particular."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from matcher.settings import Secret
from server.realtime.authorize import Claims
from server.realtime.hub import Hub
from server.realtime.tokens import ChannelTokens
from tests.conftest import free_port, running_valkey
from tests.integration.realtime_server import KEY, QUICK, serving
from tests.network.balancer import Balancer


class OpenHub(Hub):
    """Differs from the product's hub in who may join what.

    Besides, it refuses without the pause before it, as in the hub's own tests. For these suites alone.
    """

    def admit(self, claims: Claims, topic: str, *, private: bool) -> None:
        """Let everybody join everything."""


@asynccontextmanager
async def open_hub(signing_key: str) -> AsyncIterator[str]:
    """Serve two that share a Redis on loopback: connections go to the one and the other in turn.

    Args:
        signing_key: What the suite signs its tokens with; empty: it brings none.

    Yields:
        The base URL of a "project": the hubs lie below it at `/realtime/v1`.
    """
    with running_valkey() as path:
        async with Redis(unix_socket_path=path, socket_timeout=None) as redis:
            tokens = ChannelTokens(Secret(signing_key))
            hubs = [OpenHub(redis, tokens, KEY, "conformance", QUICK) for _ in range(2)]
            async with serving(hubs[0]) as one, serving(hubs[1]) as other:
                ports = [int(url.removesuffix("/realtime/v1").rpartition(":")[2]) for url in (one, other)]
                door = free_port()
                balancing = asyncio.create_task(Balancer(ports).serve(door))
                try:
                    yield f"http://127.0.0.1:{door}"
                finally:
                    balancing.cancel()
                    with suppress(asyncio.CancelledError):
                        await balancing
