"""Relay credentials, ready when a caller wants them.

All minting happens in background tasks, so that it goes on, and its result is kept, when a caller leaves meanwhile.
A caller takes a spare, or waits for the next set to arrive; waiters are served in their order. No more requests are
under way than there are waiters and missing spares.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from types import TracebackType
from typing import Any, Self

from prometheus_client import CollectorRegistry

from matcher.clock import Clock, SystemClock
from matcher.errors import RelayUnavailable
from server.relay.guarded import GuardedProvider
from server.relay.metrics import PoolMetrics
from server.relay.provider import ProviderError, RelayCredentials, RelayProvider
from server.relay.revoker import WORKERS, Revoker
from server.relay.stock import Demand, Stock

LANES = 8  # mint requests under way at once
TICK_S = 1.0
BACK_OFF_S = (1.0, 60.0)  # first and longest pause after a refill that failed
RETRY_S = 5.0  # what a caller is told where no provider says more
EXIT_S = 0.5  # for what waits to be revoked when the pool closes


def unknown(_: str) -> bool | None:
    """Know nothing about a provider's health."""
    return None


class RelayPool:
    """An async context manager that owns its tasks.

    Args:
        providers: First choice first; the others step in when it fails.
        ttl_s: Lifetime of a fresh set, s.
        call_s: Longest call, s; a set handed out lasts at least that and 600 s.
        registry: Where the metrics go.
        clock: Tells when credentials expire.
        random: Source of jitter.
        healthy: Verdict of the health probe on a provider by name; False: its sets are not handed out.
    """

    def __init__(
        self,
        providers: Sequence[RelayProvider],
        *,
        ttl_s: int,
        call_s: int,
        registry: CollectorRegistry,
        clock: Clock | None = None,
        random: Random | None = None,
        healthy: Callable[[str], bool | None] = unknown,
    ) -> None:
        random = random or Random()  # noqa: S311 -- jitter needs no secrecy
        self._clock = clock or SystemClock()
        self._ttl_s = ttl_s
        self._metrics = PoolMetrics(registry)
        self._providers = [GuardedProvider(provider, random, self._metrics) for provider in providers]
        self._revoker = Revoker(providers, self._metrics)
        self._healthy = healthy
        self._stock = Stock(ttl_s, call_s, random)
        self._waiters: deque[asyncio.Future[RelayCredentials]] = deque()
        self._under_way = 0
        self._back_off_s = 0.0
        self._refill_at = 0.0
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._demand = Demand(_now())
        for _ in range(WORKERS):
            self._start(self._revoker.work())
        self._start(self._tend())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._revoker.finish(EXIT_S)
        finally:
            self._closed = True
            for task in self._tasks:
                task.cancel()
            while self._waiters:
                self._refuse()
            await self._group.__aexit__(kind, error, trace)

    @property
    def available(self) -> bool:
        """Whether a caller who comes now is likely to be served."""
        unusable = self._unusable()
        return self._stock.has(self._seconds(), unusable) or any(
            provider.wait_s() == 0 for provider in self._providers if provider.name not in unusable
        )

    async def take(self) -> RelayCredentials:
        """Return a set that nobody else has or will get: a spare at once, or else the next to arrive.

        Raises:
            RelayUnavailable: No provider has one; `retry_after_s` says when to ask again.
        """
        credentials = self._stock.take(self._seconds(), self._unusable())
        if credentials is None:
            try:
                credentials = await self._next()
            except RelayUnavailable:
                self._metrics.takes.labels("unavailable").inc()
                raise
            self._metrics.takes.labels("minted").inc()
        else:
            self._metrics.takes.labels("ready").inc()
        self._demand.taken(_now())
        self._fill()
        return credentials

    def give_back(self, credentials: RelayCredentials) -> None:
        """A set that was handed out is not used any more: have it revoked, soon and without waiting."""
        if credentials.expires_at > self._seconds():
            self._revoker.put(credentials)

    async def _next(self) -> RelayCredentials:
        if self._closed:
            raise RelayUnavailable(retry_after_s=RETRY_S)
        waiter: asyncio.Future[RelayCredentials] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._fill()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._deliver(waiter.result())  # it came at the moment the caller left
            raise
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def _fill(self) -> None:
        """Start as many mint requests as are missing."""
        self._metrics.ready.set(len(self._stock))
        if self._closed:
            return
        missing = len(self._waiters) + max(0, self._spares_wanted() - len(self._stock))
        for _ in range(min(missing, LANES) - self._under_way):
            self._under_way += 1
            self._start(self._mint())

    def _spares_wanted(self) -> int:
        now = _now()
        if now < self._refill_at or not self._prefers_remote():
            return 0
        return self._demand.target(now)

    def _prefers_remote(self) -> bool:
        """Whether the provider that would serve now costs a request; what is computed here needs no spares."""
        unusable = self._unusable()
        for provider in self._providers:
            if provider.name not in unusable and provider.wait_s() == 0:
                return provider.remote
        return False

    async def _mint(self) -> None:
        try:
            credentials = await self._mint_at_first_choice()
        finally:
            self._under_way -= 1
        if credentials is not None:
            self._back_off_s = 0.0
            self._deliver(credentials)
        elif self._waiters:
            self._refuse()
        else:
            first_s, longest_s = BACK_OFF_S
            self._back_off_s = min(longest_s, max(first_s, self._back_off_s * 2))
            self._refill_at = _now() + self._back_off_s
        self._fill()

    async def _mint_at_first_choice(self) -> RelayCredentials | None:
        unusable = self._unusable()
        for provider in self._providers:
            if provider.name in unusable or provider.wait_s() > 0:
                continue
            if not provider.remote and not self._waiters:
                break  # meant as a spare
            try:
                return await provider.mint(self._ttl_s)
            except ProviderError:
                continue
        return None

    def _deliver(self, credentials: RelayCredentials) -> None:
        """Hand a fresh set to the first who waits, or keep it as a spare."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(credentials)
                return
        self._stock.add(credentials, self._seconds())

    def _refuse(self) -> None:
        """Tell the first who waits that there is nothing."""
        waits = [provider.wait_s() for provider in self._providers]
        seconds = math.ceil(min((wait for wait in waits if wait > 0), default=RETRY_S))
        waiter = self._waiters.popleft()
        if not waiter.done():
            waiter.set_exception(RelayUnavailable(retry_after_s=seconds))

    async def _tend(self) -> None:
        """Keep the spares fresh, and find out when a provider that failed works again."""
        while True:
            wasted = self._stock.discard_old(self._seconds())
            self._demand.wasted(wasted)
            self._metrics.discards.inc(wasted)
            self._fill()
            for provider in self._providers:
                if provider.remote and provider.in_doubt and provider.wait_s() == 0:
                    self._start(self._try_again(provider))
            await asyncio.sleep(TICK_S)

    async def _try_again(self, provider: GuardedProvider) -> None:
        if provider.wait_s() > 0:
            return  # a caller's request was faster
        try:
            credentials = await provider.mint(self._ttl_s)
        except ProviderError:
            return
        self._deliver(credentials)
        self._fill()

    def _unusable(self) -> frozenset[str]:
        return frozenset(provider.name for provider in self._providers if self._healthy(provider.name) is False)

    def _seconds(self) -> float:
        return self._clock.now_ms() / 1000

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _now() -> float:
    return asyncio.get_running_loop().time()
