"""Time as an argument: whatever decides by time takes a Clock, so that tests can hold it still."""

import time
from typing import Protocol


class Clock(Protocol):
    """A source of wall-clock time."""

    def now_ms(self) -> int:
        """Return the time since the Unix epoch, in ms."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Return the time since the Unix epoch, in ms."""
        return time.time_ns() // 1_000_000


class Stopwatch:
    """A `Clock` for durations within a process: it counts from an arbitrary moment and never goes back."""

    def now_ms(self) -> int:
        """Return the time since that moment, in ms."""
        return time.monotonic_ns() // 1_000_000
