"""How late packets come, by their timestamps (RFC 3550 section 5.1). Pure."""

from collections.abc import Sequence
from typing import NamedTuple

CLOCK_HZ = 48_000
FRAME_TICKS = CLOCK_HZ // 50
_WRAP = 1 << 32


class Arrival(NamedTuple):
    """When one packet came, s, and its timestamp, 1/CLOCK_HZ s."""

    at_s: float
    timestamp: int


def lateness_ms(packets: Sequence[Arrival]) -> list[float]:
    """Return how much later than the most timely one each packet of one stream came, ms."""
    if not packets:
        return []
    first = packets[0].timestamp
    # Half of all timestamps are after the first one, half before.
    ticks = [(packet.timestamp - first + _WRAP // 2) % _WRAP - _WRAP // 2 for packet in packets]
    late = [1000 * (packet.at_s - tick / CLOCK_HZ) for packet, tick in zip(packets, ticks, strict=True)]
    least = min(late)
    return [value - least for value in late]


def skipped(packets: Sequence[Arrival]) -> int:
    """Return how many packets of 20 ms are missing between the first and the last one."""
    if not packets:
        return 0
    span = (packets[-1].timestamp - packets[0].timestamp) % _WRAP
    return max(0, span // FRAME_TICKS + 1 - len(packets))
