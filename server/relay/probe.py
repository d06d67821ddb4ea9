"""Proves that relays relay: a TURN Allocate with fresh credentials at each provider, about once a minute.

A provider that gives out credentials may still run no relay that accepts them.
"""

import asyncio
import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from types import TracebackType
from typing import Self

import structlog
from aioice import stun
from aioice.turn import TurnClientUdpProtocol
from prometheus_client import CollectorRegistry

from server.relay.metrics import ProbeMetrics
from server.relay.provider import ProviderError, RelayCredentials, RelayProvider

log = structlog.get_logger()

EVERY_S = 60.0
AGAIN_S = 5.0  # after a probe that failed
TIMEOUT_S = 3.0
LIFETIME_S = 600  # RFC 8656 section 3.2: the default
MISSES = 2  # so many in a row until a relay that worked counts as down

_UDP_URL = re.compile(r"turn:([A-Za-z0-9.-]+):(\d{1,5})\?transport=udp")


class RelayProbe:
    """An async context manager that owns its tasks, one for each provider.

    Args:
        providers: Those to watch.
        registry: Where the metrics go.
        random: Source of jitter.
        every_s: Seconds between probes of one provider, give or take a tenth.
        again_s: Seconds until the next one after a failure.
        timeout_s: Longest that one probe may take.
    """

    def __init__(
        self,
        providers: Sequence[RelayProvider],
        *,
        registry: CollectorRegistry,
        random: Random | None = None,
        every_s: float = EVERY_S,
        again_s: float = AGAIN_S,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._providers = providers
        self._metrics = ProbeMetrics(registry)
        self._random = random or Random()  # noqa: S311 -- jitter needs no secrecy
        self._every_s = every_s
        self._again_s = again_s
        self._timeout_s = timeout_s
        self._verdicts: dict[str, bool] = {}
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._tasks = [self._group.create_task(self._watch(provider)) for provider in self._providers]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await self._group.__aexit__(kind, error, trace)

    def healthy(self, provider: str) -> bool | None:
        """Return whether a provider's relay works, as far as is known; None: it was not tried yet."""
        return self._verdicts.get(provider)

    @property
    def any_healthy(self) -> bool:
        """Whether at least one relay is known to work."""
        return any(self._verdicts.values())

    async def _watch(self, provider: RelayProvider) -> None:
        misses = 0
        while True:
            outcome = await self._probe(provider)
            self._metrics.probes.labels(provider.name, outcome).inc()
            if outcome == "ok":
                misses = 0
                self._judge(provider.name, True)
            elif outcome != "no_credentials":  # that says nothing about the relay
                misses += 1
                if misses >= MISSES or not self._verdicts.get(provider.name):
                    self._judge(provider.name, False)
            pause_s = self._every_s if outcome == "ok" else self._again_s
            await asyncio.sleep(pause_s * self._random.uniform(0.9, 1.1))

    def _judge(self, name: str, works: bool) -> None:
        if self._verdicts.get(name) is not works:
            log.info("relay.health_changed", provider=name, state="up" if works else "down")
        self._verdicts[name] = works
        self._metrics.healthy.labels(name).set(works)

    async def _probe(self, provider: RelayProvider) -> str:
        try:
            async with asyncio.timeout(self._timeout_s):
                credentials = await provider.mint(LIFETIME_S)
        except (ProviderError, TimeoutError):
            return "no_credentials"
        try:
            async with asyncio.timeout(self._timeout_s):
                outcome = await allocate(credentials)
        except TimeoutError:
            outcome = "timeout"
        await self._give_back(provider, credentials)
        return outcome

    async def _give_back(self, provider: RelayProvider, credentials: RelayCredentials) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await provider.revoke(credentials)
        except (ProviderError, TimeoutError):
            pass  # it runs out by itself in ten minutes


async def allocate(credentials: RelayCredentials) -> str:
    """Make and delete one allocation over UDP (RFC 8656 section 7).

    Returns:
        `ok`, `refused` (the relay answered, but not with an allocation) or `unreachable`. Silence is for the caller
        to time out.
    """
    server = credentials.ice_servers[0]
    url = next((found for url in server.urls if (found := _UDP_URL.fullmatch(url))), None)
    if url is None:
        return "unreachable"
    loop = asyncio.get_running_loop()
    try:
        # IPv4 is what every provider listens on.
        infos = await loop.getaddrinfo(url[1], int(url[2]), family=socket.AF_INET, type=socket.SOCK_DGRAM)
        host, port = str(infos[0][4][0]), int(infos[0][4][1])
        transport, turn = await loop.create_datagram_endpoint(
            lambda: TurnClientUdpProtocol(
                (host, port), server.username, server.credential, lifetime=LIFETIME_S, channel_refresh_time=LIFETIME_S
            ),
            remote_addr=(host, port),
        )
    except OSError:
        return "unreachable"
    try:
        await turn.connect()
        with suppress(stun.TransactionError):  # it works; what is not deleted runs out by itself
            await turn.delete()
    except (stun.TransactionError, ConnectionError):
        return "refused"
    finally:
        if turn.refresh_task:
            turn.refresh_task.cancel()
        transport.close()
    return "ok"
