"""The part `page`: what the page weighs on a cold start, and when it first shows something on a slow network."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.bench.hub_server import serving_bare
from tests.bench.percentiles import median, percentile
from tests.bench.service import running_service
from tests.bench.table import Baseline, Row, Section
from tests.e2e import people

LOADS = 20
# What Lighthouse calls slow 4G, and a phone of the middle class.
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4

METHOD = f"""\
Chromium opens the page {LOADS} times, each time as a new visitor with an empty cache, over a throttled network of
{NETWORK["latency"]} ms latency and 1.6 Mbit/s down, on a processor made {SLOWER} times slower (Chrome DevTools
Protocol). Bytes are those on the wire, headers included, until nothing more is asked for; what the service worker puts
into its cache afterwards, and what comes while waiting for a partner, is not among them. The baseline is a page of one
word, without script or style, in the same profile, the two in turns. Medians of {LOADS}."""

FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# When the document has arrived, and the last of what was asked for before the first paint, ms.
ARRIVALS = """
() => {
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  const [page] = performance.getEntriesByType('navigation');
  const parts = performance.getEntriesByType('resource').filter(({ responseEnd }) => responseEnd <= paint.startTime);
  return [page.responseEnd, Math.max(page.responseEnd, ...parts.map(({ responseEnd }) => responseEnd))];
}
"""


class Load(NamedTuple):
    """One opening of a page."""

    bytes: float
    requests: int
    paint_ms: float
    document_ms: float
    parts_ms: float


class Traffic:
    """What one page asks for."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes, self.requests = 0.0, 0
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += event["encodedDataLength"]
        self.requests += 1


def load(browser: Browser, url: str) -> Load:
    """Open a page as a new visitor."""
    context = browser.new_context()
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        traffic = Traffic(session)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", NETWORK)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(url, wait_until="networkidle")
        paint_ms: float = page.wait_for_function(FIRST_PAINT).json_value()
        return Load(traffic.bytes, traffic.requests, paint_ms, *page.evaluate(ARRIVALS))
    finally:
        context.close()


def measure() -> Section:
    """Measure the part."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        service, _ = stack.enter_context(running_service())
        empty = f"http://127.0.0.1:{stack.enter_context(serving_bare())[0]}/empty"
        browser = people.chromium(stack.enter_context(sync_playwright()), folder, 440).browser
        stack.callback(browser.close)
        ours, baseline = [], []
        for _ in range(LOADS):
            baseline.append(load(browser, empty))
            ours.append(load(browser, service.url))
    return Section("page", "a new visitor's page load", METHOD, rows_of(ours, baseline))


def rows_of(ours: list[Load], empty: list[Load]) -> list[Row]:
    """Return the figures."""

    def beside(place: int, percent: float = 50) -> Baseline:
        return Baseline(percentile([load[place] for load in empty], percent), "empty page")

    weight = "estimate: script and styles of the first screen"
    parts = "document, script, style, icons"
    document_ms, parts_ms, paint_ms = (
        median([once.document_ms for once in ours]),
        median([once.parts_ms for once in ours]),
        median([once.paint_ms for once in ours]),
    )
    paint = (
        f"document until {document_ms:.0f} ms, script and style until {parts_ms:.0f} ms, "
        f"then their first run, {paint_ms - parts_ms:.0f} ms"
    )
    return [
        Row("bytes", median([load.bytes for load in ours]), "B", beside(0), None, weight),
        Row("requests", median([load.requests for load in ours]), "", beside(1), None, parts),
        Row("first contentful paint", paint_ms, "ms", beside(2), None, paint),
        Row("first contentful paint p95", percentile([load.paint_ms for load in ours], 95), "ms", beside(2, 95), None,
            paint),
    ]  # fmt: skip
