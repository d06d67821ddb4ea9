"""What was seen in a chaos run: every match as both pages were told it, blocks, and what was done to Redis.

Times are seconds of the event loop's clock, which no fault touches.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.chaos.memory import Memory
from tests.integration.room_world import Record


class Seat(NamedTuple):
    """One side of a match, when its page was first told."""

    side: str
    told_s: float
    since_s: float  # since when this caller waited
    story: str = ""  # how its page came there


@dataclass(eq=False)
class Match:
    """A match, and who was told of it."""

    call_id: str
    seats: dict[str, Seat] = field(default_factory=dict)  # by caller
    heard: bool = False  # both pages were in it at the same time

    @property
    def told_s(self) -> float:
        """When the first of the two was told."""
        return min(seat.told_s for seat in self.seats.values())


@dataclass
class Span:
    """How long one socket was served, as far as its page can tell."""

    from_s: float
    until_s: float


class Loss(NamedTuple):
    """Redis lost its memory: when that began, and when it answered again."""

    from_s: float
    until_s: float


class Step(NamedTuple):
    """The room's time went ahead by more than real time did, between two looks at it."""

    from_s: float
    until_s: float
    by_s: float


class Ledger:
    """The books of one run."""

    def __init__(self) -> None:
        self.matches: dict[str, Match] = {}
        self.memory = Memory()
        self.blocks: dict[tuple[str, str], float] = {}  # (who, whom) → when the server had handled it
        self.spans: dict[str, list[Span]] = defaultdict(list)  # caller → sockets
        self.losses: list[Loss] = []
        self.outages: list[Span] = []  # when Redis did not answer, or dropped whoever asked
        self.steps: list[Step] = []
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self.heard = 0
        self._fresh: list[Match] = []
        self._looks_s: list[float] = []  # when reading all of Redis began

    def told(self, caller: str, call_id: str, seat: Seat) -> Match:
        """A page was told of a match."""
        match = self.matches.setdefault(call_id, Match(call_id))
        known = match.seats.get(caller)
        if known is None:
            match.seats[caller] = seat
            if len(match.seats) > 2:
                self.violations.append(f"{len(match.seats)} callers were told of one call")
            elif len(match.seats) == 2:
                self._fresh.append(match)
                if len({one.side for one in match.seats.values()}) < 2:
                    self.violations.append("two callers were told of the same side of a call")
        elif known.side != seat.side:
            self.violations.append("a caller was matched with itself")
        return match

    def hear(self, match: Match) -> None:
        """Both pages are in it."""
        if not match.heard:
            match.heard = True
            self.heard += 1

    def block(self, who: str, whom: str, match: Match, now_s: float, *, known: bool) -> None:
        """The service has handled a block of somebody met in `match`.

        `known`: the socket on which it was said is the one that was in the call. Any other may not know who that was,
        when Redis has forgotten it.
        """
        if known or not self.lost_between(match.told_s, now_s):
            self.blocks.setdefault((who, whom), now_s)
            self.counts["blocks"] += 1

    def looked(self, began_s: float, callers: Mapping[str, Record]) -> None:
        """Redis was read, from a moment on, and with it what it remembers of these callers.

        What came into it after that moment may have been read or not; on a busy machine a look takes its time.
        """
        self.counts["looks into Redis"] += 1
        insort(self._looks_s, began_s)  # of two at the same time the later one may end first
        self.memory.read(callers, began_s)

    def look_before(self, moment_s: float) -> float:
        """Return when the last look into Redis before a moment began."""
        place = bisect_left(self._looks_s, moment_s)
        return self._looks_s[place - 1] if place else -math.inf

    def look_after(self, moment_s: float) -> float:
        """Return when the next look into Redis after a moment began."""
        place = bisect_right(self._looks_s, moment_s)
        return self._looks_s[place] if place < len(self._looks_s) else math.inf

    def lost_between(self, from_s: float, until_s: float) -> bool:
        """Say whether Redis lost its memory between two moments."""
        return any(loss.from_s <= until_s and loss.until_s >= from_s for loss in self.losses)

    def take_fresh(self) -> list[Match]:
        """Hand over the matches that both sides were told of since the last time, in order of telling."""
        fresh, self._fresh = self._fresh, []
        return sorted(fresh, key=lambda match: match.told_s)

    def stepped_s(self, from_s: float, until_s: float) -> float:
        """Return by how much the room's time was set ahead between two moments, in s."""
        return sum(step.by_s for step in self.steps if step.from_s <= until_s and step.until_s >= from_s)
