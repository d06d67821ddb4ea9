"""Which of the partner's connection parameters count, and when a restart of his is followed. Pure.

`web/src/call/agreement.ts` and `restarts.ts` have the same rules. The bot begins no restart of its own, so that here is
only the half that follows.
"""

from enum import Enum, auto

from bot.parameters import Parameters

# What a call may cost in allocations, and how fast: as in the page.
MAX_RESTARTS = 64
PACE_S = 1.0


class Way(Enum):
    """By which way parameters come."""

    SERVER = auto()
    CHANNEL = auto()


class Forged(Exception):
    """Whoever sent it is not whom we talk to: one way says something else than the other, or it is another certificate,
    or our own, reflected.
    """  # one sentence


class Generations:
    """The partner's parameters, one generation after another.

    Args:
        own_fingerprint: Our certificate's.
    """

    def __init__(self, own_fingerprint: str) -> None:
        self.newest = 0
        self._own_fingerprint = own_fingerprint
        self._first: Parameters | None = None
        self._heard: set[Way] = set()
        self._not_before_s = 0.0

    def take(self, parameters: Parameters, way: Way) -> bool:
        """Take parameters; those of generation 0 come by both ways, or by the channel alone.

        Returns:
            Whether to connect with them now; those of a later generation as the answer to an offer of the same one.

        Raises:
            Forged: They cannot be the partner's.
        """
        if parameters.fingerprint == self._own_fingerprint:
            raise Forged
        if parameters.generation > 0:
            return self._restarts(parameters)
        # What the same way says once more counts for nothing.
        if way in self._heard:
            return False
        self._heard.add(way)
        if self._first is None:
            self._first = parameters
            return True
        if parameters != self._first:
            raise Forged
        return False

    def pause_s(self, now_s: float) -> float:
        """Return how long the restart that is about to be made has to wait: no honest partner needs more."""
        start_s = max(now_s, self._not_before_s)
        self._not_before_s = start_s + PACE_S
        return start_s - now_s

    def _restarts(self, parameters: Parameters) -> bool:
        first = self._first
        # Until the first description is set there is nothing to restart.
        if first is None or parameters.generation != self.newest + 1 or parameters.generation > MAX_RESTARTS:
            return False
        if (parameters.fingerprint, parameters.payload_type) != (first.fingerprint, first.payload_type):
            raise Forged
        self.newest += 1
        return True
