"""Who may meet whom, and how long a wait is likely to last. Pure.

A ticket carries rungs: steps of (delay, buckets). Two tickets may be paired when they share a bucket of rungs that have
begun for both, so everything about preferences is decided here and the scripts only compare names.

    1:<language>:<interest>   at once, where interests were given: somebody who shares both
    2:<language>              after 5 s, or at once without interests: somebody who shares the language
    3:<language>              after 15 s: the same, and partners just met count again

A language is always shared, and blocks always hold; only recents soften, on a ticket's last rung.
"""

import statistics
from collections.abc import Sequence

from msgspec import Struct

from matcher.wire import Prefs

LANGUAGE_MS = 5_000
LAST_MS = 15_000

# Fewer samples than this are an anecdote, not an estimate.
LEAST_SAMPLES = 3


class Rung(Struct, frozen=True):
    """From `delay_ms` after joining on, whoever is in one of `buckets` may be met. Names have no `|` and no space."""

    delay_ms: int
    buckets: tuple[str, ...]


def rungs(prefs: Prefs) -> tuple[Rung, ...]:
    """Return the ladder of a caller's preferences, in order of delay."""
    languages = sorted(set(prefs.languages))
    interests = sorted(set(prefs.interests))
    shared = Rung(0, tuple(f"1:{language}:{interest}" for language in languages for interest in interests))
    spoken = Rung(LANGUAGE_MS if interests else 0, tuple(f"2:{language}" for language in languages))
    last = Rung(LAST_MS, tuple(f"3:{language}" for language in languages))
    return (shared, spoken, last) if interests else (spoken, last)


def estimate_s(waited_ms: int, waits_ms: Sequence[int]) -> float | None:
    """Return the further wait that is likely, in s: the median of how much longer those waited who waited as long.

    Args:
        waited_ms: How long this caller has waited.
        waits_ms: Whole waits of recent matches.

    Returns:
        None where too few recent waits were this long to say anything.
    """
    longer = [wait - waited_ms for wait in waits_ms if wait > waited_ms]
    if len(longer) < LEAST_SAMPLES:
        return None
    return round(statistics.median(longer) / 1000, 1)
