"""The ground for the stateful search: one waiting room, what workers know about it, and what is always true.

Time is passed in. After each operation Redis is read whole: everything in it must fit together (`World.check`), nobody
who could be matched may still wait, and what the workers know from replies and events alone must be the truth.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from hypothesis.stateful import RuleBasedStateMachine
from redis.asyncio import Redis

from matcher.keys import Keys
from matcher.waiting_room import Active, Gone, Offered, Terms, Ticket, Waiting, WaitingRoom
from tests.fakes.clock import FakeClock
from tests.integration.room_view import View
from tests.integration.room_world import Record, begun, hears_bot, is_bot, last, read_world

TERMS = Terms(recent_ms=40_000, linger_ms=40_000, orphan_ms=20_000, sweep_gap_ms=0)

Result = TypeVar("Result")


class RoomMachine(RuleBasedStateMachine):
    """What every rule needs. Subclasses set `redis`, `runner` and `files` (None: our own Lua)."""

    redis: Redis
    runner: asyncio.Runner
    files: dict[str, str] | None

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.keys = Keys("test")
        self.room = WaitingRoom(self.redis, "test", self.clock, TERMS, self.files)
        self.view = View(self.redis, self.keys)
        self.newest: dict[str, Ticket] = {}
        self.epochs: dict[str, int] = {}
        self.joined: dict[str, int] = {}
        self.met: dict[frozenset[str], int] = {}
        self.seen: set[str] = set()
        self.bots: dict[str, Ticket] = {}
        self.lost_calls: list[tuple[Ticket, Record]] = []
        self.runner.run(self._open())

    async def _open(self) -> None:
        await self.redis.flushall()
        await self.view.open()
        self.world = await read_world(self.redis, self.keys)

    def teardown(self) -> None:
        """Stop listening."""
        self.runner.run(self.view.close())

    @property
    def now(self) -> int:
        """The time as the waiting room takes it at the next operation."""
        return max(self.clock.now_ms() + self.world.ahead, self.world.clock)

    def do(self, operation: Awaitable[Result], place: tuple[str, str] | None = None) -> Result:
        """Run one operation, then check all that is always true; 1 ms passes.

        Args:
            operation: What to run.
            place: The worker and the ticket that the reply is about; a reply that is no state says that it is gone.
        """
        return self.runner.run(self._do(operation, place))

    async def _do(self, operation: Awaitable[Result], place: tuple[str, str] | None) -> Result:
        result = await operation
        if place:
            attached = result[1] if isinstance(result, tuple) else None
            said = attached[1] if attached else result
            self.view.replied(*place, said if isinstance(said, Waiting | Offered | Active) else Gone())
        await self.view.hear()
        self.world = await read_world(self.redis, self.keys)
        self.world.check()
        self._check_promises()
        self._check_new_calls()
        self._check_nobody_waits_in_vain()
        self._check_workers_know()
        self.clock.advance(0.001)
        return result

    def pick(self, number: int, *states: str, bots: bool = True) -> str:
        """Pick a ticket in one of these states, a bot's as well unless `bots` is False; '' when there is none."""
        found = {name: ticket for name, ticket in self.world.tickets.items() if ticket["state"] in states}
        names = sorted(name for name, ticket in found.items() if bots or not is_bot(ticket))
        return names[number % len(names)] if names else ""

    def acceptable(self, one: Record, other: Record, now: int) -> bool:
        """Say whether two tickets may be matched, as the rules have it."""
        if one["caller"] == other["caller"] or one["caller"] in other["avoid"] or other["caller"] in one["avoid"]:
            return False
        if self.met.get(frozenset((one["caller"], other["caller"])), 0) > now:
            return bool(last(one) & last(other))
        return bool(begun(one) & begun(other))

    def _check_promises(self) -> None:
        """Nobody's age changes."""
        assert all(ticket["joined"] == self.joined[name] for name, ticket in self.world.tickets.items())

    def _check_new_calls(self) -> None:
        """Whoever was matched was allowed to be, and alive; side a waited longer, or b came from a bot."""
        world, now = self.world, self.now
        for call in world.calls.keys() - self.seen:
            self.seen.add(call)
            a, b = (world.calls[call][side] for side in "ab")
            one, other = world.tickets[a], world.tickets[b]
            assert world.alive(a, now)
            assert world.alive(b, now)
            if is_bot(other):
                assert one["joined"] <= other["joined"]
                assert one["bots"]
                continue
            assert one["joined"] < other["joined"] or other.get("talked")
            assert self.acceptable(one, other, now)
            self.met[frozenset((one["caller"], other["caller"]))] = now + TERMS.recent_ms

    def _check_nobody_waits_in_vain(self) -> None:
        """No two of the living that could be matched wait side by side."""
        waiting = [self.world.tickets[name] for name in self.world.waiting_alive(self.now)]
        if not self.world.people_meet:
            return
        for number, one in enumerate(waiting):
            for other in waiting[number + 1 :]:
                # Recents that have lapsed since are looked at again when the next rung begins.
                lapsed = frozenset((one["caller"], other["caller"])) in self.met and not last(one) & last(other)
                assert lapsed or not self.acceptable(one, other, self.now)

    def _check_workers_know(self) -> None:
        """Replies and events tell each worker all about its tickets, and nothing untrue."""
        assert self.view.known == {
            (ticket["worker"], name): (ticket["state"], ticket.get("call"))
            for name, ticket in self.world.tickets.items()
        }
        for name, ticket in self.world.tickets.items():
            if hears_bot(ticket) and not self.world.untold(name):
                for end in {name, self.world.partner(name)} - {""}:
                    told = self.view.free.get((self.world.tickets[end]["worker"], end)) == ticket["call"]
                    assert told == ticket["free"]
