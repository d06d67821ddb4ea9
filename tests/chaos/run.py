"""Storms and calms, until so many matches have been made."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from redis.exceptions import RedisError

from tests.chaos.audit import Audit, RoomTime, look
from tests.chaos.cluster import Cluster, running_cluster
from tests.chaos.crowd import Crowd
from tests.chaos.faults import Faults
from tests.chaos.ledger import Ledger
from tests.chaos.people import Person
from tests.chaos.terms import STUCK_S

LOOK_S = 0.1
# What a run with long pauses must have seen for its verdict to mean anything, besides every kind of fault.
RARE = (
    "sockets given up as silent",
    "places that ran out with their server's lease",
    "pages away for longer than a lease",
    "error timed_out",  # a page that slept, given up by the server
)


@dataclass(frozen=True)
class Plan:
    """What a run does.

    Args:
        seed: Of all dice.
        matches: How many there shall be at least.
        callers: How many people call at the same time.
        storm_s: Length of one storm.
        pace_s: From one fault to the next, on average.
        talk_s: Length of a talk, on average.
        calm_s: Length of a calm, at least.
        stuck_s: Nobody waits longer for a talk once it is calm, and no place or call stays without a page.
        long: Whether processes are paused for longer than a lease, too; what comes of that must be seen then.
    """

    seed: int
    matches: int = 100_000
    callers: int = 300
    storm_s: float = 12.0
    pace_s: float = 0.6
    talk_s: float = 0.5
    calm_s: float = 0.0
    stuck_s: float = STUCK_S
    long: bool = True


@dataclass
class Round:
    """How one storm and its calm went."""

    matches: int  # so far
    seconds: float
    slowest_s: float  # who waited longest for a talk after the storm
    empty_s: float  # until the room was empty after everybody had left


class Run:
    """One run.

    Args:
        plan: What to do.
        cluster: The service.
    """

    def __init__(self, plan: Plan, cluster: Cluster) -> None:
        self.ledger = Ledger()
        self._plan = plan
        self._cluster = cluster
        self._crowd = Crowd(cluster, self.ledger, plan.callers, plan.seed, plan.talk_s)
        dice = random.Random(plan.seed)
        self._faults = Faults(cluster, self.ledger, dice, self._crowd.scene.client, long=plan.long)
        self._audit = Audit(self.ledger)
        self._time = RoomTime(cluster, self.ledger)

    def missing_faults(self) -> list[str]:
        """Return which kinds of fault were never done."""
        return [kind for kind in self._faults.kinds if not self.ledger.counts[f"fault: {kind}"]]

    async def go(self) -> AsyncIterator[Round]:
        """Give each round as it ends, until there were enough matches and every kind of fault."""
        async with self._watching():
            while self.ledger.heard < self._plan.matches or self.missing_faults():
                yield await self._round()
        await self._crowd.scene.client.aclose()
        self.ledger.violations += self._cluster.bugs()
        if self._plan.long:
            self.ledger.violations += [f"never happened: {what}" for what in RARE if not self.ledger.counts[what]]

    async def _round(self) -> Round:
        begun_s = self._now()
        self._crowd.arrive()
        self._crowd.scene.calm.clear()
        await self._faults.rage(self._plan.storm_s, self._plan.pace_s)
        await self._cluster.heal()
        self._crowd.scene.calm.set()
        slowest_s = await self._calm()
        await self._crowd.leave()
        empty_s = await self._emptied()
        self._audit.judge()
        return Round(self.ledger.heard, self._now() - begun_s, slowest_s, empty_s)

    async def _calm(self) -> float:
        """Wait until everybody has heard somebody; returns how long that took, in s."""
        calm_s = self._now()

        def stuck() -> list[Person]:
            return [person for person in self._crowd.people if person.met_s <= calm_s]

        await self._until(lambda: not stuck(), self._plan.stuck_s)
        self.ledger.violations += [f"somebody is stuck: {person.plight()}" for person in stuck()]
        slowest_s = self._now() - calm_s
        await asyncio.sleep(max(0.0, self._plan.calm_s - slowest_s))
        return slowest_s

    async def _emptied(self) -> float:
        """Wait until the room holds no ticket and no call any more; returns how long that took, in s."""
        left_s = self._now()
        while (world := await look(self._cluster, self.ledger)).tickets or world.calls:
            if self._now() - left_s > self._plan.stuck_s:
                self.ledger.violations.append(f"{len(world.tickets)} tickets, {len(world.calls)} calls without a page")
                break
            await asyncio.sleep(LOOK_S)
        return self._now() - left_s

    @asynccontextmanager
    async def _watching(self) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self) -> None:
        """Look again and again, in storms as well: what one script left is whole at every moment."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(RedisError, OSError):
                await self._time.look()
                looks += 1
                if looks % 10 == 0:
                    await look(self._cluster, self.ledger)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        end_s = self._now() + seconds
        while not condition() and self._now() < end_s:
            await asyncio.sleep(LOOK_S)
        return condition()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


@asynccontextmanager
async def running(plan: Plan) -> AsyncIterator[Run]:
    """Set a run up."""
    async with running_cluster() as cluster:
        yield Run(plan, cluster)
