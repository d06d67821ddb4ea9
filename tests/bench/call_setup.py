"""How fast a call comes up, beside a plain cold call and the limit: `python -m tests.bench.call_setup`.

R is the round-trip time between a client and the TURN server. Variants, browsers and R take turns in one run, so that
whatever else the machine does weighs on all of them. Times are those of `tests.bench.marks`:

- matched → first: from the moment that the first page hears of its match until either page has the other's audio;
- matched → both: until both have;
- tap → talking: from the second person's tap, with the first one waiting, until her page says that she talks (the plain
  page: until it has audio).

The limit is what the packets need, with nothing computed in between: 5 R for the first direction and 6 R for both when
each end has gathered before and the match brings the partner's parameters (ICE 2 R, DTLS 1.3 2 R or 3 R, audio 1 R),
plus the time that one message takes from page to page. No limit is given for tap → talking.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import BrowserContext, Playwright, sync_playwright

from tests.bench.marks import WATCH, Marks, marks_of
from tests.conftest import Coturn, free_port, running_coturn, running_valkey, wait_until
from tests.e2e import people
from tests.e2e.stack import ROOT, Stack, running
from tests.network.udp_proxy import UdpProxy, proxied

PLAIN = "plain"
OURS = {via: {"SOTTO_PARAMETERS_VIA": via} for via in ("queue", "channel")}  # the settings of each variant
RTTS_MS = (0, 50, 100)
PAIRS = {"Chromium, Chromium": ("chromium", "chromium2"), "Chromium, Firefox": ("chromium", "firefox")}
STEPS = ("microphone", "relay", "candidate", "ready", "matched", "channel", "described", "ice", "connected", "audio")


class Row(NamedTuple):
    """One figure beside what it is measured against; ms unless the unit says otherwise."""

    name: str
    ours: float
    baseline: float | None
    limit: float | None
    unit: str = "ms"


class Case(NamedTuple):
    """What is measured."""

    variant: str
    pair: str
    rtt_ms: int


@dataclass
class Samples:
    """What the rounds of one case have shown, in ms."""

    first: list[float] = field(default_factory=list)
    both: list[float] = field(default_factory=list)
    tap: list[float] = field(default_factory=list)
    rounds: list[tuple[Marks, Marks]] = field(default_factory=list)

    def add(self, waiting: Marks, coming: Marks) -> None:
        """Take one round's marks: of the page that waited, and of the one that came."""
        matched = min(waiting["matched"], coming["matched"])
        heard = sorted((waiting["audio"], coming["audio"]))
        self.first.append(heard[0] - matched)
        self.both.append(heard[1] - matched)
        self.tap.append(coming.get("talking", coming["audio"]) - coming["tap"])
        self.rounds.append((waiting, coming))


@dataclass
class Measured:
    """All that a run has shown."""

    cases: dict[Case, Samples] = field(default_factory=dict)
    signaling_ms: list[float] = field(default_factory=list)  # one message from page to page


class Bench:
    """Browsers in front of the service and of the plain page, with one slow way to the relay for all.

    Args:
        urls: Where each variant's page is.
        proxy: The way to the relay.
        contexts: Open browsers by name.
    """

    def __init__(self, urls: dict[str, str], proxy: UdpProxy, contexts: dict[str, BrowserContext]) -> None:
        self.measured = Measured()
        self._urls = urls
        self._proxy = proxy
        self._pages = {name: context.new_page() for name, context in contexts.items()}

    def round(self, case: Case, *, swapped: bool) -> None:
        """Bring two people together once; `swapped`: the second of the pair waits."""
        self._proxy.way.delay_s = case.rtt_ms / 2000
        names = PAIRS[case.pair][:: -1 if swapped else 1]
        waiting, coming = (self._pages[name] for name in names)
        for page, state in ((waiting, "waiting"), (coming, "")):
            page.goto(self._urls[case.variant])
            if case.variant != PLAIN:
                page.get_by_role("button", name="Accept", exact=True).click()
            page.get_by_role("button", name="Connect", exact=True).click()
            if state:
                marks_of(page, state)
        wanted = ("matched", "audio") if case.variant == PLAIN else ("matched", "audio", "talking")
        marks = marks_of(waiting, *wanted), marks_of(coming, *wanted)
        self.measured.cases.setdefault(case, Samples()).add(*marks)
        if case.variant == PLAIN:
            self.measured.signaling_ms.append(coming.evaluate("() => window.signalingDelay()"))
        for page in (waiting, coming):
            page.goto("about:blank")


@contextmanager
def serving_plain(turn_port: int, secret: str) -> Iterator[str]:
    """Serve the baseline; gives its URL."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.plain_call.hub", str(port), str(turn_port), secret]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack = Stack(f"http://127.0.0.1:{port}", Path(), {})
    try:
        wait_until(lambda: stack.get("/")[0] == 200, "the plain page")
        yield stack.url
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def browsers(playwright: Playwright, names: Sequence[str], folder: Path) -> Iterator[dict[str, BrowserContext]]:
    """Run the browsers of these names, each with one watched context."""
    with ExitStack() as stack:
        contexts = {}
        for number, name in enumerate(sorted(set(names))):
            hz = 440 + 330 * number
            voice = people.firefox(playwright, hz) if name == "firefox" else people.chromium(playwright, folder, hz)
            stack.callback(voice.browser.close)
            contexts[name] = voice.browser.new_context()
            contexts[name].add_init_script(WATCH)
        yield contexts


def all_cases(pairs: Sequence[str], rtts_ms: Sequence[int]) -> list[Case]:
    """Return every variant and the plain call, for each pair of browsers and each delay."""
    return [Case(variant, pair, rtt_ms) for rtt_ms in rtts_ms for pair in pairs for variant in (PLAIN, *OURS)]


def measure(rounds: int, cases: Sequence[Case]) -> Measured:
    """Set everything up, and bring people together `rounds` times in each case, the cases in turns."""
    variants = sorted({case.variant for case in cases} - {PLAIN})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn = stack.enter_context(running_coturn())
        valkey = stack.enter_context(running_valkey())
        port = free_port()
        proxy = stack.enter_context(proxied(coturn.port, port))
        urls = {PLAIN: stack.enter_context(serving_plain(port, coturn.secret))}
        for variant in variants:
            place = folder / variant
            place.mkdir()
            service = running(valkey, Coturn(port, coturn.secret), place, OURS[variant])
            urls[variant] = stack.enter_context(service).url
        playwright = stack.enter_context(sync_playwright())
        names = [name for case in cases for name in PAIRS[case.pair]]
        bench = Bench(urls, proxy, stack.enter_context(browsers(playwright, names, folder)))
        for number in range(rounds):
            for case in cases:
                bench.round(case, swapped=number % 2 == 1)
        return bench.measured


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def rows(measured: Measured) -> list[Row]:
    """Return medians, and p95 of tap → talking, each beside the plain call's and the limit."""
    delay = statistics.median(measured.signaling_ms)
    found = []
    for case, ours in measured.cases.items():
        if case.variant == PLAIN:
            continue
        plain = measured.cases[case._replace(variant=PLAIN)]
        where = f"{case.pair}, R = {case.rtt_ms} ms, parameters by {case.variant}"
        median = statistics.median
        found += [
            Row(f"{where}: matched → first", median(ours.first), median(plain.first), 5 * case.rtt_ms + delay),
            Row(f"{where}: matched → both", median(ours.both), median(plain.both), 6 * case.rtt_ms + delay),
            Row(f"{where}: tap → talking", median(ours.tap), median(plain.tap), None),
            Row(f"{where}: tap → talking, p95", p95(ours.tap), p95(plain.tap), None),
        ]
    return found


def steps(measured: Measured) -> Iterator[str]:
    """Say when each step is reached, as medians in ms from the coming person's tap: waiting page / coming page."""
    for case, samples in measured.cases.items():
        yield f"{case.variant}, {case.pair}, R = {case.rtt_ms} ms"
        for name in STEPS:
            sides = []
            for side in (0, 1):
                taken = [pair[side][name] - pair[1]["tap"] for pair in samples.rounds if name in pair[side]]
                sides.append(f"{statistics.median(taken):>7.0f}" if taken else f"{'':>7}")
            yield f"  {name:<12}{sides[0]} /{sides[1]}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--rtt", type=int, nargs="+", default=RTTS_MS, help="ms")
    parser.add_argument("--pair", nargs="+", choices=PAIRS, default=tuple(PAIRS))
    parser.add_argument("--steps", action="store_true", help="also print when each step is reached")
    asked = parser.parse_args()
    measured = measure(asked.rounds, all_cases(asked.pair, asked.rtt))
    print(f"{'ms, medians of ' + str(asked.rounds):<72}{'Sotto':>7}{'plain':>7}{'limit':>7}{'ratio':>7}")
    for row in rows(measured):
        limit = f"{row.limit:>7.0f}" if row.limit is not None else f"{'':>7}"
        ratio = f"{row.ours / row.limit:>7.2f}" if row.limit is not None and row.limit > 50 else ""
        print(f"{row.name:<72}{row.ours:>7.0f}{row.baseline:>7.0f}{limit}{ratio}")
    if asked.steps:
        print("\n".join(steps(measured)))


if __name__ == "__main__":
    main()
