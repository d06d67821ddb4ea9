"""How many relay credentials to keep ready, and for how long: decisions only. Pure.

A set nobody takes is waste, and the provider wants more than half of what it issues to be used. So spares are bought
on credit: each take earns half a spare, each spare that grows old costs one, and no more spares lie ready than the
credit covers. Hence waste <= takes / 2 + START at any time, at most a third in the long run, whatever callers do.
"""

import math
from random import Random

from server.relay.provider import RelayCredentials

START = 2  # spares that a fresh process may hold before anyone came
MAX_READY = 64
EARNED = 0.5
MEMORY_S = 30.0  # takes fade from the demand with this time constant
QUIET = 0.5  # below so many recent takes nothing is refilled: about 20 s after a lone one
MARGIN_S = 600  # a set outlives the longest call that starts with it by so much
MAX_AGE = 0.6  # share of its lifetime after which a spare is old in any case


class Demand:
    """What recent takes say about the next ones. Times are seconds on a monotonic clock."""

    def __init__(self, now: float) -> None:
        self._recent = 1.0  # a fresh process expects somebody
        self._as_of = now
        self._credit = float(START)

    def taken(self, now: float) -> None:
        """One set was taken."""
        self._recent = self._faded(now) + 1
        self._as_of = now
        self._credit = min(MAX_READY, self._credit + EARNED)

    def wasted(self, count: int) -> None:
        """So many spares grew old."""
        self._credit -= count

    def target(self, now: float) -> int:
        """Return how many spares should be ready: what the last half minute took and one more, as credit allows."""
        recent = self._faded(now)
        if recent < QUIET:
            return 0
        return max(0, min(math.ceil(recent) + 1, int(self._credit), MAX_READY))

    def _faded(self, now: float) -> float:
        return self._recent * math.exp((self._as_of - now) / MEMORY_S)


class Stock:
    """The spares themselves, oldest first. Times are seconds since the Unix epoch.

    Args:
        ttl_s: Lifetime of a fresh set.
        call_s: Longest call that a set must serve.
        random: Source of jitter, so that spares bought together do not grow old together.
    """

    def __init__(self, ttl_s: int, call_s: int, random: Random) -> None:
        self._needed_s = call_s + MARGIN_S
        self._keep_s = min(ttl_s * MAX_AGE, ttl_s - self._needed_s)
        self._random = random
        self._spares: list[tuple[float, RelayCredentials]] = []

    def __len__(self) -> int:
        return len(self._spares)

    def add(self, credentials: RelayCredentials, now: float) -> None:
        """Keep one spare."""
        self._spares.append((now + self._keep_s * self._random.uniform(0.8, 1.0), credentials))

    def discard_old(self, now: float) -> int:
        """Drop the spares that are old, and return how many they were."""
        kept = [(old_at, spare) for old_at, spare in self._spares if old_at > now and self._serves(spare, now)]
        dropped = len(self._spares) - len(kept)
        self._spares = kept
        return dropped

    def has(self, now: float, unusable: frozenset[str]) -> bool:
        """Whether `take` would return one."""
        return self._find(now, unusable) is not None

    def take(self, now: float, unusable: frozenset[str]) -> RelayCredentials | None:
        """Remove and return the oldest spare that serves a whole call and is not of an unusable provider."""
        index = self._find(now, unusable)
        return None if index is None else self._spares.pop(index)[1]

    def _find(self, now: float, unusable: frozenset[str]) -> int | None:
        for index, (_, spare) in enumerate(self._spares):
            if spare.provider not in unusable and self._serves(spare, now):
                return index
        return None

    def _serves(self, spare: RelayCredentials, now: float) -> bool:
        return spare.expires_at - now >= self._needed_s
