"""One call between Chromium and Firefox for an hour: `make soak`, or `python -m tests.soak [minutes]`.

It lasts beyond every mark at which something is refreshed: permissions (5 min), nonces, channels and allocations of the
relay (10 min), the heartbeats of the queue and the Realtime client. The relay is coturn as configured for production.
Once a minute it prints the longest time without a packet at either end, the memory of both browsers and of the server,
which holds the hub, and how often the relay has renewed allocations, permissions (channels count as such), and nonces.
It fails when a silence lasted more than a second, when the call was not one and the same, when memory grew, when nobody
watched, or when the mark of permissions, allocations or nonces was passed and nothing renewed. It wants a machine to
itself: browsers that wait for a processor are silent as well.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import running_valkey
from tests.e2e import people, stack
from tests.e2e.people import hear_each_other
from tests.e2e.watching import Watched
from tests.network.own_relay import LOG, RELAY, own_relay
from tests.processes import running
from tests.soak import bot
from tests.soak.memory import resident_mb
from tests.soak.relay_log import Refreshes, refreshes
from tests.soak.verdict import LEAST_MINUTES, SILENCE_MS, Minute, verdicts

SETTINGS = {
    "SOTTO_CALL_S": "7200", "SOTTO_RELAY_TTL_S": "10800", "SOTTO_LOG_LEVEL": "info", "SOTTO_COTURN_HOST": RELAY,
}  # fmt: skip


def watch(pair: tuple[Watched, Watched], server: int, log: Path, minutes: int) -> list[Minute]:
    """Look once a minute, and print what was seen."""
    seen = []
    print("minute  silence ms     chromium  firefox  server MB   renewed: allocations, permissions, nonces")
    for number in range(1, minutes + 1):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            pair[0].page.wait_for_timeout(1000)
            assert all(person.state() == "talking" for person in pair), "the call is over"
        silences = (pair[0].longest_silence_ms(), pair[1].longest_silence_ms())
        memory = tuple(resident_mb(pids) for pids in (running("chromium"), running("firefox"), {server}))
        seen.append(Minute(silences, memory))
        relay = read(log)
        print(
            f"{number:6}  {silences[0]:5.0f} {silences[1]:5.0f}  " + "".join(f"{mb:9.1f}" for mb in memory)
            + f"  {relay.allocations:20} {relay.permissions:12} {relay.nonces:7}",
            flush=True,
        )  # fmt: skip
    return seen


def read(log: Path) -> Refreshes:
    """Count what the relay has renewed so far."""
    return refreshes(log.read_text(errors="replace"))


def minutes_of(word: str) -> int:
    """Read how long it shall last."""
    if (minutes := int(word)) < LEAST_MINUTES:
        raise argparse.ArgumentTypeError(f"memory cannot be judged in fewer than {LEAST_MINUTES} minutes")
    return minutes


def main(words: list[str]) -> int:
    """Run it, print it, judge it."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.partition("\n")[0])
    if words[:1] == ["bot"]:
        return bot.main(*map(minutes_of, words[1:2]))
    parser.add_argument("minutes", nargs="?", type=minutes_of, default=60, help="an hour without it")
    minutes: int = parser.parse_args(words).minutes
    with ExitStack() as stays:
        folder = Path(stays.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        # It says what it renews only when it says everything; its log goes with the folder.
        coturn = stays.enter_context(own_relay(folder, "--verbose", audible=True))
        valkey = stays.enter_context(running_valkey())
        service = stays.enter_context(stack.running(valkey, coturn, folder, SETTINGS))
        playwright = stays.enter_context(sync_playwright())
        voices = (people.chromium(playwright, folder, 440), people.firefox(playwright, 700))
        one, other = (Watched(voice, service.url) for voice in voices)
        for person in (one, other):
            person.arrives()
        hear_each_other(one, other)
        for person in (one, other):
            person.longest_silence_ms()
        seen = watch((one, other), service.processes["server"].pid, folder / LOG, minutes)
        hear_each_other(one, other)
        assert [len(person.said("matched")) for person in (one, other)] == [1, 1]
        relay = read(folder / LOG)
        for voice in voices:
            voice.browser.close()
    wrong = verdicts(seen, relay)
    print("\n".join(wrong) or f"{minutes} minutes without a silence above {SILENCE_MS} ms, memory flat")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
