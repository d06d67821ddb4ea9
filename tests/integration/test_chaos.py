"""The short version of `make chaos`: one storm with every fault there is, then calm."""

from tests.chaos.run import Plan, running
from tests.chaos.terms import BUSY, STUCK_S


async def test_a_storm_of_every_fault_leaves_nobody_stuck_and_nobody_met_whom_they_must_not() -> None:
    """Everybody talks again once it is calm, no match is double, with oneself, with a blocked or just met partner."""
    plan = Plan(seed=11, matches=50, callers=24, storm_s=7, pace_s=0.4, talk_s=0.3, stuck_s=BUSY * STUCK_S, long=False)
    async with running(plan) as run:
        async for stage in run.go():
            print(f"slowest return {stage.slowest_s:.1f} s, room empty after {stage.empty_s:.1f} s")

    assert run.ledger.violations == []
    assert run.ledger.heard >= plan.matches
    assert run.missing_faults() == []
