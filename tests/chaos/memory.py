"""What Redis remembered of who met whom, offers that no page was told of included.

Redis keeps a caller's latest `max_recents` partners, each with the call in which the two met. Whoever reads that more
often than so many offers are made to one caller has read every one of them, but for those that a newer one with the
same partner replaced before.
"""

import math
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
    """Every meeting that was read, in the order in which they came to be.

    The room's time says in which order those of one look did, and only of one: it starts anew when Redis forgets it.
    """

    def __init__(self) -> None:
        self._meetings: dict[str, list[Meeting]] = defaultdict(list)  # by caller, the latest last
        self._known: dict[tuple[str, str], Meeting] = {}  # by caller and call
        self._read_s: dict[tuple[str, str], float] = {}  # by the same: when the look began that read it first

    def read(self, callers: Mapping[str, Record], began_s: float) -> None:
        """Take what Redis remembers of all callers, read from a moment on."""
        for caller, entry in callers.items():
            # A table without anything in it comes as a list.
            recents = dict(entry["recents"] or {}).items()
            meetings = (Meeting(int(until_ms) - ROOM.recent_ms, call, partner) for partner, (until_ms, call) in recents)
            for meeting in sorted(meetings):
                known = self._known.get((caller, meeting.call_id))
                if known == meeting:
                    continue
                if known:  # a running call was put back, and counts from then on
                    self._meetings[caller].remove(known)
                self._known[caller, meeting.call_id] = meeting
                self._read_s[caller, meeting.call_id] = began_s
                self._meetings[caller].append(meeting)

    def knows(self, caller: str, call_id: str) -> bool:
        """Say whether this meeting was read."""
        return (caller, call_id) in self._known

    def read_s(self, caller: str, call_id: str) -> float:
        """Return since when Redis is known to have had this meeting; infinity: it was not read."""
        return self._read_s.get((caller, call_id), math.inf)

    def recall(self, caller: str, before: str, again: str, looked_s: float) -> Recall:
        """Say why a caller's memory did not keep it from meeting somebody again.

        Args:
            caller: Whose memory.
            before: The call in which the two had met.
            again: The call in which they met again.
            looked_s: When the last look began that was before the first of these two was told.
        """
        if not self.knows(caller, again):
            return Recall.UNREAD
        later = self._known[caller, again]
        others: set[str] = set()
        for met in self._since(caller, before, again, looked_s):
            if met.partner == later.partner:
                return Recall.LONG_AGO if later.met_ms - met.met_ms >= ROOM.recent_ms else Recall.KEPT
            others.add(met.partner)
            if len(others) == ROOM.max_recents:
                return Recall.CROWDED_OUT
        return Recall.UNREAD

    def between(self, caller: str, before: str, again: str, looked_s: float) -> int:
        """Return how many others a caller had met between two calls; the arguments are those of `recall`."""
        if not self.knows(caller, again):
            return 0
        partner = self._known[caller, again].partner
        return len({met.partner for met in self._since(caller, before, again, looked_s)} - {partner})

    def _since(self, caller: str, before: str, again: str, looked_s: float) -> Iterator[Meeting]:
        """Give what lies between two meetings, the latest first, and then the first of the two, if it was read.

        If it was not, a look that began before it was told has not read what came after it.
        """
        meetings = self._meetings[caller]
        for met in reversed(meetings[: meetings.index(self._known[caller, again])]):
            if not self.knows(caller, before) and self.read_s(caller, met.call_id) <= looked_s:
                return
            yield met
            if met.call_id == before:
                return
