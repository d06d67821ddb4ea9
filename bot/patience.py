"""How long the bot waits for a partner of whom nothing comes. Pure.

It counts looks instead of time: while the event loop was held up nothing could be received either. A living partner
sends 50 packets a second, muted or not.
"""

LOOK_S = 0.25
# 4 s, and the look in which it is noticed: a bot whose partner is gone is free within 5 s, and has the rest to leave
# channel and relay in.
LOOKS = 16
# A restart has 5 s more, for a new relay, parameters there and back, and the checks, on a slow line.
RESTART_LOOKS = 20


class Patience:
    """Runs out when nothing comes."""

    def __init__(self) -> None:
        self._left = LOOKS
        self._packets = 0

    def look(self, packets: int) -> bool:
        """Look at how many packets have come so far, every `LOOK_S`; returns whether there is any patience left."""
        self._left = LOOKS if packets > self._packets else self._left - 1
        self._packets = packets
        return self._left > 0

    def restart(self) -> None:
        """Note that the partner is there, and looks for another path."""
        self._left = LOOKS + RESTART_LOOKS
