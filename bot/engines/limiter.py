"""How many requests one endpoint is given at once: learnt from how soon it answers. Pure.

Many servers queue without a bound, so that one request too many slows all that are under way. Additive increase,
multiplicative decrease (AIMD), as in TCP's congestion avoidance (RFC 5681 section 3.1): the limit grows by one for as
many quick answers as it has places, and shrinks by the factor `SHRINK` on a slow answer or a sign of overload.
"""

SHRINK = 0.7
# After the limit shrank, what was under way already may still come late: it does not count again.
CALM_S = 1.0


class Limiter:
    """The places of one endpoint. Times are seconds on any one clock.

    Args:
        target_s: The latest that a first token may come, after the request, for the limit to grow.
        start: The limit at first, at least 1.
        most: The limit's own.
    """

    def __init__(self, *, target_s: float, start: int = 4, most: int = 32) -> None:
        self._target_s = target_s
        self._most = most
        self._limit = float(min(start, most))
        self._shrunk_at = float("-inf")
        self.in_flight = 0

    @property
    def limit(self) -> int:
        """How many places there are now, at least 1."""
        return int(self._limit)

    def take(self, *, speculative: bool = False) -> bool:
        """Take a place, where one is free; the last one is not for speculation."""
        if self.in_flight + speculative >= self.limit:
            return False
        self.in_flight += 1
        return True

    def answered(self, first_s: float, now: float) -> None:
        """Note that a first token came after so many seconds."""
        if first_s > self._target_s:
            self.overloaded(now)
        elif self.in_flight * 2 > self.limit:  # places that nobody wants say nothing about what it can take
            self._limit = min(float(self._most), self._limit + 1 / self._limit)

    def overloaded(self, now: float) -> None:
        """Note a sign of overload: a slow answer, none in time, or a refusal."""
        if now - self._shrunk_at >= CALM_S:
            self._limit = max(1.0, self._limit * SHRINK)
            self._shrunk_at = now

    def give_back(self) -> None:
        """Give back a place that was taken."""
        self.in_flight -= 1
