"""The part `address`: how long a call is silent when a caller's address changes."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.percentiles import median, percentile
from tests.bench.recovery import WORST_AIM_MS
from tests.bench.table import Aim, Row, Section
from tests.conftest import running_valkey
from tests.e2e import people
from tests.e2e.abroad import Abroad, going_abroad
from tests.network.namespaces import obstacle

ROUNDS = 20
BROWSERS = {"Chromium": "chromium", "Firefox": "firefox"}
ELSEWHERE = "10.77.1.3"

METHOD = f"""\
Two people talk, each on a host of their own; then one host's address is another one in the same network, as from one
Wi-Fi to the next: what was bound to the old one reaches nobody. The page opens a new queue socket and channel and
restarts ICE. The figure is the longest time without a packet from the partner at either end, by `packetsReceived`,
looked at every 20 ms; a round counts once both hear the other's tone again, in the same call. {ROUNDS} rounds with each
browser at both ends, each in a call of its own. No baseline: a browser by itself does not restart at all."""

REST = "estimate: until the browser tells of the new address; a socket, a channel, an allocation, ICE checks"


def silence_ms(abroad: Abroad, kind: str) -> float:
    """Let two meet, move one of them, and return the longest silence at either end, in ms.

    Raises:
        AssertionError: They do not hear each other again, or not in the same call.
    """
    one, other = abroad.opens("a", kind), abroad.opens("b", kind)
    for person in (one, other):
        person.arrives()
    people.hear_each_other(one, other)
    ufrags = one.ufrags()
    for person in (one, other):
        person.longest_silence_ms()

    home = abroad.lab.a.address
    abroad.lab.a.move(ELSEWHERE)

    one.restarts_from(ufrags, 30)
    people.hear_each_other(one, other, 30)
    for person in (one, other):
        person.sees("talking")
        assert len(person.said("matched")) == 1
    longest_ms = max(person.longest_silence_ms() for person in (one, other))
    for person in (one, other):
        person.leaves()
    abroad.lab.a.move(home)
    return longest_ms


def taken(rounds: int) -> dict[str, list[float]]:
    """Set everything up and take all rounds; return the silences by browser, in ms."""
    silences: dict[str, list[float]] = {browser: [] for browser in BROWSERS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        valkey = stack.enter_context(running_valkey())
        playwright = stack.enter_context(sync_playwright())
        abroad = stack.enter_context(going_abroad(playwright, valkey, folder))
        for _ in range(rounds):
            for browser, kind in BROWSERS.items():
                silences[browser].append(silence_ms(abroad, kind))
    return silences


def rows_of(browser: str, silences: list[float]) -> list[Row]:
    """Return the figures of one browser."""
    return [
        Row(f"{browser}: silence, median", median(silences), "ms", None, None, REST),
        Row(f"{browser}: silence, p95", percentile(silences, 95), "ms", None, None, REST),
        Row(f"{browser}: silence, worst of {len(silences)}", max(silences), "ms", None, Aim(WORST_AIM_MS), REST),
    ]


def measure(rounds: int = ROUNDS) -> Section:
    """Measure the part.

    Raises:
        RuntimeError: No namespaces can be made here.
    """
    if why := obstacle():
        raise RuntimeError(why)
    rows = [row for browser, silences in taken(rounds).items() for row in rows_of(browser, silences)]
    return Section("address", "silence when a caller's address changes", METHOD, rows)


if __name__ == "__main__":
    for browser, silences in taken(int(sys.argv[1])).items():
        print(browser, sorted(round(silence) for silence in silences))
