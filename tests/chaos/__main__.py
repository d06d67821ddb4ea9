"""Storms and calms: `make chaos`, or `python -m tests.chaos --seed 7 --matches 300 --callers 48`.

Nothing is written. The exit code is 1 when anything was as it must not be.
"""

import argparse
import sys
import time

import uvloop

from tests.chaos.ledger import Ledger
from tests.chaos.run import Plan, running

SHOWN = 20  # violations of one round that are printed


def plan_of(words: list[str]) -> Plan:
    """Read the command line."""
    standard = Plan(seed=int(time.time()))
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.splitlines()[0])
    for name, meaning in {
        "seed": "of all dice",
        "matches": "so many at least",
        "callers": "at the same time",
        "storm_s": "length of a storm",
        "pace_s": "from one fault to the next",
        "talk_s": "length of a talk",
        "calm_s": "length of a calm at least",
        "stuck_s": "longest wait for a talk in a calm, and for an empty room after it",
    }.items():
        value = getattr(standard, name)
        option = f"--{name.removesuffix('_s')}"
        parser.add_argument(option, dest=name, type=type(value), default=value, help=f"{meaning}; {value}")
    parser.add_argument("--short", dest="long", action="store_false", help="no process is paused beyond a lease")
    return Plan(**vars(parser.parse_args(words)))


async def go(plan: Plan) -> Ledger:
    """Run it, and print each round."""
    begun_s = time.monotonic()
    print(plan, flush=True)
    print(f"{'s':>6} {'matches':>8} {'of them/s':>9} {'last talk s':>11} {'empty s':>7} {'violations':>10}", flush=True)
    matches = shown = 0
    slowest_s = emptied_s = 0.0
    async with running(plan) as run:
        async for stage in run.go():
            rate = (stage.matches - matches) / stage.seconds
            matches = stage.matches
            slowest_s, emptied_s = max(slowest_s, stage.slowest_s), max(emptied_s, stage.empty_s)
            print(
                f"{time.monotonic() - begun_s:6.0f} {matches:8} {rate:9.1f} {stage.slowest_s:11.1f} "
                f"{stage.empty_s:7.1f} {len(run.ledger.violations):10}",
                flush=True,
            )
            shown = show(run.ledger.violations, shown)
    show(run.ledger.violations, shown)
    print(f"\n{matches} matches, {len(run.ledger.matches)} offers, {time.monotonic() - begun_s:.0f} s")
    print(f"slowest return {slowest_s:.1f} s, slowest to empty {emptied_s:.1f} s, of {plan.stuck_s:.1f} s allowed")
    for what, count in sorted(run.ledger.counts.items()):
        print(f"{count:8}  {what}")
    return run.ledger


def show(violations: list[str], shown: int) -> int:
    """Print those that were not shown yet, in part if they are many; returns how many there are."""
    for violation in violations[shown : shown + SHOWN]:
        print(f"       {violation}", flush=True)
    return len(violations)


def main() -> int:
    """Run; 1 when anything was wrong."""
    ledger = uvloop.run(go(plan_of(sys.argv[1:])))
    print(f"\n{len(ledger.violations)} violations")
    return 1 if ledger.violations else 0


if __name__ == "__main__":
    sys.exit(main())
