"""The bot's part in the safety words; `web/src/call/commitment.test.ts` has the same rules for the page."""

from collections.abc import Callable

import pytest

from bot.sas import Commitment, End, Reveal, commitment_of, nonce_from
from bot.verification import Verification, Violated
from matcher.domain import Side

CALL = "q0mUJ1rXv5bT8yPzKd3eWA"
OWN = End(":".join(["AA"] * 32), nonce_from(bytes(16)))
THEIRS = End(":".join(["BB"] * 32), nonce_from(bytes(range(16))))
OTHER = End(":".join(["CC"] * 32), nonce_from(bytes(range(1, 17))))
Step = Callable[[Verification], object]


def describe(end: End) -> Step:
    """Describe an end."""
    return lambda verification: verification.describe(end.fingerprint)


def commit(end: End) -> Step:
    """Take the commitment of an end."""
    return lambda verification: verification.commit(Commitment(commitment_of(end)))


def reveal(end: End) -> Step:
    """Take the nonce of an end."""
    return lambda verification: verification.reveal(Reveal(end.nonce))


def play(*steps: Step) -> Verification:
    """Take steps on side a."""
    verification = Verification(CALL, Side.A, OWN)
    for step in steps:
        step(verification)
    return verification


STRAIGHT = [describe(THEIRS), commit(THEIRS), reveal(THEIRS)]


def test_both_ends_have_the_same_words() -> None:
    """Each derives them from its own side."""
    b = Verification(CALL, Side.B, THEIRS)
    for step in (describe(OWN), commit(OWN), reveal(OWN)):
        step(b)
    assert b.words is not None
    assert play(*STRAIGHT).words == b.words


def test_a_nonce_is_revealed_for_a_commitment_and_once() -> None:
    """Nobody learns ours who has not committed to his."""
    verification = Verification(CALL, Side.A, OWN)
    theirs = Commitment(commitment_of(THEIRS))
    assert verification.commit(theirs) == Reveal(OWN.nonce)
    assert verification.commit(theirs) is None


@pytest.mark.parametrize("order", [(1, 0, 2), (1, 2, 0), (0, 1, 2)])
def test_the_description_may_come_whenever(order: tuple[int, ...]) -> None:
    """What comes early waits, and what comes twice alike says nothing new."""
    steps = [STRAIGHT[place] for place in order]
    assert play(*steps, *steps).words == play(*STRAIGHT).words


@pytest.mark.parametrize(
    "steps",
    [
        [reveal(THEIRS)],
        [describe(THEIRS), reveal(THEIRS)],
        [describe(OWN)],
        [commit(OWN)],
        [commit(THEIRS), reveal(OWN)],
        [describe(THEIRS), describe(OTHER)],
        [commit(THEIRS), commit(OTHER)],
        [commit(THEIRS), reveal(THEIRS), reveal(OTHER)],
        [describe(THEIRS), commit(THEIRS), reveal(OTHER)],
        [describe(OTHER), commit(THEIRS), reveal(THEIRS)],
        [commit(THEIRS), reveal(THEIRS), describe(OTHER)],
    ],
)
def test_whoever_breaks_the_order_is_found_out(steps: list[Step]) -> None:
    """The last step is a violation, those before it are none."""
    verification = play(*steps[:-1])
    with pytest.raises(Violated):
        steps[-1](verification)
