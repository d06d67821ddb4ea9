"""The part `impaired`: how many calls come to be on a poor network.

100 calls take about ten minutes. `python -m tests.bench.impaired 40` makes 40 only, and keeps for an hour what became
of them: `python -m tests.bench impaired` then makes the other 60 and shows all.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from playwright.sync_api import sync_playwright

from tests.bench.percentiles import median, percentile
from tests.bench.table import Aim, Row, Section
from tests.conftest import running_coturn, running_valkey
from tests.e2e import people
from tests.e2e.people import Person, Voice
from tests.e2e.stack import ROOT, behind_proxy
from tests.network.udp_proxy import Way

CALLS = 100
LEAST = 99.0  # of 100
WAY = Way(delay_s=0.05, loss=0.05)
GIVEN_UP_S = 60
KEPT, KEPT_S = ROOT / ".run" / "impaired.json", 3600

METHOD = f"""\
Two people with real Chromiums meet again and again, each time as strangers, through a relay that is reached over a
network with {1000 * WAY.delay_s:.0f} ms of delay and {100 * WAY.loss:.0f} % of loss, each way on each leg. Whoever goes
back to the queue has failed, even if the next try succeeds. *Tap → talking* is of the calls that came to be: from the
second person's tap, with the first one waiting, until both pages say that they talk. No plain call stands beside: it
has no deadlines, which are what is at stake here, so it would count as connected however late it is, or never
decided."""

Outcome = float | None  # s from the second one's tap until both talk; None: the call did not come to be


def meet(pair: Sequence[Voice], url: str) -> Outcome:
    """Let two strangers meet."""
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


@contextmanager
def poor_network() -> Iterator[tuple[list[Voice], str]]:
    """Run the service behind a poor network, and two browsers; gives them and its URL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn, valkey = stack.enter_context(running_coturn()), stack.enter_context(running_valkey())
        service, proxy = stack.enter_context(behind_proxy(valkey, coturn, folder))
        playwright = stack.enter_context(sync_playwright())
        pair = [people.chromium(playwright, folder, hz) for hz in (440, 1000)]
        for voice in pair:
            stack.callback(voice.browser.close)
        proxy.way = WAY
        yield pair, service.url


def kept(file: Path = KEPT) -> list[Outcome]:
    """Return the outcomes of earlier calls that nobody has shown yet."""
    if not file.exists() or time.time() - file.stat().st_mtime > KEPT_S:
        return []
    return msgspec.json.decode(file.read_bytes(), type=list[Outcome])


def make(calls: int) -> list[Outcome]:
    """Make so many calls more, and return all outcomes, the kept ones first; they are kept as they come."""
    outcomes = kept()
    if calls > 0:
        with poor_network() as (pair, url):
            for _ in range(calls):
                outcomes.append(meet(pair, url))
                KEPT.parent.mkdir(mode=0o700, exist_ok=True)
                KEPT.write_bytes(msgspec.json.encode(outcomes))
    return outcomes


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return the figures."""
    good = [outcome for outcome in outcomes if outcome is not None]
    lost = "estimate: one message lost several times in a row, against the call's deadlines"
    part = 100 * len(good) / len(outcomes)
    share = Row(f"calls that came to be, of {len(outcomes)}", part, "%", None, Aim(LEAST, least=True), lost)
    if not good:
        return [share]
    why = "estimate: lost STUN and DTLS messages, repeated after 0.5 s and more"
    return [
        share,
        Row("tap → talking, median", median(good), "s", None, None, why),
        Row("tap → talking, p95", percentile(good, 95), "s", None, None, why),
        Row("tap → talking, worst", max(good), "s", None, None, why),
    ]


def measure() -> Section:
    """Measure the part; calls that were made before and kept count."""
    outcomes = make(CALLS - len(kept()))
    KEPT.unlink(missing_ok=True)
    return Section("impaired", "calls on a poor network", METHOD, rows_of(outcomes))


def main() -> None:
    """Make some calls, and say how all went so far."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.impaired", description=__doc__)
    parser.add_argument("calls", type=int, nargs="?", default=CALLS)
    outcomes = make(parser.parse_args().calls)
    for row in rows_of(outcomes):
        print(f"{row.figure}: {row.value:.1f} {row.unit}")


if __name__ == "__main__":
    main()
