"""Who is matched with whom: the operator's choice, one for all processes of a pool. Pure."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

FALLBACK_MS = 8_000
LONGEST_FALLBACK_S = 600


class Matching(StrEnum):
    """Whom callers may meet."""

    HUMANS = "humans"  # people only
    FALLBACK = "fallback"  # people; a bot for whoever has waited for a while and does not mind one
    BOTS = "bots"  # bots only, at once
    PAUSED = "paused"  # nobody


class BadMode(Exception):
    """These words are no mode; `str` says which are."""


class Mode(Struct, frozen=True):
    """What holds now. `after_ms`: how long a caller waits for a person before a bot may come; with `fallback` only."""

    matching: Matching = Matching.FALLBACK
    after_ms: Annotated[int, Meta(ge=0, le=LONGEST_FALLBACK_S * 1000)] = FALLBACK_MS

    @property
    def stored(self) -> str:
        """The mode as Redis and the scripts have it."""
        return f"{self.matching} {self.after_ms if self.matching is Matching.FALLBACK else 0}"

    def __str__(self) -> str:
        """Say it as an operator would."""
        return f"{self.matching} {self.after_ms / 1000:g}" if self.matching is Matching.FALLBACK else str(self.matching)


def read(stored: str | None) -> Mode:
    """Return what Redis holds; None, nothing was ever chosen: fallback after FALLBACK_MS."""
    if stored is None:
        return Mode()
    name, _, after_ms = stored.partition(" ")
    return Mode(Matching(name), int(after_ms))


def parse(words: list[str]) -> Mode:
    """Return the mode that an operator asks for: `humans`, `fallback`, `fallback 12.5` (s), `bots`, `paused`.

    Raises:
        BadMode: It is none of these.
    """
    match words:
        case ["fallback", seconds]:
            try:
                after_ms = round(float(seconds) * 1000)
            except (ValueError, OverflowError):
                after_ms = -1
            if 0 <= after_ms <= LONGEST_FALLBACK_S * 1000:
                return Mode(Matching.FALLBACK, after_ms)
        case [name] if name in list(Matching):
            return Mode(Matching(name))
    raise BadMode(f"a mode is humans, fallback, fallback SECONDS (0 to {LONGEST_FALLBACK_S}), bots or paused")
