"""Durations within this process: what the clock on the wall does is no matter."""

import time


class Stopwatch:
    """A `Clock` that counts from an arbitrary moment and never goes back."""

    def now_ms(self) -> int:
        """Return the time since that moment, in ms."""
        return time.monotonic_ns() // 1_000_000
