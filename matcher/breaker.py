"""A circuit breaker: stops asking a provider that does not answer, and finds out when it does again. Pure.

CLOSED ──5 failures in a row, >50 % of the last 20, or a fault that stays──▶ OPEN ──10 s, then one trial──▶ HALF_OPEN
HALF_OPEN ──success──▶ CLOSED      HALF_OPEN ──failure──▶ OPEN      HALF_OPEN ──abandoned──▶ OPEN, without a rest
"""

from collections import deque
from enum import Enum, auto

STREAK = 5
WINDOW = 20
REST_S = 10.0
MAX_RETRY_AFTER_S = 300.0  # whatever a provider asks for, it is looked at again after five minutes


class State(Enum):
    """Whether attempts pass."""

    CLOSED = auto()  # all pass
    HALF_OPEN = auto()  # one is on its way to find out
    OPEN = auto()  # none pass


class Event(Enum):
    """What happens to a breaker."""

    ATTEMPT = auto()
    SUCCESS = auto()
    FAILURE = auto()
    TRIP = auto()  # the failure that is one too many
    ABANDON = auto()  # nobody waited for the trial's end


# What is not listed leaves the state as it is: an answer to an attempt from before says nothing new.
TRANSITIONS = {
    (State.CLOSED, Event.TRIP): State.OPEN,
    (State.OPEN, Event.ATTEMPT): State.HALF_OPEN,
    (State.HALF_OPEN, Event.SUCCESS): State.CLOSED,
    (State.HALF_OPEN, Event.FAILURE): State.OPEN,
    (State.HALF_OPEN, Event.TRIP): State.OPEN,
    (State.HALF_OPEN, Event.ABANDON): State.OPEN,
}


class Breaker:
    """The breaker of one provider. Times are seconds on any one clock."""

    def __init__(self) -> None:
        self.state = State.CLOSED
        self._streak = 0
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._not_before = 0.0

    def wait_s(self, now: float) -> float:
        """Return the seconds until an attempt may pass; 0: it passes now."""
        if self.state is State.HALF_OPEN:
            return REST_S
        return max(0.0, self._not_before - now)

    def attempt(self) -> None:
        """An attempt begins; `wait_s` was 0."""
        self._apply(Event.ATTEMPT)

    def succeeded(self) -> None:
        """An attempt succeeded."""
        self._streak = 0
        self._recent.append(True)
        self._apply(Event.SUCCESS)

    def failed(self, now: float, *, final: bool = False, retry_after_s: float | None = None) -> None:
        """An attempt failed.

        Args:
            now: The time.
            final: The fault will stay: open at once.
            retry_after_s: How long the provider asked us to stay away; held even while CLOSED.
        """
        self._streak += 1
        self._recent.append(False)
        failures = self._recent.count(False)
        trips = final or self._streak >= STREAK or (len(self._recent) == WINDOW and failures * 2 > WINDOW)
        pause_s = min(retry_after_s or 0.0, MAX_RETRY_AFTER_S)
        was_open = self.state is State.OPEN
        self._apply(Event.TRIP if trips else Event.FAILURE)
        if self.state is State.OPEN and not was_open:
            pause_s = max(pause_s, REST_S)
        self._not_before = max(self._not_before, now + pause_s)

    def abandoned(self) -> None:
        """The trial was given up before it told anything: the next attempt is one, at once."""
        self._apply(Event.ABANDON)

    def _apply(self, event: Event) -> None:
        before, self.state = self.state, TRANSITIONS.get((self.state, event), self.state)
        if before is not State.CLOSED and self.state is State.CLOSED:
            self._streak = 0
            self._recent.clear()
            self._not_before = 0.0
