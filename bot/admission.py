"""Whether a bots' process takes one more call: no bot is better than one that stutters. Pure.

The load is the greatest of four shares, each 1 where no more fits: how late the event loop is, how busy the processor
(with what calls that have only begun will add), how many calls there are, how much of the engines is in use. A job is
only taken with a free slot in hand; the slot is held from then on, whether or not a call comes of it, until it is given
back.
"""

from collections import deque
from dataclasses import dataclass

# Each call sends a packet every 20 ms, and the partner's jitter buffer makes up for about so much.
LAG_MS = 40.0
CPU = 0.8
LAGS = 100
CPU_MEMORY_S = 5.0
# What a call is taken to need of a core until that is measured. `make bench ARGS=bots` finds 4 to 7 % for a whole bot
# (tests/bench/RESULTS.md), the less the more calls there are.
CALL_CORES = 0.05


@dataclass(frozen=True)
class Limits:
    """What is too much: how late the loop may be, 95th percentile, ms, and the share of the processor, up to 1."""

    lag_ms: float = LAG_MS
    cpu: float = CPU


USUAL = Limits()


class Meter:
    """What has been measured lately, and what is about to be.

    Args:
        cores: How much of a core the process may use.
    """

    def __init__(self, cores: float = 1.0) -> None:
        self.cores = cores
        self.cpu = 0.0
        self._unmeasured: dict[str, float] = {}  # of each call: what will still come to `cpu`
        self._lags: deque[float] = deque(maxlen=LAGS)

    def late(self, ms: float) -> None:
        """Note by how much the event loop was late."""
        self._lags.append(ms)

    def busy(self, share: float, seconds: float) -> None:
        """Note which share of the processor was used for so long; it fades with the time constant CPU_MEMORY_S."""
        fade = min(1.0, seconds / CPU_MEMORY_S)
        self.cpu += (share - self.cpu) * fade
        self._unmeasured = {call: rest * (1 - fade) for call, rest in self._unmeasured.items()}

    def begun(self, call: str) -> None:
        """Expect what a call will need: it comes into the measure as slowly as everything."""
        self._unmeasured[call] = CALL_CORES / self.cores

    def ended(self, call: str) -> None:
        """Expect nothing of a call any more."""
        del self._unmeasured[call]

    @property
    def expected_cpu(self) -> float:
        """The share of the processor that will be used with the calls that have begun."""
        return self.cpu + sum(self._unmeasured.values())

    @property
    def lag_ms(self) -> float:
        """The 95th percentile of the latest lags, ms."""
        ranked = sorted(self._lags)
        return ranked[len(ranked) * 95 // 100] if ranked else 0.0


class Admission:
    """The slots of one process.

    Args:
        slots: Calls at once.
        meter: What is measured.
        limits: What is too much.
    """

    def __init__(self, slots: int, meter: Meter, limits: Limits = USUAL) -> None:
        self.taken = 0
        self._slots = slots
        self._meter = meter
        self._limits = limits

    def load(self, engines: float = 0.0) -> float:
        """Return the load; from 1 on there is no room.

        Args:
            engines: The share of the engines' places that is taken.
        """
        return max(
            self._meter.lag_ms / self._limits.lag_ms,
            self._meter.expected_cpu / self._limits.cpu,
            self.taken / self._slots,
            engines,
        )

    def reserve(self, engines: float = 0.0) -> bool:
        """Take a slot, where there is room."""
        if self.load(engines) >= 1:
            return False
        self.taken += 1
        return True

    def release(self) -> None:
        """Give a slot back."""
        self.taken -= 1
