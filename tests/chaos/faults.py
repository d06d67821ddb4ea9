"""What is done to the service in a storm."""

import asyncio
import math
import random
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx2
from redis.exceptions import RedisError

from tests.chaos.cluster import Cluster, Member
from tests.chaos.ledger import Ledger, Loss, Span
from tests.chaos.terms import LEASE_S
from tests.integration.room_world import World, read_world

DOWN_S = 2.0  # a process is down for so long at most
PAUSE_S = 6.0  # of a process, at most: longer than an offer waits for its acknowledgement
LONG_PAUSE_S = 20.0  # now and then: longer than a lease, and than pages bear with a silent server
REDIS_DOWN_S = 2.0
STEP_MS = 90_000  # of Redis's clock
LONGEST_S = 30.0
# In one step, as all that is done to the room's time: between two the room would go on.
STEP = """
local latest, ahead = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
if not latest then return 0 end
ahead = ahead + ARGV[1]
if ahead < 0 then ahead = ahead - 2 * ARGV[1] end
redis.call('SET', KEYS[1], string.format('%d %d', latest, ahead), 'KEEPTTL')
return 1
"""


def ran_out(before: World, after: World) -> int:
    """Return how many places are gone whose server's lease has run out since; who came back elsewhere has kept it."""
    gone = {worker for worker in before.workers if after.workers.get(worker, 0) < after.clock}
    return sum(
        ticket["worker"] in gone and ticket["state"] == "waiting" and name not in after.tickets
        for name, ticket in before.tickets.items()
    )


class Spared(Exception):
    """The victim suffers already."""


class Faults:
    """Every kind of fault, to be done by name or at random; one at a time to each victim.

    Args:
        cluster: The victim.
        ledger: Where losses and steps are written down.
        dice: Choose fault, victim and length.
        client: Asks servers whether they are ready.
        long: Whether processes are paused for longer than a lease, too.
    """

    def __init__(
        self, cluster: Cluster, ledger: Ledger, dice: random.Random, client: httpx2.AsyncClient, *, long: bool
    ) -> None:
        self._cluster = cluster
        self._redis = cluster.redis
        self._ledger = ledger
        self._dice = dice
        self._client = client
        self._suffer: set[object] = set()
        self._begun: set[str] = set()  # kinds of fault that were done, or are being done
        # With weights.
        self.kinds: dict[str, tuple[int, Callable[[], Awaitable[None]]]] = {
            "server killed": (3, lambda: self._down(cluster.servers, signal.SIGKILL)),
            "server restarted": (1, lambda: self._down(cluster.servers, signal.SIGTERM)),
            "server paused": (3, lambda: self._pause(cluster.servers)),
            "server's clock stepped": (2, self._step_server),
            "matcher killed": (2, lambda: self._down(cluster.matchers, signal.SIGKILL)),
            "matcher paused": (2, lambda: self._pause(cluster.matchers)),
            "subscriptions cut": (4, self._cut_subscriptions),
            "connections to Redis cut": (3, self._cut_connections),
            "Redis paused": (2, self._pause_redis),
            "Redis killed": (1, self._kill_redis),
            "Redis flushed": (2, self._flush),
            "scripts flushed": (3, self._forget_scripts),
            "Redis's clock stepped": (2, self._step_redis),
        }
        if long:
            self.kinds["server paused for longer than a lease"] = 1, lambda: self._pause_long(cluster.servers)
            self.kinds["matcher paused for longer than a lease"] = 1, lambda: self._pause_long(cluster.matchers)

    async def strike(self, kind: str) -> None:
        """Do one fault, all of it; whoever is suffering from another one already is spared."""
        self._begun.add(kind)
        try:
            async with asyncio.timeout(LONGEST_S):
                await self.kinds[kind][1]()
        except (RedisError, OSError, TimeoutError, Spared):
            self._begun.discard(kind)
        else:
            self._ledger.counts[f"fault: {kind}"] += 1

    async def rage(self, seconds: float, pace_s: float) -> None:
        """Strike again and again for so long; what was never done goes before what was."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + seconds
        weights = {kind: weight for kind, (weight, _) in self.kinds.items()}
        async with asyncio.TaskGroup() as strikes:
            while loop.time() < end_s:
                never = [kind for kind in weights if kind not in self._begun]
                kind = self._dice.choice(never or self._dice.choices(list(weights), list(weights.values())))
                strikes.create_task(self.strike(kind))
                await asyncio.sleep(self._dice.uniform(0.5, 1.5) * pace_s)

    @contextmanager
    def _suffering(self, victim: object) -> Iterator[None]:
        if victim in self._suffer:
            raise Spared
        self._suffer.add(victim)
        try:
            yield
        finally:
            self._suffer.discard(victim)

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Redis loses its memory in between."""
        self._ledger.losses.append(Loss(self._now(), math.inf))
        try:
            yield
        finally:
            self._ledger.losses[-1] = self._ledger.losses[-1]._replace(until_s=self._now())

    async def _down(self, members: Sequence[Member], number: signal.Signals) -> None:
        member = self._dice.choice(members)
        with self._suffering(member):
            await member.stop(number)
            await asyncio.sleep(self._dice.uniform(0, DOWN_S))
            await member.start()

    async def _pause(self, members: Sequence[Member]) -> None:
        member = self._dice.choice(members)
        with self._suffering(member):
            member.signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(self._dice.uniform(0, PAUSE_S))
            finally:
                member.signal(signal.SIGCONT)

    async def _pause_long(self, members: Sequence[Member]) -> None:
        member = self._dice.choice(members)
        with self._suffering(member):
            before = await self._look()
            member.signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(self._dice.uniform(LEASE_S, LONG_PAUSE_S))
                if before and (after := await self._look()):
                    self._ledger.counts["places that ran out with their server's lease"] += ran_out(before, after)
            finally:
                member.signal(signal.SIGCONT)

    async def _look(self) -> World | None:
        try:
            return await read_world(self._redis, self._cluster.keys)
        except (RedisError, OSError):
            return None

    async def _step_server(self) -> None:
        server = self._dice.choice(self._cluster.servers)
        if not await server.is_ready(self._client):
            raise Spared  # it would die of a signal that it does not know yet
        server.signal(self._dice.choice([signal.SIGUSR1, signal.SIGUSR2]))

    async def _cut_subscriptions(self) -> None:
        """Several times in a row, so that what is said meanwhile is lost."""
        for _ in range(self._dice.randint(1, 5)):
            await self._redis.client_kill_filter(_type="pubsub")
            await asyncio.sleep(0.1)

    async def _cut_connections(self) -> None:
        self._ledger.outages.append(Span(self._now(), self._now()))
        await self._redis.client_kill_filter(_type="normal", skipme=True)

    async def _forget_scripts(self) -> None:
        await self._redis.script_flush()

    async def _pause_redis(self) -> None:
        with self._suffering(self._cluster.valkey):
            outage = Span(self._now(), math.inf)
            self._ledger.outages.append(outage)
            self._cluster.valkey.pause()
            try:
                await asyncio.sleep(self._dice.uniform(0, REDIS_DOWN_S))
            finally:
                self._cluster.valkey.resume()
                outage.until_s = self._now()

    async def _kill_redis(self) -> None:
        with self._suffering(self._cluster.valkey), self._forgetting():
            await self._cluster.valkey.kill()
            await asyncio.sleep(self._dice.uniform(0, REDIS_DOWN_S))
            await self._cluster.valkey.start()

    async def _flush(self) -> None:
        with self._suffering(self._cluster.valkey), self._forgetting():
            await self._redis.flushall()

    async def _step_redis(self) -> None:
        """What the room keeps of its time is changed as if Redis's clock had been stepped, ahead or back."""
        step_ms = self._dice.choice([STEP_MS, -STEP_MS])
        if not await self._redis.eval(STEP, 1, self._cluster.keys.static("clock"), step_ms):
            raise Spared

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
