"""The measurements: `make bench`, or `python -m tests.bench [part...]`, each part by itself or all in turn.

Each prints its table when it is done and takes its place in RESULTS.md; the parts that do not run keep theirs.
"""

import argparse
import importlib
import signal
import sys
from pathlib import Path

from tests.bench.machine import described
from tests.bench.table import Section, in_markdown, in_terminal, merged

RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = (
    "call", "call_firefox", "recovery", "address", "impaired", "pairing", "click", "hub", "memory", "page", "voice",
    "switch", "bots",
)  # fmt: skip
HEAD = (Path(__file__).parent / "head.md").read_text(encoding="utf-8")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure parts, all by default.")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    asked = parser.parse_args().parts or list(PARTS)
    if unknown := sorted(set(asked) - set(PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    # Ended from outside, it still ends all that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    when = described()
    for name in asked:
        section: Section = importlib.import_module(f"tests.bench.{name}").measure()
        print(in_terminal(section), flush=True)
        old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
        new = {name: in_markdown(section, when, f"make bench ARGS={name}")}
        RESULTS.write_text(merged(HEAD, old, new, PARTS), encoding="utf-8")


if __name__ == "__main__":
    main()
