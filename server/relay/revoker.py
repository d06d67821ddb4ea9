"""Gives used credentials back in the background: best effort, bounded, nobody waits for it."""

import asyncio
from collections.abc import Iterable

from server.relay.metrics import PoolMetrics
from server.relay.provider import Fault, ProviderError, RelayCredentials, RelayProvider

MAX_WAITING = 512
WORKERS = 2
CALL_S = 2.0
PAUSES_S = (1.0, 5.0)  # before a second and a third try
MAX_PAUSE_S = 60.0  # a provider that wants a longer one gets this


class Revoker:
    """Revokes what is put into it, in order.

    Args:
        providers: Those whose sets may come back; the local ones have nothing to revoke and are left alone.
        metrics: Where outcomes are counted.
    """

    def __init__(self, providers: Iterable[RelayProvider], metrics: PoolMetrics) -> None:
        self._providers = {provider.name: provider for provider in providers if provider.remote}
        self._metrics = metrics
        self._waiting: asyncio.Queue[RelayCredentials] = asyncio.Queue(MAX_WAITING)

    def put(self, credentials: RelayCredentials) -> None:
        """Have a set revoked soon. When too many wait already it is left to run out by itself."""
        if credentials.provider not in self._providers:
            return
        try:
            self._waiting.put_nowait(credentials)
        except asyncio.QueueFull:
            self._count(credentials, "dropped")

    async def work(self) -> None:
        """Revoke one set after the other until cancelled. Several may work side by side."""
        while True:
            credentials = await self._waiting.get()
            try:
                self._count(credentials, await self._revoke(credentials))
            finally:
                self._waiting.task_done()

    async def finish(self, seconds: float) -> None:
        """Wait until nothing is left to revoke, but no longer than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._waiting.join()
        except TimeoutError:
            pass

    async def _revoke(self, credentials: RelayCredentials) -> str:
        provider = self._providers[credentials.provider]
        for pause_s in (*PAUSES_S, None):
            asked_s: float | None = None
            try:
                async with asyncio.timeout(CALL_S):
                    await provider.revoke(credentials)
            except TimeoutError:
                fault = Fault.TIMEOUT
            except ProviderError as error:
                fault = error.fault
                if not error.retryable:
                    break
                asked_s = error.retry_after_s
            else:
                return "ok"
            if pause_s is not None:
                await asyncio.sleep(max(pause_s, min(asked_s or 0.0, MAX_PAUSE_S)))
        return fault.value

    def _count(self, credentials: RelayCredentials, outcome: str) -> None:
        self._metrics.revokes.labels(credentials.provider, outcome).inc()
