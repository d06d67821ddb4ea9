"""The built-in hub with its door open: the clients' suites join topics that are no call's, as nobody in particular."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from matcher.settings import Secret
from server.realtime.authorize import Claims
from server.realtime.hub import Hub
from server.realtime.tokens import ChannelTokens
from tests.integration.realtime_server import KEY, QUICK, serving


class OpenHub(Hub):
    """Differs from the product's hub in who may join what.

    Besides, it runs by itself: without Redis, so in one process alone, and without the pause before a refusal, as in
    the hub's own tests. For these suites alone.
    """

    def admit(self, claims: Claims, topic: str, *, private: bool) -> None:
        """Let everybody join everything."""


@asynccontextmanager
async def open_hub(signing_key: str) -> AsyncIterator[str]:
    """Serve one on a free port of loopback.

    Args:
        signing_key: What the suite signs its tokens with; empty: it brings none.

    Yields:
        The base URL of a "project": the hub lies below it at `/realtime/v1`.
    """
    hub = OpenHub(None, ChannelTokens(Secret(signing_key)), KEY, "conformance", QUICK)
    async with serving(hub) as url:
        yield url.removesuffix("/realtime/v1")
