"""What the lifespan opens and every endpoint reads: `request.state` and `websocket.state`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

from prometheus_client import Gauge
from redis.asyncio import Redis

from server.arrivals import Arrivals
from server.bot_key import BotKey
from server.limits import Limiter
from server.metrics import Metrics
from server.origins import Origins
from server.queue.desk import Desk
from server.queue.switchboard import Switchboard
from server.realtime.hub import Hub
from server.relay.pool import RelayPool
from server.relay.probe import RelayProbe
from server.sessions import SessionTokens


class Sockets:
    """Counts the open queue sockets of this process against its capacity."""

    def __init__(self, capacity: int, gauge: Gauge) -> None:
        self._capacity = capacity
        self._gauge = gauge
        self._open = 0

    @property
    def full(self) -> bool:
        """Whether there is no room for another one."""
        return self._open >= self._capacity

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one socket for as long as the context is open."""
        self._open += 1
        self._gauge.set(self._open)
        try:
            yield
        finally:
            self._open -= 1
            self._gauge.set(self._open)


class ServerState(TypedDict):
    """The parts of one server process."""

    redis: Redis
    metrics: Metrics
    sessions: SessionTokens
    arrivals: Arrivals
    origins: Origins
    sockets: Sockets
    relays: RelayPool
    probe: RelayProbe
    hub: Hub
    board: Switchboard
    desk: Desk
    limiter: Limiter
    bot_key: BotKey
