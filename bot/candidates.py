"""The partner's candidates until the connection can use them. Pure.

`web/src/call/candidates.ts` is the twin; `tests/vectors/candidates.json` holds the two together.

A candidate cannot be added before the remote description is set (W3C WebRTC section 4.4.2), and it belongs to one
generation of ICE credentials: those of the described generation pass, those of later ones wait, because an ICE restart
may fail and be tried again before it is described; older ones are late.
"""

from collections import defaultdict
from typing import NamedTuple

from bot.parameters import Candidate

# An honest partner has one relay candidate for each TURN URL; each more would be one more address our relay opens.
MAX_CANDIDATES = 4
# So many restarts may be tried in a row before one is described.
MAX_AHEAD = 8


class End(NamedTuple):
    """The partner has no more candidates in this generation."""

    generation: int


Addition = Candidate | End


class CandidateBuffer:
    """Holds early candidates back and drops late, repeated and surplus ones."""

    def __init__(self) -> None:
        self._described = -1
        self._seen: defaultdict[int, set[tuple[str, int]]] = defaultdict(set)
        self._ended: set[int] = set()
        self._waiting: list[Addition] = []

    def add(self, candidate: Candidate) -> list[Addition]:
        """Take a validated candidate; return what the connection is to be given now."""
        address = (candidate.ip, candidate.port)
        if not self._expects(candidate.generation):
            return []
        seen = self._seen[candidate.generation]
        if len(seen) >= MAX_CANDIDATES or address in seen:
            return []
        seen.add(address)
        return self._pass(candidate)

    def end(self, generation: int) -> list[Addition]:
        """Take the end of a generation's candidates; return what the connection is to be given now."""
        if not self._expects(generation) or generation in self._ended:
            return []
        self._ended.add(generation)
        return self._pass(End(generation))

    def describe(self, generation: int) -> list[Addition]:
        """Note that the remote description of this generation is set; return what has waited for it."""
        self._described = generation
        released = [addition for addition in self._waiting if addition.generation == generation]
        self._waiting = [addition for addition in self._waiting if addition.generation > generation]
        return released

    def _expects(self, generation: int) -> bool:
        return self._described <= generation <= self._described + MAX_AHEAD

    def _pass(self, addition: Addition) -> list[Addition]:
        if addition.generation == self._described:
            return [addition]
        self._waiting.append(addition)
        return []
