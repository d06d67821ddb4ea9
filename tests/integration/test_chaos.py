"""The short version of `make chaos`: one storm with every fault there is, then calm."""

from tests.chaos.run import Plan, running


async def test_a_storm_of_every_fault_leaves_nobody_stuck_and_nobody_met_whom_they_must_not() -> None:
    """Everybody talks again once it is calm, no match is double, with oneself, with a blocked or just met partner."""
    # How long somebody may be stuck is for `make chaos` to measure: here the machine may be busy with other tests.
    plan = Plan(seed=11, matches=50, callers=24, storm_s=7, pace_s=0.4, talk_s=0.3, stuck_s=100)
    async with running(plan) as run:
        async for _ in run.go():
            pass

    assert run.ledger.violations == []
    assert run.ledger.heard >= plan.matches
    assert run.missing_faults() == []
