"""A provider behind its breaker: each request has a deadline, a second try where that can help, and is counted."""

import asyncio
from random import Random

import structlog

from matcher.breaker import Breaker, State
from server.relay.metrics import STATE_VALUES, PoolMetrics
from server.relay.provider import Fault, ProviderError, RelayCredentials, RelayProvider

log = structlog.get_logger()

CALL_S = 2.0  # whole request; the provider's own client may have finer limits
ATTEMPTS = 2
PAUSE_S = (0.1, 0.3)  # full jitter between the attempts
MAX_PAUSE_S = 0.5  # a provider that wants a longer pause is not waited for while a caller waits


class GuardedProvider:
    """One provider as the pool uses it.

    Args:
        provider: The provider.
        random: Source of jitter.
        metrics: Where attempts and the breaker's state are shown.
    """

    def __init__(self, provider: RelayProvider, random: Random, metrics: PoolMetrics) -> None:
        self.name = provider.name
        self.remote = provider.remote
        self._provider = provider
        self._random = random
        self._metrics = metrics
        self._breaker = Breaker()
        self._show()

    def wait_s(self) -> float:
        """Return the seconds until it may be asked; 0: now."""
        return self._breaker.wait_s(_now())

    @property
    def in_doubt(self) -> bool:
        """Whether the next request finds out if the provider works again."""
        return self._breaker.state is not State.CLOSED

    async def mint(self, ttl_s: int) -> RelayCredentials:
        """Mint one set in at most two attempts.

        Raises:
            ProviderError: The last attempt's.
        """
        attempts = 1 if self.in_doubt else ATTEMPTS
        while True:
            attempts -= 1
            try:
                return await self._attempt(ttl_s)
            except ProviderError as error:
                last = error
                pause_s = max(self._random.uniform(*PAUSE_S), self.wait_s())
                if attempts == 0 or not error.retryable or pause_s > MAX_PAUSE_S:
                    raise
            await asyncio.sleep(pause_s)
            if self.wait_s() > 0:
                raise last  # others failed meanwhile

    async def _attempt(self, ttl_s: int) -> RelayCredentials:
        self._breaker.attempt()
        self._show()
        try:
            async with asyncio.timeout(CALL_S):
                credentials = await self._provider.mint(ttl_s)
        except (ProviderError, TimeoutError) as fault:
            error = fault if isinstance(fault, ProviderError) else ProviderError(Fault.TIMEOUT)
            self._failed(error)
            raise error from None
        self._succeeded()
        return credentials

    def _succeeded(self) -> None:
        was = self._breaker.state
        self._breaker.succeeded()
        self._show()
        self._metrics.mints.labels(self.name, "ok").inc()
        if was is State.HALF_OPEN:
            log.info("relay.provider_back", provider=self.name)

    def _failed(self, error: ProviderError) -> None:
        was = self._breaker.state
        self._breaker.failed(_now(), final=not error.retryable, retry_after_s=error.retry_after_s)
        self._show()
        self._metrics.mints.labels(self.name, error.fault.value).inc()
        if was is State.CLOSED and self._breaker.state is State.OPEN:
            # A fault that stays needs a person: another key, another token.
            level = log.warning if error.retryable else log.error
            level("relay.provider_failed", provider=self.name, reason=error.fault.value)

    def _show(self) -> None:
        self._metrics.breaker.labels(self.name).set(STATE_VALUES[self._breaker.state])


def _now() -> float:
    return asyncio.get_running_loop().time()
