"""A clock that moves when it is told to."""


class FakeClock:
    """Starts in 2026 and stands still."""

    def __init__(self, now_ms: int = 1_790_000_000_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return the time it was set to, in ms since the Unix epoch."""
        return self._now_ms

    def advance(self, seconds: float) -> None:
        """Move by so many seconds; negative ones go back."""
        self._now_ms += int(seconds * 1000)
