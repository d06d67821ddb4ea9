"""All callers of a run, and their heartbeats."""

import asyncio
import random

from tests.chaos.cluster import Cluster
from tests.chaos.ledger import Ledger
from tests.chaos.line import Act, Scene
from tests.chaos.people import Person
from tests.chaos.terms import BEAT_S


class Crowd:
    """All callers of a run, and the tasks in which they live.

    Args:
        cluster: Where they call.
        ledger: Where they write down what they see.
        callers: How many.
        seed: Of their dice.
        talk_s: How long they talk on average, in s.
    """

    def __init__(self, cluster: Cluster, ledger: Ledger, callers: int, seed: int, talk_s: float) -> None:
        self.scene = Scene(cluster, ledger, self._spawn, talk_s, enough=max(1, callers // 8))
        self._air: dict[str, set[Person]] = {}
        self.people = [
            Person(self.scene, self._air, number, random.Random(f"{seed}:{number}")) for number in range(callers)
        ]
        self._tasks: set[asyncio.Task[None]] = set()
        self._lives: list[asyncio.Task[None]] = []

    def _spawn(self, act: Act) -> None:
        task = asyncio.get_running_loop().create_task(act())
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            self.scene.ledger.violations.append(f"a caller failed: {fault!r}")

    def arrive(self) -> None:
        """Everybody comes."""
        self.scene.open = True
        self._lives = [asyncio.create_task(person.live()) for person in self.people]
        self._spawn(self._beat)

    async def leave(self) -> None:
        """Everybody leaves, in order."""
        self.scene.open = False
        await asyncio.gather(*(person.leave() for person in self.people))
        for task in (*self._lives, *self._tasks):
            task.cancel()
        for fault in await asyncio.gather(*self._lives, *self._tasks, return_exceptions=True):
            if isinstance(fault, Exception):
                self.scene.ledger.violations.append(f"a caller failed: {fault!r}")
        self._air.clear()

    async def _beat(self) -> None:
        while True:
            for person in self.people:
                await asyncio.sleep(BEAT_S / len(self.people))
                await person.beat()
