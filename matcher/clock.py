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
