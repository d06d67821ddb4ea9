"""Run Supabase's own client suites against the built-in hub.

    python -m tests.conformance --supabase-js <checkout> --supabase-py <checkout>

Either may be left out. The checkouts are read and not changed; packages are installed into a temporary folder. The exit
status is 0 only if every suite that was asked for has run and passed, and no case was skipped but those that
`suites` names with their reasons.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.conformance.suites import Outcome, Unfit, javascript, python

SUITES = {"supabase-js": javascript, "supabase-py": python}


def main() -> int:
    """Run what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__.partition("\n")[0])
    for name in SUITES:
        parser.add_argument(f"--{name}", type=Path, metavar="PATH", help=f"a checkout of supabase/{name}")
    checkouts = {name: value.resolve() for name, value in zip(SUITES, vars(parser.parse_args()).values(), strict=True)
                 if value}  # fmt: skip
    if not checkouts:
        parser.error("name at least one checkout")
    outcomes = {name: outcome(name, checkout) for name, checkout in checkouts.items()}
    for name, came in outcomes.items():
        print(f"{name}: {came.line() if came else 'did not run'}")
    return 0 if all(came and came.good for came in outcomes.values()) else 1


def outcome(name: str, checkout: Path) -> Outcome | None:
    """Run one suite in a folder that is gone afterwards; None: it could not be run."""
    print(f"== {name} ==", flush=True)
    with tempfile.TemporaryDirectory(prefix="sotto-conformance-") as folder:
        try:
            return asyncio.run(SUITES[name](checkout, Path(folder)))
        except Unfit as fault:
            print(f"{name}: {fault}", file=sys.stderr, flush=True)
            return None


if __name__ == "__main__":
    sys.exit(main())
