"""What a watched call must have been like. Pure."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from tests.soak.relay_log import Refreshes

SILENCE_MS = 1000
ENDS = 2
LEAST_MINUTES = 4  # in each quarter one: the last is held against the second
HOLDERS = ("chromium", "firefox", "server")
BOT_HOLDERS = ("chromium", "bot", "server")
# Browsers collect garbage when they please; the server has one call.
GROWTH = {"chromium": 1.10, "firefox": 1.10, "server": 1.0, "bot": 1.05}
GROWTH_MB = {"chromium": 20, "firefox": 20, "server": 4, "bot": 4}
# From which minute on what must have been renewed, with a minute to spare: permissions live for 5 minutes, allocations
# and channels for 10; a nonce, which lives for 10, is replaced with whatever is renewed next.
PERMISSIONS_MIN, ALLOCATIONS_MIN, NONCES_MIN = 6, 11, 16


class Minute(NamedTuple):
    """What one minute was like: the longest silence at each end that was watched, and the memory of each holder."""

    silences_ms: tuple[float, ...]
    memory_mb: tuple[float, ...]


def verdicts(minutes: Sequence[Minute], relay: Refreshes, holders: Sequence[str] = HOLDERS) -> list[str]:
    """Say what is wrong; nothing, if all is well."""
    wrong = []
    for number, minute in enumerate(minutes, 1):
        if max(minute.silences_ms) > SILENCE_MS:
            wrong.append(f"minute {number}: silent for {max(minute.silences_ms):.0f} ms")
        # There are 20 ms between two packets at the least.
        if min(minute.silences_ms) <= 0 or min(minute.memory_mb) <= 0:
            wrong.append(f"minute {number}: nobody was watching")
    quarter = len(minutes) // LEAST_MINUTES
    for place, holder in enumerate(holders):
        memory = [minute.memory_mb[place] for minute in minutes]
        early, late = statistics.median(memory[quarter : 2 * quarter]), statistics.median(memory[-quarter:])
        if late > max(early * GROWTH[holder], early + GROWTH_MB[holder]):
            wrong.append(f"{holder}: grew from {early:.1f} to {late:.1f} MB")
    if len(minutes) >= PERMISSIONS_MIN and not relay.permissions:
        wrong.append("no permission was renewed")
    if len(minutes) >= ALLOCATIONS_MIN and relay.refreshed < ENDS:
        wrong.append(f"{relay.refreshed} allocations were renewed, not one at each end")
    if len(minutes) >= NONCES_MIN and not relay.nonces:
        wrong.append("no nonce was replaced")
    return wrong
