"""The judge of `make chaos`: what it accuses the service of, and what it takes for an excuse."""

import math

import pytest

from tests.chaos.audit import SETTLED_S, Audit
from tests.chaos.ledger import Ledger, Loss, Match, Seat, Span, Step
from tests.chaos.memory import Memory, Recall
from tests.chaos.terms import ROOM

ROOM_MS = 1_700_000_000_000  # what the room's clock says when ours says 0


def meet(ledger: Ledger, one: str, other: str, told_s: float, waited_s: float = 1.0, *, read: bool = True) -> Match:
    """Write down a match of two callers who have waited for so long, told to both and read in Redis."""
    call_id = f"{one}-{other}-{told_s}"
    ledger.told(one, call_id, Seat("a", told_s, told_s - waited_s))
    if read:
        untold(ledger, one, other, told_s)
    return ledger.told(other, call_id, Seat("b", told_s + 0.1, told_s - waited_s))


def untold(ledger: Ledger, one: str, other: str, met_s: float, ahead_s: float = 0) -> None:
    """Write down what Redis remembers of a match, whoever was told of it; the room's time may be ahead of ours."""
    met = [ROOM_MS + int((met_s + ahead_s) * 1000) + ROOM.recent_ms, f"{one}-{other}-{met_s}"]
    ledger.looked(met_s + 0.2, {one: {"recents": {other: met}}, other: {"recents": {one: met}}})


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
    ("losses", "steps", "waited_s", "others", "ago_s", "reason"),
    [
        ([Loss(50, 51)], [], 1, 0, 90, "Redis had lost its memory"),
        ([], [], 20, 0, 90, "both had waited for the last rung"),
        ([], [Step(99.5, 99.6, 90)], 1, 0, 90, "both had waited for the last rung"),
        ([], [], 1, 0, 600, Recall.LONG_AGO),
        ([], [], 1, 8, 90, Recall.CROWDED_OUT),
        ([Loss(50, 51)], [], 20, 8, 90, Recall.CROWDED_OUT),
    ],
    ids=["forgotten with Redis's memory", "both waited long", "their ages were stepped", "long ago", "many in between",
         "the strictest reason counts"],
)  # fmt: skip
def test_there_are_reasons_to_meet_again(
    losses: list[Loss], steps: list[Step], waited_s: float, others: int, ago_s: float, reason: str
) -> None:
    """Those that ARCHITECTURE.md and the policy name; each use of one is counted."""
    ledger = Ledger()
    ledger.losses, ledger.steps = losses, steps
    meet(ledger, "ada", "ben", 10)
    for number in range(others):
        meet(ledger, "ada", f"c{number}", 20 + number)
    meet(ledger, "ada", "ben", 10 + ago_s, waited_s)
    assert accusations(ledger) == []
    assert {what: count for what, count in ledger.counts.items() if "again" in what} == {f"met again: {reason}": 1}
    assert ledger.counts["matches judged"] == 2 + others


@pytest.mark.parametrize(
    ("losses", "steps", "waited_s", "others", "ago_s"),
    [
        ([Loss(5, 6), Loss(101, 102)], [], 1, 0, 90),
        ([], [], 13, 0, 90),
        ([], [Step(50, 51, 600)], 1, 0, 90),
        ([], [], 1, 0, 599.9),
        ([], [], 1, 7, 90),
    ],
    ids=["lost before and after", "waited too little", "waits for nothing older", "not long enough ago", "too few"],
)
def test_no_reason_reaches_further_than_it_must(
    losses: list[Loss], steps: list[Step], waited_s: float, others: int, ago_s: float
) -> None:
    """A little less of each is none, and is counted as none."""
    ledger = Ledger()
    ledger.losses, ledger.steps = losses, steps
    meet(ledger, "ada", "ben", 10)
    for number in range(others):
        meet(ledger, "ada", f"c{number}", 20 + number)
    meet(ledger, "ada", "ben", 10 + ago_s, waited_s)
    assert f"others in between: [{others}, 0]" in accusations(ledger)[0]
    assert not [what for what in ledger.counts if "again" in what]


def test_offers_that_no_page_was_told_of_count_and_the_same_other_counts_once() -> None:
    """Seven in all are too few, however often they came; the eighth pushes the oldest out, told or not."""
    for others, accused in ((7, 1), (8, 0)):
        ledger = Ledger()
        meet(ledger, "ada", "ben", 10)
        for number in range(3 * others):
            untold(ledger, "ada", f"c{number % others}", 20 + number)
        meet(ledger, "ada", "ben", 100)
        assert len(accusations(ledger)) == accused


@pytest.mark.parametrize(("leap_s", "accused"), [(715.0, 0), (595.0, 1)])
@pytest.mark.parametrize("read", [True, False])
def test_where_the_rooms_time_leaps_ten_minutes_are_soon_over(leap_s: float, accused: int, *, read: bool) -> None:
    """Redis forgets how far ahead it is, and is told by a server that slept: what it knew before is no longer known."""
    ledger = Ledger()
    ledger.losses, ledger.steps = [Loss(12, 13)], [Step(20.2, 20.3, leap_s)]
    meet(ledger, "ada", "ben", 10, read=False)
    untold(ledger, "ada", "ben", 10, leap_s)
    ledger.looked(19.9, {})
    meet(ledger, "ada", "ben", 20, read=False)
    if read:
        untold(ledger, "ada", "ben", 20)
    meet(ledger, "ada", "ben", 21, waited_s=0.5, read=False)
    untold(ledger, "ada", "ben", 21, leap_s)
    assert len(accusations(ledger)) == accused
    assert ledger.counts[f"met again: {Recall.LONG_AGO}"] == 1 - accused


def test_who_came_before_two_met_did_not_come_in_between() -> None:
    """The eight that pushed one meeting out are no excuse after the next, which was replaced before it was read."""
    ledger = Ledger()
    meet(ledger, "ada", "ben", 10)
    for number in range(8):
        meet(ledger, "ada", f"c{number}", 20 + number)
    ledger.looked(99.9, {})
    meet(ledger, "ada", "ben", 100, read=False)
    meet(ledger, "ada", "ben", 100.5)
    assert "met 0.5 s before were matched again; others in between: [0, 0]" in accusations(ledger)[-1]


def test_a_meeting_that_was_lost_before_it_was_read_is_an_excuse_of_its_own() -> None:
    """Only where a loss lies between it and the next look."""
    for losses, accused in (([Loss(100.3, 100.4)], 0), ([Loss(101, 102)], 1), ([], 1)):
        ledger = Ledger()
        ledger.losses = losses
        meet(ledger, "ada", "ben", 10)
        meet(ledger, "ada", "ben", 100, read=False)
        ledger.looked(100.5, {})
        assert len(accusations(ledger)) == accused
        assert ledger.counts[f"met again: {Recall.UNREAD}"] == 1 - accused


def test_a_look_that_had_begun_before_a_meeting_need_not_have_seen_it() -> None:
    """However late it ended: what counts is the next one that begins, also where two overlap."""
    ledger = Ledger()
    ledger.losses = [Loss(101, 101.1)]
    meet(ledger, "ada", "ben", 10)
    meet(ledger, "ada", "ben", 100, read=False)
    for began_s in (102, 99.9):
        ledger.looked(began_s, {})
    assert accusations(ledger) == []


def test_a_match_that_was_lost_before_it_was_told_is_excused_as_well() -> None:
    """A busy server tells it late: it was made at any moment since both waited, unless Redis was seen to have it."""
    for loss_s, read, accused in ((99.2, False, 0), (98.5, False, 1), (99.2, True, 1)):
        ledger = Ledger()
        ledger.losses = [Loss(loss_s, loss_s + 0.1)]
        for look_s in (99.5, 110):
            ledger.looked(look_s, {})
        meet(ledger, "ada", "ben", 100, 1.0, read=read)
        meet(ledger, "ada", "ben", 108)
        assert len(accusations(ledger)) == accused


def test_a_match_that_was_read_and_lost_before_it_was_told_is_excused() -> None:
    """Told when it was over: what Redis had is older than what the pages were told."""
    for read_s, accused in ((99.0, 0), (99.5, 1)):
        ledger = Ledger()
        ledger.losses = [Loss(99.2, 99.3)]
        met = [ROOM_MS + 99_000 + ROOM.recent_ms, "early"]
        ledger.looked(read_s, {"ada": {"recents": {"ben": met}}, "ben": {"recents": {"ada": met}}})
        for caller, side in (("ada", "a"), ("ben", "b")):
            ledger.told(caller, "early", Seat(side, 100, 93))
        meet(ledger, "ada", "ben", 100.1)
        assert len(accusations(ledger)) == accused


def test_a_call_that_was_put_back_counts_from_then_on() -> None:
    """Redis notes it anew, and forgets it later."""
    memory = Memory()
    for met_ms, call_id, partner in ((1000, "x", "ben"), (2000, "y", "cyd"), (3000, "x", "ben"), (4000, "z", "ben")):
        memory.read({"ada": {"recents": {partner: [met_ms + ROOM.recent_ms, call_id]}}}, met_ms / 1000)
    memory.read({"ada": {"recents": []}}, 5)
    assert memory.between("ada", "x", "z", looked_s=0) == 0
    assert memory.recall("ada", "x", "z", looked_s=0) is Recall.KEPT
    assert [memory.read_s("ada", call_id) for call_id in "xzw"] == [3, 4, math.inf]


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
    assert sum(count for what, count in ledger.counts.items() if "though blocked" in what) == 1 - accused
