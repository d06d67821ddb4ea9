"""The tests' own ears: what one says is what the other's tape holds, as long, and at the moment it was said."""

import math
from array import array
from collections.abc import Mapping

import pytest

from tests.e2e.people import Voice, present
from tests.e2e.stack import Stack
from tests.e2e.talking import RATE_HZ, Talker

HALF = array("h", (int(12_000 * math.sin(n / 12) * math.sin(n / 701)) for n in range(RATE_HZ // 2)))


@pytest.mark.parametrize(("first", "second"), [("chromium", "firefox")])
def test_the_tape_holds_what_was_said(voices: Mapping[str, Voice], stack: Stack, first: str, second: str) -> None:
    """Half a second that one says is half a second on both tapes, the other's a little later; before it is silence."""
    one, other = (Talker(voices[name], stack.url) for name in (first, second))
    with present(one, other):
        for talker in (one, other):
            talker.arrives()
        for talker in (one, other):
            talker.sees("talking")
            talker.listens()
        for talker, partner in ((one, other), (other, one)):
            said = talker.says(HALF.tobytes(), RATE_HZ)
            (heard,) = partner.hears_out(quiet_ms=600)
            assert 450 < said.length_ms < 550
            # A browser that waits for a processor stretches what it plays.
            assert 350 < heard.length_ms < 1000
        assert any(other.samples("said", said))
        other.erases()
        assert not any(other.samples("said", said))
        # Where it ended is known once nothing follows any more.
        assert other.sounds("said")[-1].begins_ms == said.begins_ms
