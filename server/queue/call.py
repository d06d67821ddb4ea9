"""The times of one call, as one side's session watches them. Pure."""

from matcher.domain import EndReason, Partner, Side


class CallWatch:
    """When a call is overdue.

    Args:
        call_id: The call.
        side: Our side of it.
        partner: What the other side is.
        matched_ms: When the page was told, ms by any clock that never goes back.
        setup_s: Seconds until the first audio must have arrived.
        call_s: Longest call in seconds, from the first audio on.
    """

    def __init__(
        self, call_id: str, side: Side, partner: Partner, matched_ms: int, setup_s: float, call_s: float
    ) -> None:
        self.call_id = call_id
        self.side = side
        self.partner = partner
        self.active = False  # both pages have the match
        self._matched_ms = matched_ms
        self._connected_ms: int | None = None
        self._resumed = False
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

    def resume(self, connected_ms: int) -> None:
        """Take note that the audio arrived then, before this watch began: from here on only the length counts."""
        self._resumed = True
        self.connect(connected_ms)

    def talked_ms(self, now_ms: int) -> int | None:
        """Return how long the partner has been heard, in ms; None: not yet."""
        return None if self._connected_ms is None else now_ms - self._connected_ms

    def counts(self, reason: EndReason, now_ms: int) -> bool:
        """Say whether this was a talk, which uses up the caller's age in the queue, now that it ends for `reason`.

        A call that fails while it could still be connecting was none, even if this side heard something: the partner
        may not have. Nor does one whose bot failed: its caller came for somebody to talk to, and still waits.
        """
        if self.partner is Partner.BOT and reason in (EndReason.FAILED, EndReason.PARTNER_LOST):
            return False
        young = not self._resumed and now_ms - self._matched_ms <= self._setup_ms
        return self.connected and not (young and reason is EndReason.FAILED)

    def overdue(self, now_ms: int) -> EndReason | None:
        """Say why the call must end now: FAILED when no audio came in time, MAX_LENGTH when it lasted long enough."""
        if self._connected_ms is None:
            return EndReason.FAILED if now_ms - self._matched_ms > self._setup_ms else None
        return EndReason.MAX_LENGTH if now_ms - self._connected_ms > self._call_ms else None
