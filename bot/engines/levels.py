"""How much of its engines one call uses: less when they fail or are slow, more again when a probe succeeds. Pure.

The level changes between turns only, so that one turn has one voice. It goes down by what callers notice, and up by
what a probe finds, never by hope: a call does not swing. Of embedded engines each turn is the probe.
"""

import math
from collections import deque
from collections.abc import Callable
from enum import Enum, IntEnum, auto

MISSES = 2  # deadlines missed in a row
WINDOW = 20  # first tokens
SLOW_S = 0.9  # their 95th percentile
PROBE_S = 15.0
PROBE_SPREAD = 0.2


class Level(IntEnum):
    """What a turn is made with."""

    FULL = 0  # every engine that is configured
    LEAN = 1  # the same, with short replies and no speculation
    RULES = 2  # the embedded mind, the configured voice
    EMBEDDED = 3  # embedded engines only
    CLOSED = 4  # the same, and the worker takes no new calls

    @property
    def speculates(self) -> bool:
        """Whether work may be begun that is perhaps for nothing."""
        return self in {Level.FULL, Level.EMBEDDED}


class Stage(Enum):
    """What an endpoint is asked for."""

    EARS = auto()
    MIND = auto()
    VOICE = auto()


# Without its endpoint a stage needs this level or a later one. The level of embedded ears is that of an embedded voice.
FLOORS = {Stage.MIND: Level.RULES, Stage.EARS: Level.EMBEDDED, Stage.VOICE: Level.EMBEDDED}
# Down to here by misses and refusals of configured engines; only misses of embedded ones close.
LAST_CONFIGURED = Level.EMBEDDED


class Levels:
    """The levels of one call.

    Args:
        best: Where it begins, and what it gets back to.
    """

    def __init__(self, best: Level = Level.FULL) -> None:
        self.present = best
        self._best = best
        self._next = best
        self._misses = 0
        self._first_s: deque[float] = deque(maxlen=WINDOW)

    def begin_turn(self) -> Level:
        """Return the level of the turn that begins."""
        if self._next is not self.present:
            self.present = self._next
            self._misses = 0
            self._first_s.clear()
        return self.present

    def met(self) -> None:
        """The turn was answered in time: where all is embedded, that is all that there is to find out."""
        self._misses = 0
        if self.present is Level.CLOSED and self._next is self.present:
            self._next = Level.EMBEDDED

    def missed(self) -> None:
        """The turn was not answered in time: the second time in a row is one too many."""
        self._misses += 1
        if self._misses >= MISSES:
            self._down(Level.CLOSED)

    def refused(self) -> None:
        """A configured engine said that it has too much to do (429, 503)."""
        self._down(LAST_CONFIGURED)

    def answered(self, first_s: float) -> None:
        """The first token of the mind came after so many seconds."""
        self._first_s.append(first_s)
        if len(self._first_s) == WINDOW and percentile_95(self._first_s) > SLOW_S:
            self._down(LAST_CONFIGURED)

    def opened(self, stage: Stage) -> None:
        """A breaker opened: the next turn does without that endpoint."""
        self._next = max(self._next, FLOORS[stage])

    def probed(self, without: frozenset[Stage] = frozenset()) -> None:
        """A probe of the configured engines succeeded: one level up, as far as the stages that fail are not needed."""
        if self._next is self.present and self.present > self._best:
            lowest = max((FLOORS[stage] for stage in without), default=Level.FULL)
            self._next = max(Level(self.present - 1), min(lowest, self.present))

    def _down(self, last: Level) -> None:
        # Once a turn: what else fails in it was asked at the same level.
        if self._next is self.present and self.present < last:
            self._next = Level(self.present + 1)


def percentile_95(values: deque[float]) -> float:
    """Return the value that 95 % of all do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def probe_after_s(random: Callable[[], float]) -> float:
    """Return the seconds until the next probe: about 15, spread so that calls do not probe together.

    Args:
        random: From 0 to below 1.
    """
    return PROBE_S * (1 - PROBE_SPREAD + 2 * PROBE_SPREAD * random())
