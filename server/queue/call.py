"""The times of one call, as one side's session watches them. Pure."""

from matcher.domain import EndReason, Side


class CallWatch:
    """When a call is overdue.

    Args:
        call_id: The call.
        side: Our side of it.
        matched_ms: When the page was told, ms by any clock that never goes back.
        setup_s: Seconds until the first audio must have arrived.
        call_s: Longest call in seconds, from the first audio on.
    """

    def __init__(self, call_id: str, side: Side, matched_ms: int, setup_s: float, call_s: float) -> None:
        self.call_id = call_id
        self.side = side
        self.active = False  # both pages have the match
        self._matched_ms = matched_ms
        self._connected_ms: int | None = None
        self._setup_ms = setup_s * 1000
        self._call_ms = call_s * 1000

    @property
    def connected(self) -> bool:
        """Whether this side hears its partner."""
        return self._connected_ms is not None

    @property
    def setup_s(self) -> float:
        """Seconds from the match to the first audio; 0 before that."""
        return max(0, (self._connected_ms or self._matched_ms) - self._matched_ms) / 1000

    def connect(self, now_ms: int) -> None:
        """Take note of the first audio."""
        if self._connected_ms is None:
            self._connected_ms = now_ms

    def overdue(self, now_ms: int) -> EndReason | None:
        """Say why the call must end now: FAILED when no audio came in time, MAX_LENGTH when it lasted long enough."""
        if self._connected_ms is None:
            return EndReason.FAILED if now_ms - self._matched_ms > self._setup_ms else None
        return EndReason.MAX_LENGTH if now_ms - self._connected_ms > self._call_ms else None
