"""The judge of `make chaos`: what it accuses the service of, and what it takes for an excuse."""

import pytest

from tests.chaos.audit import SETTLED_S, Audit
from tests.chaos.ledger import Ledger, Loss, Match, Seat, Span, Step


def meet(ledger: Ledger, one: str, other: str, told_s: float, waited_s: float = 1.0) -> Match:
    """Write down a match of two callers who have waited for so long."""
    call_id = f"{one}-{other}-{told_s}"
    ledger.told(one, call_id, Seat("a", told_s, told_s - waited_s))
    return ledger.told(other, call_id, Seat("b", told_s + 0.1, told_s - waited_s))


def accusations(ledger: Ledger) -> list[str]:
    """Judge everything."""
    Audit(ledger).judge()
    return ledger.violations


def test_strangers_may_meet() -> None:
    """Each with each, once."""
    ledger = Ledger()
    for number, pair in enumerate((("ada", "ben"), ("ada", "cyd"), ("ben", "cyd"))):
        meet(ledger, *pair, told_s=10.0 + number)
    assert accusations(ledger) == []


def test_nobody_meets_themselves_or_two_others() -> None:
    """A call has two sides, and each of them one caller."""
    ledger = Ledger()
    ledger.told("ada", "call", Seat("a", 1, 0))
    ledger.told("ada", "call", Seat("b", 2, 0))
    ledger.told("ben", "call", Seat("a", 3, 0))
    ledger.told("cyd", "call", Seat("b", 4, 0))
    assert len(accusations(ledger)) == 3


def test_who_have_just_met_do_not_meet_again() -> None:
    """Not even a while later."""
    ledger = Ledger()
    for told_s in (10.0, 100.0):
        meet(ledger, "ada", "ben", told_s)
    assert "met 90.0 s before" in accusations(ledger)[0]


@pytest.mark.parametrize(
    ("losses", "steps", "waited_s", "others"),
    [
        ([Loss(50, 51)], [], 1, 0),
        ([], [], 20, 0),
        ([], [Step(99.5, 99.6, 90)], 1, 0),
        ([], [Step(50, 51, 600)], 1, 0),
        ([], [], 1, 8),
    ],
    ids=["forgotten with Redis's memory", "both waited long", "their ages were stepped", "long ago", "many in between"],
)
def test_there_are_reasons_to_meet_again(losses: list[Loss], steps: list[Step], waited_s: float, others: int) -> None:
    """Those that ARCHITECTURE.md and the policy name."""
    ledger = Ledger()
    ledger.losses, ledger.steps = losses, steps
    meet(ledger, "ada", "ben", 10)
    for number in range(others):
        meet(ledger, "ada", f"c{number}", 20 + number)
    meet(ledger, "ada", "ben", 100, waited_s)
    assert accusations(ledger) == []


@pytest.mark.parametrize("blocker", ["ada", "ben"])
def test_who_was_blocked_is_not_met_again(blocker: str) -> None:
    """By whom of the two does not matter, and no wait softens it."""
    ledger = Ledger()
    met = meet(ledger, "ada", "ben", 10)
    blocked = "ben" if blocker == "ada" else "ada"
    ledger.block(blocker, blocked, met, 11, known=True)
    meet(ledger, "ada", "ben", 1000, waited_s=900)
    assert "had blocked 989.0 s before" in accusations(ledger)[0]


@pytest.mark.parametrize(
    ("span", "accused"),
    [(Span(5, 200), 1), (Span(55, 200), 0), (Span(5, 52), 0), (Span(5, 52 + SETTLED_S), 1)],
    ids=["socket over the loss", "socket after it", "socket lost with it", "socket lost when all was put back"],
)
def test_a_block_outlives_redis_where_its_socket_does(span: Span, accused: int) -> None:
    """Whoever had no socket when Redis lost its memory may meet the blocked again."""
    ledger = Ledger()
    met = meet(ledger, "ada", "ben", 10)
    ledger.block("ada", "ben", met, 11, known=True)
    ledger.spans["ada"] = [span]
    ledger.losses = [Loss(50, 51)]
    meet(ledger, "ada", "ben", 100)
    assert len(accusations(ledger)) == accused
