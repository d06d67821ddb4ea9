"""What must be true of a chaos run, whatever was done to the service.

A pair meets again only for a reason that the service documents: Redis lost its memory, both have waited for so long
that the last rung has softened, or so many others came in between that the first meeting is forgotten. Who was blocked
is never met again, unless Redis lost its memory while the blocker had no socket.
"""

import asyncio
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from matcher.policy import LAST_MS
from matcher.waiting_room import Terms
from tests.chaos.cluster import Cluster
from tests.chaos.ledger import Ledger, Loss, Match, Span, Step
from tests.integration.room_world import World, read_world

TERMS = Terms()
# A page is told a little after Redis decided.
SLACK_S = 1.0
# Some offers never reach a page, but count as meetings: so many others are surely too few to forget one.
FORGOTTEN_AFTER = TERMS.max_recents // 2
STEP_S = 0.5  # less is noise
# Until a server that lost Redis has put back what it knows: the next renewal, and a subscription anew.
SETTLED_S = 10.0


class Audit:
    """Judges matches in the order in which they were told.

    Args:
        ledger: The books; violations are added to them.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._latest: dict[frozenset[str], Match] = {}  # by pair

    def judge(self) -> None:
        """Judge what was not judged yet."""
        for match in self._ledger.take_fresh():
            if len(match.seats) > 2:
                continue  # the ledger has said so
            pair = frozenset(match.seats)
            before = self._latest.get(pair)
            if before and not self._may_meet_again(before, match):
                ago_s = match.told_s - before.told_s
                met = [self._met_between(caller, before, match) for caller in match.seats]
                waits = [round(match.told_s - seat.since_s, 1) for seat in match.seats.values()]
                self._ledger.violations.append(
                    f"two who had met {ago_s:.1f} s before were matched again; others in between: {met}, "
                    f"waits: {waits}, the room's time was stepped {self._relative(self._ledger.steps, match.told_s)}"
                )
            self._latest[pair] = match
            self._judge_blocks(match)

    def _may_meet_again(self, before: Match, match: Match) -> bool:
        books, from_s, until_s = self._ledger, before.told_s, match.told_s
        if books.lost_between(from_s, until_s):
            return True
        if until_s - from_s + books.stepped_s(from_s, until_s) > TERMS.recent_ms / 1000 - SLACK_S:
            return True
        if any(self._met_between(caller, before, match) >= FORGOTTEN_AFTER for caller in match.seats):
            return True
        waits_s = (until_s - seat.since_s + books.stepped_s(seat.since_s, until_s) for seat in match.seats.values())
        return min(waits_s) > LAST_MS / 1000 - SLACK_S

    def _met_between(self, caller: str, before: Match, match: Match) -> int:
        times = self._ledger.met[caller]
        return bisect_left(times, match.seats[caller].told_s) - bisect_right(times, before.seats[caller].told_s)

    def _judge_blocks(self, match: Match) -> None:
        one, other = match.seats
        for who, whom in ((one, other), (other, one)):
            since_s = self._ledger.blocks.get((who, whom))
            if (
                since_s is not None
                and since_s < match.told_s
                and not self._may_be_forgotten(who, since_s, match.told_s)
            ):
                self._ledger.violations.append(
                    f"somebody was matched with whom they had blocked {match.told_s - since_s:.1f} s before; "
                    f"Redis lost its memory {self._relative(self._ledger.losses, match.told_s)}, "
                    f"sockets {self._relative(self._ledger.spans[who], match.told_s)}"
                )

    @staticmethod
    def _relative(times: Sequence[Loss | Span | Step], told_s: float) -> str:
        """Show the latest of some times as seconds from a moment on."""
        return " ".join(f"{time.from_s - told_s:.1f}..{time.until_s - told_s:.1f}" for time in times[-4:])

    def _may_be_forgotten(self, who: str, since_s: float, told_s: float) -> bool:
        """Say whether Redis lost its memory while no socket of `who` could remind it."""
        for loss in self._ledger.losses:
            if loss.until_s < since_s or loss.from_s > told_s:
                continue
            from_s, until_s = max(loss.from_s, since_s), min(loss.until_s + SETTLED_S, told_s)
            if not any(span.from_s <= from_s and span.until_s >= until_s for span in self._ledger.spans[who]):
                return True
        return False


class RoomTime:
    """Watches how the room's time runs, whoever changes it: an age that it gives somebody is as good as one waited for.

    Args:
        cluster: Where the room is.
        ledger: Where steps are written down.
    """

    def __init__(self, cluster: Cluster, ledger: Ledger) -> None:
        self._cluster = cluster
        self._ledger = ledger
        self._looked_s = 0.0
        self._ahead_s = -math.inf  # of the event loop's clock

    async def look(self) -> None:
        """Look at the room's latest time."""
        name = self._cluster.keys.static("clock")
        latest_ms = int(((await self._cluster.redis.get(name)) or b"0").split()[0])
        now_s = asyncio.get_running_loop().time()
        if not latest_ms:
            return  # nobody has run a script yet since Redis lost its memory
        ahead_s = latest_ms / 1000 - now_s
        if ahead_s > self._ahead_s + STEP_S and self._looked_s:
            self._ledger.steps.append(Step(self._looked_s, now_s, ahead_s - self._ahead_s))
        # While nobody runs a script it stands still; only with Redis's memory it may be lost.
        forgotten = self._ledger.lost_between(self._looked_s, now_s)
        self._ahead_s = ahead_s if forgotten else max(ahead_s, self._ahead_s)
        self._looked_s = now_s


async def look(cluster: Cluster, ledger: Ledger) -> World:
    """Read all that the waiting room holds at this moment, and check that it fits together."""
    world = await read_world(cluster.redis, cluster.keys)
    ledger.counts["looks into Redis"] += 1
    try:
        world.check()
        for call, sides in world.calls.items():
            callers = [world.tickets[ticket]["caller"] for ticket in (sides["a"], sides["b"]) if ticket]
            assert len(set(callers)) == len(callers), call
    except (AssertionError, KeyError) as fault:
        line = fault.__traceback__
        while line and line.tb_next:
            line = line.tb_next
        place = f"{line.tb_frame.f_code.co_name}:{line.tb_lineno}" if line else ""
        ledger.violations.append(f"the waiting room does not fit together: {type(fault).__name__} in {place}")
    return world
