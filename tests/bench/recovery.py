"""The part `recovery`: how long a call is silent when its path to the relay dies."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.percentiles import median, percentile
from tests.bench.table import Aim, Baseline, Row, Section
from tests.conftest import running_coturn, running_valkey
from tests.e2e import people
from tests.e2e.people import Voice
from tests.e2e.stack import behind_proxy
from tests.e2e.watching import Watched
from tests.network.udp_proxy import UdpProxy

ROUNDS = 20
WORST_AIM_MS = 3000.0
WATCHDOG_MS = 1500.0  # SUSPECT_MS of web/src/call/watch.ts
PAIRS = {"Chromium, Chromium": ("chromium", "chromium2"), "Chromium, Firefox": ("chromium", "firefox")}

METHOD = f"""\
Two people talk through a relay that is reached by a UDP proxy; then no packet of any way in use passes any more, in
either direction, as after a NAT that forgot them, and new ways pass. Both pages restart ICE. The figure is the longest
time without a packet from the partner at either end, by `packetsReceived`, looked at every 20 ms; a round counts once
both hear the other's tone again, in the same call. {ROUNDS} rounds of each pair, in turns, each in a call of its own,
the browsers waiting for each other in turns as well. *Watchdog* is the silence after which a page restarts at the
earliest, computed and not measured: browsers by themselves do not restart at all."""

REST = "watchdog; estimate of the rest: a new allocation, a message by the channel each way, ICE checks"


def silence_ms(one: Watched, other: Watched, proxy: UdpProxy) -> float:
    """Let two meet, break their way, and return the longest silence at either end, in ms.

    Raises:
        AssertionError: They do not hear each other again, or not in the same call.
    """
    one.arrives().sees("waiting")
    other.arrives()
    people.hear_each_other(one, other)
    ufrags = one.ufrags()
    for person in (one, other):
        person.longest_silence_ms()

    proxy.break_flows()

    for person in (one, other):
        person.restarts_from(ufrags)
    people.hear_each_other(one, other)
    for person in (one, other):
        person.sees("talking")
        assert len(person.said("matched")) == 1
    return max(person.longest_silence_ms() for person in (one, other))


def taken() -> dict[str, list[float]]:
    """Set everything up and take all rounds; return the silences of each pair, in ms."""
    silences: dict[str, list[float]] = {pair: [] for pair in PAIRS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn, valkey = stack.enter_context(running_coturn()), stack.enter_context(running_valkey())
        service, proxy = stack.enter_context(behind_proxy(valkey, coturn, folder))
        playwright = stack.enter_context(sync_playwright())
        voices: dict[str, Voice] = {
            "chromium": people.chromium(playwright, folder, 440),
            "chromium2": people.chromium(playwright, folder, 1000),
            "firefox": people.firefox(playwright, 700),
        }
        for voice in voices.values():
            stack.callback(voice.browser.close)
        for number in range(ROUNDS):
            for pair, names in PAIRS.items():
                one, other = (Watched(voices[name], service.url) for name in names[:: -1 if number % 2 else 1])
                silences[pair].append(silence_ms(one, other, proxy))
                for person in (one, other):
                    person.leaves()
                proxy.forget_broken_flows()
    return silences


def rows_of(pair: str, silences: list[float]) -> list[Row]:
    """Return the figures of one pair of browsers."""
    watchdog = Baseline(WATCHDOG_MS, "watchdog")
    return [
        Row(f"{pair}: silence, median", median(silences), "ms", watchdog, None, REST),
        Row(f"{pair}: silence, p95", percentile(silences, 95), "ms", watchdog, None, REST),
        Row(f"{pair}: silence, worst of {len(silences)}", max(silences), "ms", watchdog, Aim(WORST_AIM_MS), REST),
    ]


def measure() -> Section:
    """Measure the part."""
    rows = [row for pair, silences in taken().items() for row in rows_of(pair, silences)]
    return Section("recovery", "silence when the path breaks", METHOD, rows)
