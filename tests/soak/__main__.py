"""One call between Chromium and Firefox for an hour: `make soak`, or `python -m tests.soak [minutes]`.

It lasts beyond every mark at which something is refreshed: permissions (5 min), nonces, channels and allocations of the
relay (10 min), the heartbeats of the queue and the Realtime client. Once a minute it prints the longest time without a
packet at either end, and the memory of both browsers and of the server, which holds the hub. It fails when a silence
lasted more than a second, when the call was not one and the same, or when memory grew.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from tests.conftest import running_coturn, running_valkey
from tests.e2e import people, stack
from tests.e2e.watching import Watched
from tests.processes import running
from tests.soak.memory import resident_mb

SILENCE_MS = 1000
# Browsers collect garbage when they please: the last quarter is held against the second one.
GROWTH = 1.10
GROWTH_MB = 20
SETTINGS = {"SOTTO_CALL_S": "7200", "SOTTO_RELAY_TTL_S": "10800", "SOTTO_LOG_LEVEL": "info"}
HOLDERS = ("chromium", "firefox", "server")


class Minute(NamedTuple):
    """What one minute was like: the longest silence at each end, and the memory of each of HOLDERS."""

    silences_ms: tuple[float, float]
    memory_mb: tuple[float, ...]


def verdicts(minutes: Sequence[Minute]) -> list[str]:
    """Say what is wrong; nothing, if all is well."""
    wrong = [
        f"minute {number}: silent for {max(minute.silences_ms):.0f} ms"
        for number, minute in enumerate(minutes, 1)
        if max(minute.silences_ms) > SILENCE_MS
    ]
    quarter = len(minutes) // 4
    for place, holder in enumerate(HOLDERS):
        memory = [minute.memory_mb[place] for minute in minutes]
        if quarter:
            early, late = statistics.median(memory[quarter : 2 * quarter]), statistics.median(memory[-quarter:])
            if late > max(early * GROWTH, early + GROWTH_MB):
                wrong.append(f"{holder}: grew from {early:.0f} to {late:.0f} MB")
    return wrong


def watch(pair: tuple[Watched, Watched], server: int, minutes: int) -> list[Minute]:
    """Look once a minute, and print what was seen."""
    seen = []
    print("minute  silence ms     chromium  firefox  server MB")
    for number in range(1, minutes + 1):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            pair[0].page.wait_for_timeout(1000)
            assert all(person.state() == "talking" for person in pair), "the call is over"
        silences = (pair[0].longest_silence_ms(), pair[1].longest_silence_ms())
        memory = tuple(resident_mb(pids) for pids in (running("chromium"), running("firefox"), {server}))
        seen.append(Minute(silences, memory))
        print(
            f"{number:6}  {silences[0]:5.0f} {silences[1]:5.0f}  " + "".join(f"{mb:9.0f}" for mb in memory), flush=True
        )
    return seen


def main() -> int:
    """Run it, print it, judge it."""
    minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with ExitStack() as stays:
        folder = Path(stays.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn, valkey = stays.enter_context(running_coturn()), stays.enter_context(running_valkey())
        service = stays.enter_context(stack.running(valkey, coturn, folder, SETTINGS))
        playwright = stays.enter_context(sync_playwright())
        voices = (people.chromium(playwright, folder, 440), people.firefox(playwright, 700))
        one, other = (Watched(voice, service.url) for voice in voices)
        for person in (one, other):
            person.arrives()
        one.hears(other.voice.hz)
        other.hears(one.voice.hz)
        for person in (one, other):
            person.longest_silence_ms()
        seen = watch((one, other), service.processes["server"].pid, minutes)
        one.hears(other.voice.hz)
        other.hears(one.voice.hz)
        assert [len(person.said("matched")) for person in (one, other)] == [1, 1]
        for voice in voices:
            voice.browser.close()
    wrong = verdicts(seen)
    print("\n".join(wrong) or f"{minutes} minutes without a silence above {SILENCE_MS} ms, memory flat")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
