"""A relay provider without a network: it answers after a delay, and fails when it is told to."""

import asyncio

from matcher import wire
from server.relay.provider import ProviderError, RelayCredentials
from tests.fakes.virtual_time import LoopClock


class FakeProvider:
    """Mints numbered sets.

    Args:
        name: Name of the provider.
        remote: Whether its sets cost a request.
        delay_s: How long each answer takes.
    """

    def __init__(self, name: str = "far", *, remote: bool = True, delay_s: float = 0.2) -> None:
        self.name = name
        self.remote = remote
        self.delay_s = delay_s
        self.error: ProviderError | None = None
        self.requests = 0
        self.minted = 0
        self.at_once = 0
        self.most_at_once = 0
        self.revoked: list[RelayCredentials] = []

    async def mint(self, ttl_s: int) -> RelayCredentials:
        """Return the next set, or fail."""
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.delay_s)
        finally:
            self.at_once -= 1
        if self.error:
            raise self.error
        self.minted += 1
        server = wire.IceServer(("turn:relay.test:3478?transport=udp",), f"{self.name}-{self.minted}", "credential")
        return RelayCredentials(self.name, (server,), LoopClock().now_ms() // 1000 + ttl_s)

    async def revoke(self, credentials: RelayCredentials) -> None:
        """Remember that the set came back, or fail."""
        await asyncio.sleep(self.delay_s)
        if self.error:
            raise self.error
        self.revoked.append(credentials)
