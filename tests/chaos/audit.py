"""What must be true of a chaos run, whatever was done to the service.

A pair meets again only for a reason that the service documents: Redis lost its memory, both have waited for so long
that the last rung has softened, or what it remembered of them is forgotten in order: after ten minutes, or when each
of so many others as one remembers came in between. The last two are held against what Redis itself remembered, offers
that reached no page included, so that they are exact. Who was blocked is never met again, unless Redis lost its memory
while the blocker had no socket. Every excuse is counted by its reason.
"""

import asyncio
import math
from collections.abc import Sequence

from matcher.policy import LAST_MS
from tests.chaos.cluster import Cluster
from tests.chaos.ledger import Ledger, Loss, Match, Span, Step
from tests.chaos.memory import Recall
from tests.chaos.terms import ROOM
from tests.integration.room_world import World, read_world

# A page is told a little after Redis decided.
SLACK_S = 1.0
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
            self._ledger.counts["matches judged"] += 1
            pair = frozenset(match.seats)
            if before := self._latest.get(pair):
                self._judge_again(before, match)
            self._latest[pair] = match
            self._judge_blocks(match)

    def _judge_again(self, before: Match, match: Match) -> None:
        if excuse := self._excuse(before, match):
            self._ledger.counts[f"met again: {excuse}"] += 1
            return
        memory = self._ledger.memory
        looked_s = self._ledger.look_before(before.told_s)
        met = [memory.between(caller, before.call_id, match.call_id, looked_s) for caller in match.seats]
        read_s = [round(memory.read_s(caller, before.call_id) - match.told_s, 1) for caller in match.seats]
        waits = [round(match.told_s - seat.since_s, 1) for seat in match.seats.values()]
        ago_s = match.told_s - before.told_s
        self._ledger.violations.append(
            f"two who had met {ago_s:.1f} s before were matched again; others in between: {met}, "
            f"waits: {waits}, Redis lost its memory {self._relative(self._ledger.losses, match.told_s)}, "
            f"the room's time was stepped {self._relative(self._ledger.steps, match.told_s)}, "
            f"read: {[memory.knows(caller, match.call_id) for caller in match.seats]}, "
            f"the one before: {read_s}, "
            f"stories: {[seat.story for seat in match.seats.values()]}"
        )

    def _excuse(self, before: Match, match: Match) -> str:
        """Say why two may meet again; nothing: they may not."""
        books, looked_s = self._ledger, self._ledger.look_before(before.told_s)
        recalls = [books.memory.recall(caller, before.call_id, match.call_id, looked_s) for caller in match.seats]
        for orderly in (Recall.CROWDED_OUT, Recall.LONG_AGO):
            if orderly in recalls:
                return orderly
        until_s = match.told_s
        # Where the room's time leaps, ten minutes may go by between two looks.
        ago_s = until_s - before.told_s + books.stepped_s(self._decided_after(before), until_s)
        if Recall.UNREAD in recalls and ago_s > ROOM.recent_ms / 1000 - SLACK_S:
            return Recall.LONG_AGO
        waits_s = (until_s - seat.since_s + books.stepped_s(seat.since_s, until_s) for seat in match.seats.values())
        if min(waits_s) > LAST_MS / 1000 - SLACK_S:
            return "both had waited for the last rung"
        # Redis may have made it, and lost it, before a busy server told it.
        made_s = min(before.told_s, *(books.memory.read_s(caller, before.call_id) for caller in match.seats))
        if books.lost_between(made_s, until_s):
            return "Redis had lost its memory"
        if Recall.UNREAD in recalls and books.lost_between(self._decided_after(before), books.look_after(until_s)):
            return Recall.UNREAD
        return ""

    def _decided_after(self, match: Match) -> float:
        """Return since when Redis may have made this match, for all that was read of it.

        A meeting and a loss may lie so close together that the one was told after the other, or read never.
        """
        looked_s = self._ledger.look_before(match.told_s)
        if any(self._ledger.memory.knows(caller, match.call_id) for caller in match.seats):
            return looked_s
        return min(looked_s, max(seat.since_s for seat in match.seats.values()))

    def _judge_blocks(self, match: Match) -> None:
        one, other = match.seats
        for who, whom in ((one, other), (other, one)):
            since_s = self._ledger.blocks.get((who, whom))
            if since_s is None or since_s >= match.told_s:
                continue
            if self._may_be_forgotten(who, since_s, match.told_s):
                self._ledger.counts["met though blocked: Redis lost it while the blocker had no socket"] += 1
            else:
                self._ledger.violations.append(
                    f"somebody was matched with whom they had blocked {match.told_s - since_s:.1f} s before; "
                    f"Redis lost its memory {self._relative(self._ledger.losses, match.told_s)}, "
                    f"did not answer {self._relative(self._ledger.outages, match.told_s)}, "
                    f"sockets {self._relative(self._ledger.spans[who], match.told_s)}"
                )

    @staticmethod
    def _relative(times: Sequence[Loss | Span | Step], told_s: float) -> str:
        """Show the latest of some times as seconds from a moment on, and by how much it was stepped."""
        return " ".join(
            f"{time.from_s - told_s:.1f}..{time.until_s - told_s:.1f}"
            + (f" by {time.by_s:.0f} s" if isinstance(time, Step) else "")
            for time in times[-4:]
        )

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
    began_s = asyncio.get_running_loop().time()
    world = await read_world(cluster.redis, cluster.keys)
    ledger.looked(began_s, world.callers)
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
