"""What Redis remembered of who met whom, offers that no page was told of included.

Redis keeps a caller's latest `max_recents` partners, each with the call in which the two met. Whoever reads that more
often than so many offers are made to one caller has read every one of them.
"""

import math
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from tests.chaos.terms import ROOM
from tests.integration.room_world import Record


class Recall(StrEnum):
    """Whether a caller's memory kept it from meeting somebody again."""

    KEPT = "it should have"
    CROWDED_OUT = f"{ROOM.max_recents} others came in between"
    LONG_AGO = f"it was {ROOM.recent_ms // 60_000} minutes ago"
    UNREAD = "Redis lost one of the two meetings before it was read"


class Meeting(NamedTuple):
    """An offer, on one side of it."""

    met_ms: int  # by the room's time
    call_id: str
    partner: str


class Memory:
    """Every meeting that was read, in the order in which Redis has them."""

    def __init__(self) -> None:
        self._meetings: dict[str, list[Meeting]] = defaultdict(list)  # by caller, the latest last
        self._known: dict[tuple[str, str], Meeting] = {}  # by caller and call
        self._read_s: dict[tuple[str, str], float] = {}  # by the same: when the look began that read it first

    def read(self, callers: Mapping[str, Record], began_s: float) -> None:
        """Take what Redis remembers of all callers, read from a moment on."""
        for caller, entry in callers.items():
            # A table without anything in it comes as a list.
            for partner, (until_ms, call_id) in dict(entry["recents"] or {}).items():
                meeting = Meeting(int(until_ms) - ROOM.recent_ms, call_id, partner)
                known = self._known.get((caller, call_id))
                if known == meeting:
                    continue
                if known:  # a running call was put back, and counts from then on
                    self._meetings[caller].remove(known)
                self._known[caller, call_id] = meeting
                self._read_s[caller, call_id] = began_s
                insort(self._meetings[caller], meeting)

    def knows(self, caller: str, call_id: str) -> bool:
        """Say whether this meeting was read."""
        return (caller, call_id) in self._known

    def read_s(self, caller: str, call_id: str) -> float:
        """Return since when Redis is known to have had this meeting; infinity: it was not read."""
        return self._read_s.get((caller, call_id), math.inf)

    def recall(self, caller: str, partner: str, call_id: str) -> Recall:
        """Say why a caller's memory did not keep it from meeting a partner in this call, whom it had met before."""
        again = self._known.get((caller, call_id))
        if again is None:
            return Recall.UNREAD
        others: set[str] = set()
        for met in self._before(caller, again):
            if met.partner == partner:
                return Recall.LONG_AGO if again.met_ms - met.met_ms >= ROOM.recent_ms else Recall.KEPT
            others.add(met.partner)
            if len(others) == ROOM.max_recents:
                return Recall.CROWDED_OUT
        return Recall.UNREAD

    def between(self, caller: str, partner: str, call_id: str) -> int:
        """Return how many others a caller had met since it met this partner last."""
        others: set[str] = set()
        for met in self._before(caller, self._known[caller, call_id]) if self.knows(caller, call_id) else ():
            if met.partner == partner:
                break
            others.add(met.partner)
        return len(others)

    def _before(self, caller: str, meeting: Meeting) -> Iterator[Meeting]:
        meetings = self._meetings[caller]
        return reversed(meetings[: bisect_left(meetings, meeting)])
