"""How many calls come to be on a poor network: `python -m tests.bench.impaired [calls]`. 100 take about ten minutes.

Two people with real Chromiums meet again and again, each time as strangers, through a relay that is reached over a
network with 50 ms of delay and 5 % of loss, each way on each leg. Whoever goes back to the queue has failed, even if
the next try succeeds.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import running_coturn, running_valkey
from tests.e2e import people
from tests.e2e.people import Person, Voice
from tests.e2e.stack import behind_proxy
from tests.network.udp_proxy import Way

LEAST = 0.99
WAY = Way(delay_s=0.05, loss=0.05)
GIVEN_UP_S = 60


def meet(pair: Sequence[Voice], url: str) -> float | None:
    """Let two strangers meet; returns the s from the second one's tap until both talk, None: they did not."""
    one, other = (Person(voice, url) for voice in pair)
    try:
        one.arrives().sees("waiting", seconds=GIVEN_UP_S)
        tapped = time.monotonic()
        other.arrives()
        for person in (one, other):
            person.sees("connecting", "talking", seconds=GIVEN_UP_S)
        for person in (one, other):
            person.sees("talking", "waiting", "asking", "error", seconds=GIVEN_UP_S)
        talks = all(person.state() == "talking" for person in (one, other))
        return time.monotonic() - tapped if talks else None
    finally:
        for person in (one, other):
            person.context.close()


def measure(calls: int = 100) -> list[float | None]:
    """Set everything up, and return what each meeting gave."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn, valkey = stack.enter_context(running_coturn()), stack.enter_context(running_valkey())
        service, proxy = stack.enter_context(behind_proxy(valkey, coturn, folder))
        playwright = stack.enter_context(sync_playwright())
        pair = [people.chromium(playwright, folder, hz) for hz in (440, 1000)]
        for voice in pair:
            stack.callback(voice.browser.close)
        proxy.way = WAY
        return [meet(pair, service.url) for _ in range(calls)]


def main() -> int:
    """Print how many connected, and how long they took; fail when it is too few."""
    outcomes = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    good = [outcome for outcome in outcomes if outcome is not None]
    print(f"{len(good)} of {len(outcomes)} calls came to be; tap to talking: median {statistics.median(good):.1f} s")
    return 0 if len(good) >= LEAST * len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
